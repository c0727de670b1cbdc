/** Seeded normal noise made where it is used: the generator of domain/random.ts as a kernel. */
import { CounterRandom, type Stream } from "../../domain/random";
import { defineKernel, type Values } from "../gpu/kernel";
import type { Tensor } from "../gpu/tensorflow";

interface Noise {
  readonly shape: readonly number[];
  readonly seed: number;
  readonly stream: Stream;
}

/**
 * WGSL `pcg4d` and `unit`, as in domain/random.ts, and `minusLog`, −log of a number in (0, 1). WGSL's `log` may be wrong by
 * 2⁻²¹ there, more than −log of the largest `unit`, and the root or logarithm of what is not positive is no number: near 1
 * the series of −log(1 − d) is taken, whose d is exact.
 */
export const PCG4D = `
  fn pcg4d(key : vec4<u32>) -> vec4<u32> {
    var v = key * 1664525u + 1013904223u;
    v.x += v.y * v.w; v.y += v.z * v.x; v.z += v.x * v.y; v.w += v.y * v.z;
    v = v ^ (v >> vec4<u32>(16u));
    v.x += v.y * v.w; v.y += v.z * v.x; v.z += v.x * v.y; v.w += v.y * v.z;
    return v;
  }
  fn unit(bits : u32) -> f32 { return (f32(bits >> 9u) + 0.5) / 8388608.0; }
  fn minusLog(u : f32) -> f32 {
    let d = 1.0 - u;
    if (d < 0.01) { return d * (1.0 + d * (0.5 + d / 3.0)); }
    return -log(u);
  }`;

const noise = defineKernel<Noise>("SearchlightNormalNoise", {
  shape: (s) => s.shape,
  cpu: ([step], out, s) => {
    const random = new CounterRandom(s.seed, s.stream, (step as Values)[0] as number);
    for (let i = 0; i < out.length; i++) out[i] = random.normal(i);
  },
  gpu: ([step], s, run) => {
    if (!step) throw new Error("NormalNoise needs the step.");
    return run({
      name: "NormalNoise",
      inputs: { step },
      params: { seed: s.seed, stream: s.stream },
      functions: PCG4D,
      body: `
        let bits = pcg4d(vec4<u32>(u32(index), u32(step[0]), u32(uniforms.stream), bitcast<u32>(uniforms.seed)));
        result[index] = sqrt(2.0 * minusLog(unit(bits.x))) * cos(6.283185307179586 * unit(bits.y));`,
      count: s.shape.reduce((a, b) => a * b, 1),
      shape: s.shape,
    });
  },
});

/** Standard normal values of the given shape, from (seed, stream, step) and the element's index. @param step int32 [] */
export function normalNoise(shape: readonly number[], seed: number, stream: Stream, step: Tensor): Tensor {
  return noise([step], { shape, seed, stream });
}
