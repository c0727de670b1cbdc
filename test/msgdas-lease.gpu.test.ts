/** LeaSE over MSG-DAS on WebGPU, as a plan, against the CPU. */
import { beforeAll, it } from "vitest";
import { ScratchArena } from "../src/engine/gpu/plan";
import { recordStep } from "../src/engine/gpu/step";
import { tf } from "../src/engine/gpu/tensorflow";
import { openGpu } from "./gpu-engine";
import { expectNear, type Given, given, hypergradient, sampled } from "./msgdas-lease";

beforeAll(openGpu);

it("plans the hypergradient that the CPU finds", async () => {
  await tf.setBackend("cpu");
  const g = given();
  const read = Object.entries(hypergradient(g, sampled(g))).map(async ([name, t]) => [name, await t.data()] as const);
  const wanted = Object.fromEntries(await Promise.all(read));
  await openGpu();
  const arena = new ScratchArena();
  const inputs = { tensors: given() };
  const find = (_: unknown, all: Given) => ({ next: {}, results: hypergradient(all, sampled(all)) });
  const step = await recordStep(find, { tensors: {} }, inputs).build(arena);
  expectNear(await step.run(), wanted);
  step.dispose();
  arena.dispose();
  tf.dispose(Object.values(inputs.tensors));
});
