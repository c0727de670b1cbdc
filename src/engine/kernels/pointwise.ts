/** Element-wise kernels whose gradients TF.js lacks or makes of many operations: ReLU, scale and shift of channels. */
import { at, defineBilinear, defineKernel, defineLinearPair, type Values } from "../gpu/kernel";
import { type Tensor, tf } from "../gpu/tensorflow";
import { chunkCount, sumChunks } from "./reduce";

interface Elements {
  readonly shape: readonly number[];
}
const size = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

/** dy where x > 0, else 0: the derivative of ReLU at 0 is 0. */
const gateKernel = defineKernel<Elements>("SearchlightReluGate", {
  shape: (s) => s.shape,
  cpu: ([dy, x], out) => {
    for (let i = 0; i < out.length; i++) out[i] = at(x as Values, i) > 0 ? at(dy as Values, i) : 0;
  },
  gpu: ([dy, x], s, run) => {
    if (!dy || !x) throw new Error("ReluGate needs dy and x.");
    return run({
      name: "ReluGate",
      inputs: { dy, x },
      params: {},
      body: "result[index] = select(0.0, dy[index], x[index] > 0.0);",
      count: size(s.shape),
      shape: s.shape,
    });
  },
});

const reluKernel = defineKernel<Elements>("SearchlightRelu", {
  shape: (s) => s.shape,
  cpu: ([x], out) => {
    for (let i = 0; i < out.length; i++) out[i] = Math.max(0, at(x as Values, i));
  },
  gpu: ([x], s, run) => {
    if (!x) throw new Error("Relu needs x.");
    return run({
      name: "Relu",
      inputs: { x },
      params: {},
      body: "result[index] = max(x[index], 0.0);",
      count: size(s.shape),
      shape: s.shape,
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
    for (let i = 0; i < out.length; i++) out[i] = at(x as Values, i) * at(scale as Values, i % s.channels);
  },
};

const scaleFamily = defineBilinear<Rows>("SearchlightChannelScale", {
  forward: {
    ...scaleBody,
    gpu: ([x, scale], s, run) => {
      if (!x || !scale) throw new Error("ChannelScale needs x and scale.");
      const body = "result[index] = x[index] * scale[index % uniforms.c];";
      return run({
        name: "ChannelScale",
        inputs: { x, scale },
        params: { c: s.channels },
        body,
        count: size(s.shape),
        shape: s.shape,
      });
    },
  },
  gradX: {
    ...scaleBody,
    gpu: ([dy, scale], s, run) => {
      if (!dy || !scale) throw new Error("ChannelScaleGradX needs dy and scale.");
      const body = "result[index] = x[index] * scale[index % uniforms.c];";
      return run({
        name: "ChannelScale",
        inputs: { x: dy, scale },
        params: { c: s.channels },
        body,
        count: size(s.shape),
        shape: s.shape,
      });
    },
  },
  gradW: {
    shape: (s) => [s.channels],
    cpu: ([x, dy], out, s) => {
      const sums = new Float64Array(s.channels);
      for (let i = 0; i < (x as Values).length; i++) {
        const c = i % s.channels;
        sums[c] = (sums[c] as number) + at(x as Values, i) * at(dy as Values, i);
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
  const chunks = chunkCount(s.rows, s.channels);
  const partial = run({
    name: "ChannelSum",
    variant: term,
    inputs,
    params: { rows: s.rows, c: s.channels, perChunk: Math.ceil(s.rows / chunks) },
    body: `
      let c = index % uniforms.c;
      let first = (index / uniforms.c) * uniforms.perChunk;
      let last = min(first + uniforms.perChunk, uniforms.rows);
      var sum = 0.0;
      for (var r = first; r < last; r++) { let i = r * uniforms.c + c; sum += ${term}; }
      result[index] = sum;`,
    count: chunks * s.channels,
    shape: [chunks, s.channels],
  });
  return sumChunks(run, partial, chunks, [s.channels]);
}

/** Broadcast of a vector over pixels, and the sum over pixels. */
const broadcastPair = defineLinearPair<Rows>(
  "SearchlightChannelBroadcast",
  {
    shape: (s) => s.shape,
    cpu: ([v], out, s) => {
      for (let i = 0; i < out.length; i++) out[i] = at(v as Values, i % s.channels);
    },
    gpu: ([v], s, run) => {
      if (!v) throw new Error("ChannelBroadcast needs a vector.");
      const body = "result[index] = v[index % uniforms.c];";
      return run({
        name: "ChannelBroadcast",
        inputs: { v },
        params: { c: s.channels },
        body,
        count: size(s.shape),
        shape: s.shape,
      });
    },
  },
  {
    shape: (s) => [s.channels],
    cpu: ([dy], out, s) => {
      const sums = new Float64Array(s.channels);
      for (let i = 0; i < (dy as Values).length; i++)
        sums[i % s.channels] = (sums[i % s.channels] as number) + at(dy as Values, i);
      out.set(sums);
    },
    gpu: ([dy], s, run) => {
      if (!dy) throw new Error("ChannelSum needs dy.");
      return channelSumOn(run, { dy }, "dy[i]", s);
    },
  },
);

/** x·scale + shift, with scale and shift [C] for x [..., C]. */
export function channelAffine(x: Tensor, scale: Tensor, shift: Tensor): Tensor {
  return tf.add(scaleFamily.forward(x, scale, rowsOf(x)), broadcastPair.forward(shift, rowsOf(x)));
}

/** x + shift, with shift [C] for x [..., C]. */
export function channelShift(x: Tensor, shift: Tensor): Tensor {
  return tf.add(x, broadcastPair.forward(shift, rowsOf(x)));
}
