/** Grouped edges against the single operations they stand for, on the CPU reference. */
import { beforeAll, describe, expect, it } from "vitest";
import { CELL_KINDS, EDGES, PRIMITIVES, type Primitive } from "../../domain/primitives";
import { CounterRandom, STREAM } from "../../domain/random";
import { tf } from "../gpu/tensorflow";
import { normalValues } from "../kernels/kernel-cases";
import { CHANNELS, EDGES_CASES, grouped, single } from "./mixed-edges-cases";
import { supernet } from "./supernet";

beforeAll(async () => {
  await tf.setBackend("cpu");
});

function expectClose(got: Float32Array, want: Float32Array): void {
  const largest = want.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
  const error = want.reduce((a, b, i) => Math.max(a, Math.abs(b - (got[i] ?? Number.NaN))), 0);
  expect(got).toHaveLength(want.length);
  expect(error).toBeLessThanOrEqual(1e-5 * largest);
}

describe.each(EDGES_CASES)("edges with $name", (c) => {
  it("are the weighted sum of their operations, with its gradients", () => {
    const fused = grouped(c);
    const plain = single(c, fused.set);
    for (const [i, want] of plain.tensors.entries())
      expectClose(fused.tensors[i]?.dataSync<"float32">() ?? new Float32Array(), want.dataSync<"float32">());
    const [got, want] = [fused, plain].map(({ set, weightGradient }) =>
      set.toTorch(weightGradient.dataSync<"float32">()),
    );
    expect([...(got?.keys() ?? [])].toSorted()).toEqual([...(want?.keys() ?? [])].toSorted());
    for (const [name, { values }] of want ?? []) expectClose(got?.get(name)?.values ?? new Float32Array(), values);
  });
});

describe("skip dropout", () => {
  const [c] = EDGES_CASES.filter(({ name }) => name === "identities alone");
  if (!c) throw new Error("There is no such case.");
  const draw = (rate: number, step: number) => ({
    rate: tf.scalar(rate),
    step: tf.scalar(step, "int32"),
    draw: 0 as const,
  });
  const skipsOf = (rate: number, step = 0) => grouped(c, draw(rate, step)).tensors[0]?.dataSync<"float32">();

  it("changes nothing at rate 0", () => {
    expect(skipsOf(0)).toEqual(grouped(c).tensors[0]?.dataSync<"float32">());
  });

  it("draws a mask for each edge, anew at each step", () => {
    const [first, again, next] = [skipsOf(0.5), skipsOf(0.5), skipsOf(0.5, 1)];
    expect(again).toEqual(first);
    expect(next).not.toEqual(first);
  });

  it("leaves reducing skips alone", () => {
    const [reducing] = EDGES_CASES.filter(({ name }) => name === "reducing skips alone");
    if (!reducing) throw new Error("There is no such case.");
    const value = (dropout: ReturnType<typeof draw> | null) => grouped(reducing, dropout).tensors[0]?.dataSync();
    expect(value(draw(0.5, 0))).toEqual(value(null));
  });
});

describe("a supernet with some of the operations", () => {
  it("is the whole one with the mixing weights of the others at zero", () => {
    const random = new CounterRandom(5, STREAM.check);
    const some = (edge: number): Primitive[] => {
      const three = random.permutation(PRIMITIVES.length).slice(0, 3);
      return PRIMITIVES.filter((_, k) => three.includes((k + edge) % PRIMITIVES.length));
    };
    const edges = Array.from({ length: EDGES }, (_, edge) => some(edge));
    const operations = { normal: edges, reduce: edges.toReversed() };
    const shape = { channels: CHANNELS, layers: 3, classes: 3, smooth: false };
    const [part, whole] = [supernet({ ...shape, operations }), supernet(shape)];
    const wholeWeights = whole.parameters.initial(1, STREAM.explainerWeights);
    const dict = whole.parameters.toTorch(wholeWeights);
    const weights = part.parameters.fromTorch((name) => dict.get(name)?.values);
    const x = tf.tensor4d(normalValues(2 * 8 * 8 * 3, 1), [2, 8, 8, 3]);
    const values = (_: string, kind: number) => normalValues(EDGES * 3, 2 + kind);
    const mixture = (columns: (kind: "normal" | "reduce", values: Float32Array) => Float32Array, count: number) =>
      Object.fromEntries(
        CELL_KINDS.map((kind, i) => [kind, tf.tensor2d(columns(kind, values(kind, i)), [EDGES, count])]),
      ) as Record<"normal" | "reduce", ReturnType<typeof tf.tensor2d>>;
    const spread = (kind: "normal" | "reduce", own: Float32Array) =>
      Float32Array.from({ length: EDGES * 8 }, (_, i) => {
        const k = operations[kind][Math.floor(i / 8)]?.indexOf(PRIMITIVES[i % 8] as Primitive) ?? -1;
        return k < 0 ? 0 : (own[Math.floor(i / 8) * 3 + k] ?? Number.NaN);
      });
    const got = part.logits(
      tf.tensor1d(weights),
      mixture((_, own) => own, 3),
      x,
    );
    const want = whole.logits(tf.tensor1d(wholeWeights), mixture(spread, 8), x);
    expectClose(got.dataSync<"float32">(), want.dataSync<"float32">());
  });
});
