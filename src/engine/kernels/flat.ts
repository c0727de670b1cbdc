/** Whole-arena operations on flat tensors, each one dispatch (a norm two): norm, axpy, momentum, moments. No gradients. */
import { defineKernel, type Values } from "../gpu/kernel";
import { vectorFor } from "../gpu/program";
import { type Tensor, tf } from "../gpu/tensorflow";

/** A number of the step, or a tensor [] whose value changes from step to step. */
export type Scalar = Tensor | number;

const scalar = (s: Scalar): Tensor => (typeof s === "number" ? tf.scalar(s) : s);

interface Flat {
  readonly size: number;
}
const flatOf = (x: Tensor): Flat => ({ size: x.size });
const only = (v: Values | undefined) => (v as Values)[0] as number;

function elements({ size }: Flat, shape: readonly number[] = [size]) {
  const vector = vectorFor(size);
  return { params: {}, count: size / vector, shape, vector };
}

/** Values that one invocation of a norm's first pass adds up. */
const RUN = 256;

const normKernel = defineKernel<Flat>("SearchlightNorm", {
  shape: () => [],
  cpu: ([x], out) => {
    let sum = 0;
    for (const v of x as Values) sum += v * v;
    out[0] = Math.sqrt(sum);
  },
  gpu: ([x], { size }, run) => {
    if (!x) throw new Error("Norm needs x.");
    const vector = vectorFor(size);
    const runs = Math.ceil(size / vector / RUN);
    const partial = run({
      name: "NormPartial",
      inputs: { x },
      params: { size: size / vector },
      body: `
        let last = min((index + 1) * ${RUN}, uniforms.size);
        var sum = T(0.0);
        for (var i = index * ${RUN}; i < last; i++) { sum += x[i] * x[i]; }
        result[index] = total(sum);`,
      count: runs,
      shape: [runs],
      vector,
      scalars: ["result"],
    });
    return run({
      name: "Norm",
      inputs: { partial },
      params: { runs },
      body: `
        var sum = 0.0;
        for (var i = 0; i < uniforms.runs; i++) { sum += partial[i]; }
        result[index] = sqrt(sum);`,
      count: 1,
      shape: [],
    });
  },
});

/** ‖x‖₂, []. */
export function norm(x: Tensor): Tensor {
  return normKernel([x], flatOf(x));
}

const axpyKernel = defineKernel<Flat & { readonly shape: readonly number[] }>("SearchlightAxpy", {
  shape: ({ shape }) => shape,
  cpu: ([x, y, a], out) => {
    for (let i = 0; i < out.length; i++) out[i] = ((x as Values)[i] as number) + only(a) * ((y as Values)[i] as number);
  },
  gpu: ([x, y, a], s, run) => {
    if (!x || !y || !a) throw new Error("Axpy needs x, y and a.");
    const body = "result[index] = x[index] + a[0] * y[index];";
    return run({ name: "Axpy", inputs: { x, y, a }, body, scalars: ["a"], ...elements(s, s.shape) });
  },
});

/** x + a·y, of x's shape. */
export function axpy(x: Tensor, y: Tensor, a: Scalar): Tensor {
  return axpyKernel([x, y, scalar(a)], { size: x.size, shape: x.shape });
}

const descendKernel = defineKernel<Flat & { readonly shape: readonly number[] }>("SearchlightDescend", {
  shape: ({ shape }) => shape,
  cpu: ([x, direction, rate], out) => {
    for (let i = 0; i < out.length; i++)
      out[i] = ((x as Values)[i] as number) - only(rate) * ((direction as Values)[i] as number);
  },
  gpu: ([x, direction, rate], s, run) => {
    if (!x || !direction || !rate) throw new Error("Descend needs x, direction and rate.");
    const body = "result[index] = x[index] - rate[0] * direction[index];";
    const inputs = { x, direction, rate };
    return run({ name: "Descend", inputs, body, scalars: ["rate"], ...elements(s, s.shape) });
  },
});

/** x − rate·direction, of x's shape. */
export function descend(x: Tensor, direction: Tensor, rate: Scalar): Tensor {
  return descendKernel([x, direction, scalar(rate)], { size: x.size, shape: x.shape });
}

interface Clip extends Flat {
  readonly clipped: boolean;
}

const momentumKernel = defineKernel<Clip>("SearchlightMomentum", {
  shape: ({ size }) => [size],
  cpu: ([buffer, gradient, weights, momentum, decay, size, max], out, { clipped }) => {
    const scale = clipped ? Math.min(only(max) / (only(size) + 1e-6), 1) : 1;
    const [b, g, w, mu, lambda] = [
      buffer as Values,
      gradient as Values,
      weights as Values,
      only(momentum),
      only(decay),
    ];
    for (let i = 0; i < out.length; i++)
      out[i] = mu * (b[i] as number) + (scale * (g[i] as number) + lambda * (w[i] as number));
  },
  gpu: ([buffer, gradient, weights, momentum, decay, size, max], s, run) => {
    if (!buffer || !gradient || !weights || !momentum || !decay) throw new Error("Momentum needs five inputs.");
    const clip = s.clipped && size && max ? { size, max } : null;
    return run({
      name: "Momentum",
      variant: clip ? "clipped" : "",
      inputs: { buffer, gradient, weights, momentum, decay, ...clip },
      body: `
        let scale = ${clip ? "min(max[0] / (size[0] + 1e-6), 1.0)" : "1.0"};
        result[index] = momentum[0] * buffer[index] + (scale * gradient[index] + decay[0] * weights[index]);`,
      scalars: ["momentum", "decay", "size", "max"],
      ...elements(s),
    });
  },
});

/** μ·buffer + (c·g + λ·θ), with c = min(max/(‖g‖ + 1e-6), 1) when a clip is given, else 1. All [n]. */
export function momentumStep(
  buffer: Tensor,
  gradient: Tensor,
  weights: Tensor,
  o: {
    readonly momentum: Scalar;
    readonly weightDecay: Scalar;
    readonly clip?: { readonly norm: Tensor; readonly max: Scalar };
  },
): Tensor {
  const inputs = [buffer, gradient, weights, scalar(o.momentum), scalar(o.weightDecay)];
  if (o.clip) inputs.push(o.clip.norm, scalar(o.clip.max));
  return momentumKernel(inputs, { size: buffer.size, clipped: o.clip !== undefined });
}

interface Moment extends Flat {
  readonly squared: boolean;
}

const momentKernel = defineKernel<Moment>("SearchlightMoment", {
  shape: ({ size }) => [size],
  cpu: ([old, gradient, weights, decay, beta, rest], out, { squared }) => {
    for (let i = 0; i < out.length; i++) {
      const g = ((gradient as Values)[i] as number) + only(decay) * ((weights as Values)[i] as number);
      out[i] = only(beta) * ((old as Values)[i] as number) + only(rest) * (squared ? g * g : g);
    }
  },
  gpu: ([old, gradient, weights, decay, beta, rest], s, run) => {
    if (!old || !gradient || !weights || !decay || !beta || !rest) throw new Error("Moment needs six inputs.");
    return run({
      name: "Moment",
      variant: s.squared ? "squared" : "",
      inputs: { old, gradient, weights, decay, beta, rest },
      body: `
        let g = gradient[index] + decay[0] * weights[index];
        result[index] = beta[0] * old[index] + rest[0] * ${s.squared ? "g * g" : "g"};`,
      scalars: ["decay", "beta", "rest"],
      ...elements(s),
    });
  },
});

/** β·old + (1 − β)·(g + λθ), or of its square. All [n]. */
export function moment(
  old: Tensor,
  gradient: Tensor,
  weights: Tensor,
  o: { readonly weightDecay: Scalar; readonly beta: number; readonly squared: boolean },
): Tensor {
  // 1 − β in double precision: of 0.999, single precision would leave four digits.
  const inputs = [old, gradient, weights, scalar(o.weightDecay), tf.scalar(o.beta), tf.scalar(1 - o.beta)];
  return momentKernel(inputs, { size: old.size, squared: o.squared });
}

const EPSILON = 1e-8;

const adamKernel = defineKernel<Flat>("SearchlightAdam", {
  shape: ({ size }) => [size],
  cpu: ([x, m, v, rate, first, second], out) => {
    for (let i = 0; i < out.length; i++) {
      const root = Math.sqrt(((v as Values)[i] as number) / only(second)) + EPSILON;
      out[i] = ((x as Values)[i] as number) - (only(rate) * (((m as Values)[i] as number) / only(first))) / root;
    }
  },
  gpu: ([x, m, v, rate, first, second], s, run) => {
    if (!x || !m || !v || !rate || !first || !second) throw new Error("Adam needs six inputs.");
    return run({
      name: "Adam",
      inputs: { x, m, v, rate, first, second },
      body: `
        let root = sqrt(v[index] / second[0]) + ${EPSILON};
        result[index] = x[index] - rate[0] * (m[index] / first[0]) / root;`,
      scalars: ["rate", "first", "second"],
      ...elements(s),
    });
  },
});

/** x − η·(m/c₁)/(√(v/c₂) + ε). All [n]. */
export function adamUpdate(
  x: Tensor,
  m: Tensor,
  v: Tensor,
  o: { readonly rate: Scalar; readonly first: Scalar; readonly second: Scalar },
): Tensor {
  return adamKernel([x, m, v, scalar(o.rate), scalar(o.first), scalar(o.second)], flatOf(x));
}
