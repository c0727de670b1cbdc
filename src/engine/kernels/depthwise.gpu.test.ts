/** Every way to compute a depthwise bank on WebGPU, with and without masks, against the CPU reference. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openGpu } from "../../../test/gpu-engine";
import { type Tensor, tf } from "../gpu/tensorflow";
import { callKey, setVariants } from "../gpu/variants";
import { depthwiseFamily, outputSide } from "./depthwise";
import type { DepthwiseShape } from "./depthwise-cpu";
import { normalValues } from "./kernel-cases";

beforeAll(openGpu);
afterAll(() => {
  setVariants({});
});

const block = (kernel: number, dilation: number, outChannels: number, inOffset: number, inChannels: number) => ({
  kernel,
  dilation,
  pad: (dilation * (kernel - 1)) / 2,
  outChannels,
  inOffset,
  inChannels,
});

/** Batch, height, width, channels, stride and blocks: those of a search, sides that tiles do not divide, channels that none reads. */
const BANKS = [
  {
    name: "one state's operations, stride 1",
    sides: [2, 16, 16, 4],
    stride: 1,
    blocks: [block(3, 1, 8, 0, 4), block(5, 1, 8, 0, 4), block(3, 2, 8, 0, 4), block(5, 2, 8, 0, 4)],
  },
  {
    name: "one state's operations, stride 2",
    sides: [2, 16, 16, 8],
    stride: 2,
    blocks: [block(3, 1, 16, 0, 8), block(5, 1, 16, 0, 8), block(3, 2, 16, 0, 8), block(5, 2, 16, 0, 8)],
  },
  {
    name: "odd sides, stride 2, channels apart",
    sides: [3, 9, 11, 6],
    stride: 2,
    blocks: [block(3, 1, 4, 0, 2), block(5, 2, 3, 1, 3), block(3, 2, 1, 5, 1)],
  },
  {
    name: "small pictures, half of the channels unread",
    sides: [8, 4, 4, 64],
    stride: 1,
    blocks: [block(3, 1, 16, 0, 16), block(5, 1, 16, 16, 16)],
  },
  {
    name: "small pictures, two outputs of a channel, stride 2",
    sides: [3, 8, 6, 4],
    stride: 2,
    blocks: [block(3, 1, 8, 0, 4), block(5, 1, 8, 0, 4), block(5, 2, 4, 0, 4)],
  },
] as const;

describe.each(["plain", "fine", "strips"])("%s", (variant) => {
  it.each(BANKS)("computes $name", async ({ sides, stride, blocks }) => {
    const [batch, height, width, channels] = sides;
    const [{ kernel, pad, dilation }] = blocks;
    const s: DepthwiseShape = {
      batch,
      height,
      width,
      channels,
      stride,
      outHeight: outputSide(height, kernel, stride, pad, pad, dilation),
      outWidth: outputSide(width, kernel, stride, pad, pad, dilation),
      blocks,
    };
    const outChannels = blocks.reduce((sum, b) => sum + b.outChannels, 0);
    const size = blocks.reduce((sum, b) => sum + b.kernel ** 2 * b.outChannels, 0);
    const of = (shape: readonly number[], seed: number) =>
      tf.tensor(
        normalValues(
          shape.reduce((a, b) => a * b, 1),
          seed,
        ),
        [...shape],
      );
    const names = ["", "GradX", "GradW"].map((part) => `SearchlightDepthwise${part}`);
    setVariants(Object.fromEntries(names.map((name) => [callKey(name, s), variant])));
    const make = (): Tensor[] => {
      const x = of(sides, 1);
      const w = of([size], 2);
      const dy = of([batch, s.outHeight, s.outWidth, outChannels], 3);
      const rectified = tf.grads((a: Tensor, b: Tensor) => depthwiseFamily.forwardRectified(a, b, s))([x, w], dy);
      // The gradients of x's gradient read a direction under x's mask.
      const direction = of(sides, 4);
      const masked = tf.grads((b: Tensor, g: Tensor) => {
        const [dx] = tf.grads((a: Tensor, c: Tensor) => depthwiseFamily.forwardRectified(a, c, s))([x, b], g);
        return tf.sum(tf.mul(dx as Tensor, direction));
      })([w, dy]);
      return [
        depthwiseFamily.forward(x, w, s),
        depthwiseFamily.gradX(dy, w, s),
        depthwiseFamily.gradW(x, dy, s),
        ...rectified,
        ...masked,
      ];
    };
    const results: Float32Array[][] = [];
    for (const backend of ["cpu", "webgpu"]) {
      await tf.setBackend(backend);
      results.push(await Promise.all(make().map((t) => t.data() as Promise<Float32Array>)));
    }
    const [cpu = [], gpu = []] = results;
    for (const [k, want] of cpu.entries()) {
      const largest = want.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
      expect(largest).toBeGreaterThan(0);
      const error = want.reduce((a, b, j) => Math.max(a, Math.abs(b - (gpu[k]?.[j] ?? Number.NaN))), 0);
      expect(error, `result ${k}`).toBeLessThan(1e-5 * largest);
    }
  });
});
