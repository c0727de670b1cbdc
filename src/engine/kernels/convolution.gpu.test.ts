/** Every way to compute a convolution on WebGPU against the CPU reference. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { openGpu } from "../../../test/gpu-engine";
import { hasSubgroups } from "../gpu/backend";
import { ScratchArena } from "../gpu/plan";
import { eagerStep, recordStep } from "../gpu/step";
import { type Tensor, tf } from "../gpu/tensorflow";
import { callKey, candidates, setVariants } from "../gpu/variants";
import { convolutionFamily, convolutionShape } from "./convolution";
import type { ConvolutionShape } from "./convolution-cpu";
import { normalValues } from "./kernel-cases";

beforeAll(openGpu);
afterAll(() => {
  setVariants({});
});

/** Batch, side, kernel, stride, pad, groups, input and output channels of a group, and whether x is rectified. */
type Sizes = readonly [number, number, number, number, number, number, number, number, boolean];
/** All ways can compute it. */
const LARGE: Sizes = [1, 9, 1, 1, 0, 2, 16, 64, true];
const SHAPES: readonly Sizes[] = [
  [8, 8, 3, 1, 1, 1, 8, 8, false],
  [2, 17, 3, 2, 1, 1, 4, 8, false],
  [3, 16, 1, 1, 0, 3, 8, 16, false],
  [2, 9, 1, 1, 0, 2, 3, 8, false],
  [2, 5, 1, 1, 0, 1, 4, 10, false],
  [8, 9, 1, 2, -1, 1, 8, 4, false],
  [2, 17, 3, 1, 1, 1, 3, 5, false],
  [1, 9, 3, 1, 1, 1, 16, 20, true],
  [2, 9, 3, 2, 1, 2, 20, 16, true],
  LARGE,
  [1, 11, 1, 1, 0, 1, 20, 36, true],
  [2, 9, 1, 2, -1, 1, 16, 16, true],
];
const KERNELS = ["", "GradX", "GradW"].map((part) => `SearchlightConvolution${part}`);

function shapeOf([batch, side, kernel, stride, pad, groups, inChannels, outChannels]: Sizes): ConvolutionShape {
  const filter = [kernel, kernel, inChannels, groups * outChannels];
  return convolutionShape([batch, side, side, groups * inChannels], filter, { stride, pad, groups });
}

/** Names of the ways to compute any of the three kernels. */
const waysOf = (s: ConvolutionShape) => [...new Set(KERNELS.flatMap((k) => candidates(k, s).map(({ name }) => name)))];

function random(dims: readonly number[], seed: number): Tensor {
  const size = dims.reduce((a, b) => a * b);
  return tf.tensor(normalValues(size, seed), dims as [number, number, number, number]);
}

/** The three kernels, of x or of max(x, 0). */
async function compute(s: ConvolutionShape, rectify: boolean): Promise<Float32Array[]> {
  const made = tf.tidy(() => {
    const x = random([s.batch, s.height, s.width, s.groups * s.inChannels], 1);
    const w = random([s.kernel, s.kernel, s.inChannels, s.groups * s.outChannels], 2);
    const dy = random([s.batch, s.outHeight, s.outWidth, s.groups * s.outChannels], 3);
    const f = rectify ? convolutionFamily.forwardRectified : convolutionFamily.forward;
    const gradients = tf.grads((...[a, b]: Tensor[]) => f(a as Tensor, b as Tensor, s));
    return [f(x, w, s), ...gradients([x, w], dy)];
  });
  const values = await Promise.all(made.map((t) => t.data() as Promise<Float32Array>));
  tf.dispose(made);
  return values;
}

it.each(SHAPES)(
  "every way computes batch %i, side %i, kernel %i, stride %i, pad %i, %i groups × (%i→%i), rectified: %s",
  async (...shape) => {
    const s = shapeOf(shape);
    await tf.setBackend("cpu");
    const reference = await compute(s, shape[8]);
    await tf.setBackend("webgpu");
    for (const way of waysOf(s)) {
      setVariants(Object.fromEntries(KERNELS.map((name) => [callKey(name, s), way])));
      const values = await compute(s, shape[8]);
      for (const [k, want] of reference.entries()) {
        const largest = want.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
        const error = want.reduce((a, b, j) => Math.max(a, Math.abs(b - (values[k]?.[j] ?? Number.NaN))), 0);
        expect(error, `${way}, result ${k}`).toBeLessThan(1e-5 * largest);
      }
    }
  },
);

it("has several shapes for each way, subgroups included", async () => {
  await tf.setBackend("webgpu");
  expect(hasSubgroups()).toBe(true);
  const counts = KERNELS.map((kernel) => {
    const names = SHAPES.flatMap((shape) => candidates(kernel, shapeOf(shape)).map(({ name }) => name));
    return Object.fromEntries([...new Set(names)].map((name) => [name, names.filter((n) => n === name).length]));
  });
  expect(counts).toEqual([
    { plain: 12, "large tiles": 12, "many invocations": 12, "shared tiles": 5, subgroups: 3 },
    { plain: 12, "large tiles": 12, "many invocations": 12, "shared tiles": 5, subgroups: 3 },
    { plain: 12, "large tiles": 12, "many invocations": 12, "shared tiles": 5 },
  ]);
});

it("offers no subgroups where there are none", async () => {
  await tf.setBackend("cpu");
  expect(waysOf(shapeOf(LARGE))).not.toContain("subgroups");
  await tf.setBackend("webgpu");
  expect(waysOf(shapeOf(LARGE))).toContain("subgroups");
});

it.each(["shared tiles", "subgroups"])("%s add as they store inside a plan", async (way) => {
  await tf.setBackend("webgpu");
  const s = shapeOf([1, 5, 1, 1, 0, 1, 16, 16, false]);
  setVariants(Object.fromEntries(KERNELS.map((name) => [callKey(name, s), way])));
  const inputs = {
    tensors: {
      x: random([s.batch, s.height, s.width, s.groups * s.inChannels], 1),
      w: random([1, 1, s.inChannels, s.groups * s.outChannels], 2),
      dy: random([s.batch, s.outHeight, s.outWidth, s.groups * s.outChannels], 3),
    },
  };
  const run = (_state: object, { x, w, dy }: typeof inputs.tensors) => ({
    next: {},
    results: {
      forward: tf.add(convolutionFamily.forward(x, w, s), dy),
      gradX: tf.add(convolutionFamily.gradX(dy, w, s), x),
    },
  });
  const recorded = recordStep(run, { tensors: {} }, inputs);
  const names = recorded.recording.actions.flatMap((a) => (a.kind === "dispatch" ? [a.command.name] : []));
  expect(names).toEqual(["Convolution", "ConvolutionGradX"]);
  const arena = new ScratchArena();
  const step = await recorded.build(arena);
  const planned = await step.run();
  const eager = await eagerStep(run, { tensors: {} }, inputs).run();
  expect(planned).toEqual(eager);
  step.dispose();
  arena.dispose();
  tf.dispose(inputs.tensors);
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
