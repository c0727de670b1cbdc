/** An iteration of MSG-DAS on the CPU against a second, plain implementation. */
import { beforeAll, expect, it } from "vitest";
import { tf } from "../src/engine/gpu/tensorflow";
import { compareIterations, ITERATION } from "./msgdas-iteration";
import { plainIteration } from "./msgdas-plain";

beforeAll(async () => {
  await tf.setBackend("cpu");
});

it("computes an iteration as the plain implementation does", () => compareIterations({}));
it("computes it alike side by side", () => compareIterations({}, true));
it("computes three sub-graphs without guidance and DropBlock", () =>
  compareIterations({ subGraphs: 3, guidance: 0, dropped: null }));
it("computes one sub-graph without guidance: no gradient comes from anywhere else", () =>
  compareIterations({ subGraphs: 1, guidance: 0 }));

it("differentiates plainly as central differences do", () => {
  const o = { ...ITERATION, subGraphs: 1, guidance: 0 };
  const { weightGradients } = plainIteration(o);
  const name = "classifier.weight";
  const stored = o.weights.get(name);
  if (!stored) throw new Error(`There is no ${name}.`);
  const at = (delta: number) => {
    const values = stored.values.slice();
    values[1] = (values[1] ?? 0) + delta;
    return (
      plainIteration({ ...o, weights: new Map([...o.weights, [name, { ...stored, values }]]) }).trainLosses[0] ?? 0
    );
  };
  expect((at(1e-3) - at(-1e-3)) / 2e-3).toBeCloseTo(weightGradients.get(name)?.[1] ?? Number.NaN, 4);
});
