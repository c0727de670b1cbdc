/** Element-wise kernels whose gradients TF.js lacks or makes of many operations: ReLU, scaling and shifting channels. */
import { defineBilinear, defineKernel, defineLinearPair, type Values } from "../gpu/kernel";
import { vectorFor } from "../gpu/program";
import { type Tensor, tf } from "../gpu/tensorflow";
import { chunkCount, sumChunks } from "./reduce";

interface Elements {
  readonly shape: readonly number[];
}
const size = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

/** Dispatch of one invocation for each element, or for each four. */
function elements({ shape }: Elements) {
  const vector = vectorFor(size(shape));
  return { count: size(shape) / vector, shape, vector };
}

/** The same where channels matter: all four are of one pixel. */
function pixels(s: Rows) {
  const vector = vectorFor(s.channels);
  return { params: { c: s.channels / vector }, count: size(s.shape) / vector, shape: s.shape, vector };
}

/** dy where x > 0, else 0: the derivative of ReLU at 0 is 0. */
const gateKernel = defineKernel<Elements>("SearchlightReluGate", {
  shape: (s) => s.shape,
  cpu: ([dy, x], out) => {
    for (let i = 0; i < out.length; i++) out[i] = ((x as Values)[i] as number) > 0 ? ((dy as Values)[i] as number) : 0;
  },
  gpu: ([dy, x], s, run) => {
    if (!dy || !x) throw new Error("ReluGate needs dy and x.");
    return run({
      name: "ReluGate",
      inputs: { dy, x },
      params: {},
      body: "result[index] = select(T(0.0), dy[index], x[index] > T(0.0));",
      ...elements(s),
    });
  },
});

const reluKernel = defineKernel<Elements>("SearchlightRelu", {
  shape: (s) => s.shape,
  cpu: ([x], out) => {
    for (let i = 0; i < out.length; i++) out[i] = Math.max(0, (x as Values)[i] as number);
  },
  gpu: ([x], s, run) => {
    if (!x) throw new Error("Relu needs x.");
    return run({
      name: "Relu",
      inputs: { x },
      params: {},
      body: "result[index] = max(x[index], T(0.0));",
      ...elements(s),
    });
  },
});

/** The gate is a constant of the differentiation: it is piecewise constant in x. */
function gate(dy: Tensor, x: Tensor): Tensor {
  return tf.customGrad((...args) => {
    const [d, save] = args as [Tensor, tf.GradSaveFunc];
    save([x]);
    return {
      value: gateKernel([d, x], { shape: x.shape }),
      gradFunc: (g: Tensor, [v]: Tensor[]) => gate(g, v as Tensor),
    };
  })(dy);
}

/** max(x, 0). */
export function relu(x: Tensor): Tensor {
  return tf.customGrad((...args) => {
    const [v, save] = args as [Tensor, tf.GradSaveFunc];
    save([v]);
    return {
      value: reluKernel([v], { shape: v.shape }),
      gradFunc: (dy: Tensor, [v1]: Tensor[]) => gate(dy, v1 as Tensor),
    };
  })(x);
}

const reluOfSumKernel = defineKernel<Elements>("SearchlightReluOfSum", {
  shape: (s) => s.shape,
  cpu: ([a, b], out) => {
    for (let i = 0; i < out.length; i++)
      out[i] = Math.max(0, ((a as Values)[i] as number) + ((b as Values)[i] as number));
  },
  gpu: ([a, b], s, run) => {
    if (!a || !b) throw new Error("ReluOfSum needs two tensors.");
    return run({
      name: "ReluOfSum",
      inputs: { a, b },
      params: {},
      body: "result[index] = max(a[index] + b[index], T(0.0));",
      ...elements(s),
    });
  },
});

/** max(a + b, 0), for a and b of one shape. */
export function reluOfSum(a: Tensor, b: Tensor): Tensor {
  return tf.customGrad((...args) => {
    const [a1, b1, save] = args as [Tensor, Tensor, tf.GradSaveFunc];
    const value = reluOfSumKernel([a1, b1], { shape: a1.shape });
    save([value]);
    return {
      value,
      gradFunc: (dy: Tensor, [y]: Tensor[]) => {
        const d = gate(dy, y as Tensor);
        return [d, d.clone()];
      },
    };
  })(a, b);
}

interface Rows {
  readonly shape: readonly number[];
  readonly rows: number;
  readonly channels: number;
}

function rowsOf(x: Tensor): Rows {
  const channels = x.shape[x.shape.length - 1] ?? 1;
  return { shape: x.shape, rows: x.size / channels, channels };
}

const scaleBody = {
  shape: (s: Rows) => s.shape,
  cpu: ([x, scale]: readonly Values[], out: Values, s: Rows) => {
    for (let i = 0; i < out.length; i++)
      out[i] = ((x as Values)[i] as number) * ((scale as Values)[i % s.channels] as number);
  },
};

const scaleFamily = defineBilinear<Rows>("SearchlightChannelScale", {
  forward: {
    ...scaleBody,
    gpu: ([x, scale], s, run) => {
      if (!x || !scale) throw new Error("ChannelScale needs x and scale.");
      const body = "store(index, x[index] * scale[index % uniforms.c]);";
      return run({
        name: "ChannelScale",
        inputs: { x, scale },
        body,
        ...pixels(s),
      });
    },
  },
  gradX: {
    ...scaleBody,
    gpu: ([dy, scale], s, run) => {
      if (!dy || !scale) throw new Error("ChannelScaleGradX needs dy and scale.");
      const body = "store(index, x[index] * scale[index % uniforms.c]);";
      return run({
        name: "ChannelScale",
        inputs: { x: dy, scale },
        body,
        ...pixels(s),
      });
    },
  },
  gradW: {
    shape: (s) => [s.channels],
    cpu: ([x, dy], out, s) => {
      const sums = new Float64Array(s.channels);
      for (let i = 0; i < (x as Values).length; i++) {
        const c = i % s.channels;
        sums[c] = (sums[c] as number) + ((x as Values)[i] as number) * ((dy as Values)[i] as number);
      }
      out.set(sums);
    },
    gpu: ([x, dy], s, run) => {
      if (!x || !dy) throw new Error("ChannelScaleGradW needs x and dy.");
      return channelSumOn(run, { x, dy }, "x[i] * dy[i]", s);
    },
  },
});

function channelSumOn(
  run: Parameters<typeof sumChunks>[0],
  inputs: Parameters<Parameters<typeof sumChunks>[0]>[0]["inputs"],
  term: string,
  s: Rows,
) {
  const vector = vectorFor(s.channels);
  const channels = s.channels / vector;
  const chunks = chunkCount(s.rows, channels);
  const partial = run({
    name: "ChannelSum",
    variant: term,
    inputs,
    params: { rows: s.rows, c: channels, perChunk: Math.ceil(s.rows / chunks) },
    body: `
      let c = index % uniforms.c;
      let first = (index / uniforms.c) * uniforms.perChunk;
      let last = min(first + uniforms.perChunk, uniforms.rows);
      var sum = T(0.0);
      for (var r = first; r < last; r++) { let i = r * uniforms.c + c; sum += ${term}; }
      result[index] = sum;`,
    count: chunks * channels,
    shape: [chunks, s.channels],
    vector,
  });
  return sumChunks(run, partial, chunks, [s.channels]);
}

/** Broadcast of a vector over pixels, and the sum over pixels. */
const broadcastPair = defineLinearPair<Rows>(
  "SearchlightChannelBroadcast",
  {
    shape: (s) => s.shape,
    cpu: ([v], out, s) => {
      for (let i = 0; i < out.length; i++) out[i] = (v as Values)[i % s.channels] as number;
    },
    gpu: ([v], s, run) => {
      if (!v) throw new Error("ChannelBroadcast needs a vector.");
      const body = "result[index] = v[index % uniforms.c];";
      return run({
        name: "ChannelBroadcast",
        inputs: { v },
        body,
        ...pixels(s),
      });
    },
  },
  {
    shape: (s) => [s.channels],
    cpu: ([dy], out, s) => {
      const sums = new Float64Array(s.channels);
      for (let i = 0; i < (dy as Values).length; i++)
        sums[i % s.channels] = (sums[i % s.channels] as number) + ((dy as Values)[i] as number);
      out.set(sums);
    },
    gpu: ([dy], s, run) => {
      if (!dy) throw new Error("ChannelSum needs dy.");
      return channelSumOn(run, { dy }, "dy[i]", s);
    },
  },
);

/** x·scale, with scale [C] for x [..., C]. */
export function channelScale(x: Tensor, scale: Tensor): Tensor {
  return scaleFamily.forward(x, scale, rowsOf(x));
}

/** Σ x·y over all pixels, [C]. */
export function channelProducts(x: Tensor, y: Tensor): Tensor {
  return scaleFamily.gradW(x, y, rowsOf(x));
}

/** v [C] at every pixel of `shape` [..., C]. */
export function channelBroadcast(v: Tensor, shape: readonly number[]): Tensor {
  return broadcastPair.forward(v, { shape, rows: size(shape) / v.size, channels: v.size });
}

/** x + shift, with shift [C] for x [..., C]. */
export function channelShift(x: Tensor, shift: Tensor): Tensor {
  return tf.add(x, channelBroadcast(shift, x.shape));
}
