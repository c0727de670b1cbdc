/** Sums over pixels on the GPU without barriers: partial sums of pixel chunks, then the sum of the chunks, in a fixed order. */
import { type Dispatch, vectorFor } from "../gpu/program";
import type { TensorInfo } from "../gpu/tensorflow";

/** Invocations worth having in a first pass; more chunks only cost a longer second pass. */
const TARGET_INVOCATIONS = 16384;

/** How many chunks to cut `length` terms into when each chunk is summed for `outputs` results. */
export function chunkCount(length: number, outputs: number): number {
  return Math.max(1, Math.min(Math.ceil(length / 8), Math.ceil(TARGET_INVOCATIONS / outputs)));
}

/** Sums [chunks, count] over chunks. */
export function sumChunks(
  run: (d: Dispatch) => TensorInfo,
  partial: TensorInfo,
  chunks: number,
  shape: readonly number[],
) {
  if (chunks === 1) return { ...partial, shape: [...shape] };
  const size = shape.reduce((a, b) => a * b, 1);
  const vector = vectorFor(size);
  return run({
    name: "SumChunks",
    inputs: { partial },
    params: { chunks },
    body: `
      var sum = T(0.0);
      for (var c = 0; c < uniforms.chunks; c++) { sum += partial[c * uniforms.count + index]; }
      store(index, sum);`,
    count: size / vector,
    shape,
    vector,
  });
}
