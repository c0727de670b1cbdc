/** An iteration of MSG-DAS on WebGPU against a second, plain implementation. */
import { beforeAll, expect, it } from "vitest";
import { openEngine } from "../src/engine/gpu/backend";
import { compareIterations } from "./msgdas-iteration";

beforeAll(async () => {
  const engine = await openEngine("webgpu", navigator.gpu, () => Promise.resolve("webgpu"));
  expect(engine.webgpu.ok).toBe(true);
});

it("computes an iteration as the plain implementation does", () => compareIterations({}));
