/** LeaSE over MSG-DAS on the CPU: one hypergradient, whichever way its sub-graphs are passed through. */
import { beforeAll, expect, it } from "vitest";
import { scoped, tf } from "../src/engine/gpu/tensorflow";
import type { HypergradientMethod } from "../src/engine/objectives/derivatives";
import { explainerLoss, explainerParts } from "../src/engine/objectives/parts";
import type { Explainer } from "../src/engine/strategies/strategy";
import { batchOf, expectNear, type Given, given, hypergradient, sampled, whole } from "./msgdas-lease";

beforeAll(async () => {
  await tf.setBackend("cpu");
});

/** As plain numbers; every tensor in between is released. */
const values = (explainer: (g: Given) => Explainer, method: HypergradientMethod = "exact") =>
  scoped(() => {
    const g = given();
    const found = Object.entries(hypergradient(g, explainer(g), method));
    return Object.fromEntries(found.map(([name, t]) => [name, t.dataSync<"float32">().slice()]));
  });

it("is that of whole supernets with one-hot weights", () => {
  expectNear(
    values((g) => sampled(g, { guidance: false, dropBlock: false })),
    values(whole),
  );
});

it("is the same in sequence and side by side, with guidance and DropBlock", () => {
  expectNear(
    values((g) => sampled(g)),
    values((g) => sampled(g, { sideBySide: true })),
  );
});

// A draw at which the curvature lets the papers' step be that near; without kinks, which would spoil the differences.
it("is the same by finite differences, as the papers take it, with guidance and DropBlock", () => {
  const smooth = (g: Given) => sampled({ ...g, iteration: tf.scalar(5, "int32") }, {}, true);
  const exact = values(smooth);
  const differences = values(smooth, "finite-difference");
  for (const name of ["gradient", "direct"]) {
    const [a, b] = [exact[name] ?? new Float32Array(), differences[name] ?? new Float32Array()];
    const size = (v: Float32Array) => Math.hypot(...v);
    const product = a.reduce((sum, v, i) => sum + v * (b[i] ?? Number.NaN), 0);
    expect(size(a), name).toBeGreaterThan(1e-3);
    expect(product / (size(a) * size(b)), name).toBeGreaterThan(0.999);
    expect(Math.abs(size(b) / size(a) - 1), name).toBeLessThan(0.01);
  }
});

it("has the mean loss of its sub-graphs where nothing descends it", () => {
  const [mean, each] = scoped((): [number, number[]] => {
    const g = given();
    const [explainer, batch] = [sampled(g), batchOf(g, "train")];
    const number = ({ loss }: { readonly loss: tf.Tensor }) => loss.dataSync<"float32">()[0] ?? Number.NaN;
    const parts = explainerParts(explainer, { ...g, x: batch.x });
    return [
      number(explainerLoss(explainer, batch, g.weights, g.architecture)),
      parts.map((part) => number(part.loss(batch, g.weights, g.architecture))),
    ];
  });
  expect(each).toHaveLength(2);
  expect(mean).toBeCloseTo(each.reduce((x, y) => x + y, 0) / 2, 5);
});
