/** Crop, flip and cutout on WebGPU against the CPU reference, which augment.test.ts checks by hand. */
import { beforeAll, expect, it } from "vitest";
import { openGpu } from "../../../test/gpu-engine";
import { tf } from "../gpu/tensorflow";
import { augment } from "./augment";
import { normalValues } from "./kernel-cases";

const SIZE = 5;
/** Rows, columns, mirrored, and the hole's centre and half its side: one picture each. */
const PLANS = [
  [0, 0, 0, 0, 0, 0],
  [1, -2, 0, 2, 1, 1],
  [-1, 1, 1, 0, 4, 2],
  [-4, 0, 1, 4, 0, 1],
];

beforeAll(openGpu);

it("crops, mirrors and cuts as the CPU does", async () => {
  const results: Float32Array[] = [];
  for (const backend of ["cpu", "webgpu"]) {
    await tf.setBackend(backend);
    const pictures = tf.tensor(normalValues(PLANS.length * SIZE * SIZE * 3, 1), [PLANS.length, SIZE, SIZE, 3]);
    const plan = tf.tensor2d(PLANS, [PLANS.length, 6], "int32");
    const statistics = tf.tensor([0.4, 0.5, 0.6, 0.2, 0.25, 0.3], [2, 3]);
    results.push((await augment(pictures, plan, statistics).data()) as Float32Array);
  }
  const [cpu, gpu] = results as [Float32Array, Float32Array];
  expect(cpu.some((v) => v === 0)).toBe(true);
  for (const [i, want] of cpu.entries()) expect(gpu[i]).toBeCloseTo(want, 5);
});
