/** LeaSE over MSG-DAS on the CPU: one hypergradient, whichever way its sub-graphs are passed through. */
import { beforeAll, expect, it } from "vitest";
import { scoped, tf } from "../src/engine/gpu/tensorflow";
import { explainerLoss, explainerParts } from "../src/engine/objectives/parts";
import type { Explainer } from "../src/engine/strategies/strategy";
import { batchOf, expectNear, type Given, given, hypergradient, sampled, whole } from "./msgdas-lease";

beforeAll(async () => {
  await tf.setBackend("cpu");
});

/** As plain numbers; every tensor in between is released. */
const values = (explainer: (g: Given) => Explainer) =>
  scoped(() => {
    const g = given();
    const found = Object.entries(hypergradient(g, explainer(g)));
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
