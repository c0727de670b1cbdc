/** Every way to compute a convolution on WebGPU against the CPU reference. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openEngine } from "../gpu/backend";
import { recordStep } from "../gpu/step";
import { type Tensor, tf } from "../gpu/tensorflow";
import { callKey, setVariants } from "../gpu/variants";
import { CONVOLUTION_VARIANTS, convolutionFamily, convolutionShape } from "./convolution";
import { normalValues } from "./kernel-cases";

beforeAll(async () => {
  const engine = await openEngine("webgpu", navigator.gpu, () => Promise.resolve("webgpu"));
  expect(engine.webgpu.ok).toBe(true);
});
afterAll(() => {
  setVariants({});
});

/** Batch, side, kernel, stride, pad, groups, input and output channels of a group. */
const SHAPES = [
  [8, 8, 3, 1, 1, 1, 8, 8],
  [2, 17, 3, 2, 1, 1, 4, 8],
  [3, 16, 1, 1, 0, 3, 8, 16],
  [2, 9, 1, 1, 0, 2, 3, 8],
  [2, 5, 1, 1, 0, 1, 4, 10],
  [8, 9, 1, 2, -1, 1, 8, 4],
  [2, 17, 3, 1, 1, 1, 3, 5],
] as const;

describe.each(["plain", ...CONVOLUTION_VARIANTS])("%s", (variant) => {
  it.each(SHAPES)("computes batch %i, side %i, kernel %i, stride %i, pad %i, %i groups × (%i→%i)", async (...shape) => {
    const [batch, side, kernel, stride, pad, groups, inChannels, outChannels] = shape;
    const of = (dims: number[], seed: number) =>
      tf.tensor(
        normalValues(
          dims.reduce((a, b) => a * b),
          seed,
        ),
        dims as [number, number, number, number],
      );
    const make = (): Tensor[] => {
      const x = of([batch, side, side, groups * inChannels], 1);
      const w = of([kernel, kernel, inChannels, groups * outChannels], 2);
      const s = convolutionShape(x.shape, w.shape, { stride, pad, groups });
      const dy = of([batch, s.outHeight, s.outWidth, groups * outChannels], 3);
      const names = ["", "GradX", "GradW"].map((part) => `SearchlightConvolution${part}`);
      setVariants(Object.fromEntries(names.map((name) => [callKey(name, s), variant])));
      return [convolutionFamily.forward(x, w, s), convolutionFamily.gradX(dy, w, s), convolutionFamily.gradW(x, dy, s)];
    };
    const results: Float32Array[][] = [];
    for (const backend of ["cpu", "webgpu"]) {
      await tf.setBackend(backend);
      results.push(await Promise.all(make().map((t) => t.data() as Promise<Float32Array>)));
    }
    const [cpu = [], gpu = []] = results;
    for (const [k, want] of cpu.entries()) {
      const largest = want.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
      const error = want.reduce((a, b, j) => Math.max(a, Math.abs(b - (gpu[k]?.[j] ?? Number.NaN))), 0);
      expect(error, `result ${k}`).toBeLessThan(1e-5 * largest);
    }
  });
});

it("counts the operations of each of the three once", async () => {
  await tf.setBackend("webgpu");
  setVariants({});
  const s = convolutionShape([1, 4, 4, 2], [3, 3, 2, 4], { pad: 1 });
  const inputs = { tensors: { x: tf.ones([1, 4, 4, 2]), w: tf.ones([3, 3, 2, 4]), dy: tf.ones([1, 4, 4, 4]) } };
  const { recording } = recordStep(
    (_state, { x, w, dy }) => ({
      next: {},
      results: {
        forward: convolutionFamily.forwardRectified(x, w, s),
        gradX: convolutionFamily.gradX(dy, w, s),
        gradW: convolutionFamily.gradW(x, dy, s),
      },
    }),
    { tensors: {} },
    inputs,
  );
  const operations = recording.actions.flatMap((a) => (a.kind === "dispatch" ? [a.command.operations] : []));
  // 4·4 places, 3·3 taps, 2 channels in, 4 out: a multiplication and an addition each.
  expect(operations.filter((n) => n > 0)).toEqual([2304, 2304, 2304]);
  tf.dispose(inputs.tensors);
});
