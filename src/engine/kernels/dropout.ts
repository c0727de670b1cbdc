/**
 * Dropout of several uses of one tensor, a mask for each: values are dropped with probability p, those kept are divided by
 * 1 − p. The masks are drawn where they are used, from the generator of domain/random.ts; forward and adjoint draw the same.
 */
import { pcg4d, type Stream, unitFromBits } from "../../domain/random";
import { defineDifferentiable, type Kernel, type KernelBody, type Values } from "../gpu/kernel";
import type { Tensor } from "../gpu/tensorflow";
import { PCG4D } from "./noise";

/** Where masks come from: no two layers of a network share their random numbers. */
export interface DropoutMasks {
  readonly seed: number;
  readonly stream: Stream;
  readonly layer: number;
}

interface Dropout extends DropoutMasks {
  readonly draw: 0 | 1;
  /** Of x: [..., C]. */
  readonly shape: readonly number[];
  readonly copies: number;
}

const channelsOf = (s: Dropout) => s.shape[s.shape.length - 1] ?? 0;
const sizeOf = (s: Dropout) => s.shape.reduce((a, b) => a * b, 1);
const copiesShape = (s: Dropout) => [...s.shape.slice(0, -1), s.copies * channelsOf(s)];
/** Streams are below 256: layer and draw go above. */
const streamOf = (s: Dropout) => s.stream + 256 * (2 * s.layer + s.draw);

/** Calls visit(index of x, index of the copies, 1/(1 − p)) for each value that is kept. */
function eachKept(s: Dropout, rate: number, step: number, visit: (x: number, copy: number, scale: number) => void) {
  const channels = channelsOf(s);
  const width = channels * s.copies;
  const scale = 1 / (1 - rate);
  for (let i = 0; i < sizeOf(s) * s.copies; i++) {
    if (unitFromBits(pcg4d(i, step, streamOf(s), s.seed)[0]) < rate) continue;
    visit(Math.floor(i / width) * channels + (i % channels), i, scale);
  }
}

const params = (s: Dropout) => ({
  channels: channelsOf(s),
  width: channelsOf(s) * s.copies,
  seed: s.seed,
  stream: streamOf(s),
});
const KEPT = `${PCG4D}
  fn kept(i : i32, step : i32, rate : f32) -> bool {
    return unit(pcg4d(vec4<u32>(u32(i), u32(step), u32(uniforms.stream), bitcast<u32>(uniforms.seed))).x) >= rate;
  }`;

const forward: KernelBody<Dropout> = {
  shape: copiesShape,
  cpu: ([x, rate, step], out, s) =>
    eachKept(s, (rate as Values)[0] as number, (step as Values)[0] as number, (from, to, scale) => {
      out[to] = ((x as Values)[from] as number) * scale;
    }),
  gpu: ([x, rate, step], s, run) => {
    if (!x || !rate || !step) throw new Error("Dropout needs x, rate and step.");
    return run({
      name: "Dropout",
      inputs: { x, rate, step },
      params: params(s),
      functions: KEPT,
      body: `
        let source = (index / uniforms.width) * uniforms.channels + index % uniforms.channels;
        result[index] = select(0.0, x[source] / (1.0 - rate[0]), kept(index, step[0], rate[0]));`,
      count: sizeOf(s) * s.copies,
      shape: copiesShape(s),
    });
  },
};

const adjoint: KernelBody<Dropout> = {
  shape: (s) => s.shape,
  cpu: ([dy, rate, step], out, s) =>
    eachKept(s, (rate as Values)[0] as number, (step as Values)[0] as number, (to, from, scale) => {
      out[to] = (out[to] as number) + ((dy as Values)[from] as number) * scale;
    }),
  gpu: ([dy, rate, step], s, run) => {
    if (!dy || !rate || !step) throw new Error("DropoutAdjoint needs dy, rate and step.");
    return run({
      name: "DropoutAdjoint",
      inputs: { dy, rate, step },
      params: params(s),
      functions: KEPT,
      body: `
        let start = (index / uniforms.channels) * uniforms.width + index % uniforms.channels;
        var sum = 0.0;
        for (var i = start; i < start - index % uniforms.channels + uniforms.width; i += uniforms.channels) {
          sum += select(0.0, dy[i], kept(i, step[0], rate[0]));
        }
        result[index] = sum / (1.0 - rate[0]);`,
      count: sizeOf(s),
      shape: s.shape,
    });
  },
};

/** Linear in x; rate and step are constants of the differentiation. */
const run: Kernel<Dropout> = defineDifferentiable("SearchlightDropout", forward, (dy, [, rate, step], s) => [
  () => back([dy, rate as Tensor, step as Tensor], s),
]);
const back: Kernel<Dropout> = defineDifferentiable("SearchlightDropoutAdjoint", adjoint, (g, [, rate, step], s) => [
  () => run([g, rate as Tensor, step as Tensor], s),
]);

/** How much is dropped, and by which of the masks. */
export interface DropoutDraw {
  /** Probability that a value is dropped: [], below 1. */
  readonly rate: Tensor;
  /** int32 []. */
  readonly step: Tensor;
  /** 1 for the second draw of a step. */
  readonly draw: 0 | 1;
}

/**
 * Copies of x, each with a mask of its own.
 * @param x [..., C]
 * @returns [..., copies·C]
 */
export function dropoutCopies(
  x: Tensor,
  copies: number,
  masks: DropoutMasks,
  { rate, step, draw }: DropoutDraw,
): Tensor {
  const { seed, stream, layer } = masks;
  return run([x, rate, step], { seed, stream, layer, draw, shape: x.shape, copies });
}
