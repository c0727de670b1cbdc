/** The sampler's law over 10⁵ draws, and the gradients of a sample, on the CPU reference. */
import { beforeAll, describe, expect, it } from "vitest";
import { PRIMITIVES } from "../../domain/primitives";
import { STREAM } from "../../domain/random";
import { type Tensor, tf } from "../gpu/tensorflow";
import { gumbelNoise, SAMPLED_EDGES, softPick, straightThrough, topPicks } from "./sampler";

beforeAll(async () => {
  await tf.setBackend("cpu");
});

const OPS = PRIMITIVES.length;
const SEED = 20260101;
/** One iteration draws for 28 edges. */
const ITERATIONS = Math.ceil(1e5 / SAMPLED_EDGES);
/** The same logits for every edge: each is a draw of one law. */
const ROW = [0.3, -0.8, 0.1, 1.1, -0.2, 0.6, -1.4, 0];
const P = ROW.map((a) => Math.exp(a) / ROW.reduce((sum, b) => sum + Math.exp(b), 0));

function drawAll(count: number, visit: (picks: readonly number[]) => void): void {
  const alphas = tf.tensor2d(Array.from({ length: SAMPLED_EDGES }, () => ROW));
  for (let i = 0; i < ITERATIONS; i++) {
    tf.tidy(() => {
      const noise = gumbelNoise(SEED, STREAM.check, tf.scalar(i, "int32"));
      const drawn = topPicks(alphas, noise, count).map((picks) => picks.dataSync<"int32">());
      for (let edge = 0; edge < SAMPLED_EDGES; edge++) visit(drawn.map((picks) => picks[edge] as number));
    });
  }
  alphas.dispose();
}

/** Σ (observed − expected)² / expected. */
const chiSquare = (observed: readonly number[], expected: readonly number[]) =>
  observed.reduce((sum, n, i) => sum + (n - (expected[i] ?? Number.NaN)) ** 2 / (expected[i] ?? Number.NaN), 0);

/** 0.999 quantiles of χ² with 7 and 55 degrees of freedom: below them p > 0.001. */
const [LIMIT_7, LIMIT_55] = [24.32, 93.17];

describe("10⁵ draws", () => {
  it("are distinct; the first follows softmax(α), the ordered pair the law of Plackett and Luce", () => {
    const first = new Array<number>(OPS).fill(0);
    const pairs = new Array<number>(OPS * OPS).fill(0);
    let draws = 0;
    let repeated = 0;
    drawAll(3, ([a = 0, b = 0, c = 0]) => {
      draws++;
      if (new Set([a, b, c]).size < 3) repeated++;
      first[a] = (first[a] ?? 0) + 1;
      pairs[a * OPS + b] = (pairs[a * OPS + b] ?? 0) + 1;
    });
    expect(draws).toBeGreaterThanOrEqual(1e5);
    expect(repeated).toBe(0);
    const firstLaw = P.map((p) => draws * p);
    expect(chiSquare(first, firstLaw)).toBeLessThan(LIMIT_7);
    const ordered = P.flatMap((p, a) =>
      P.flatMap((q, b) => (a === b ? [] : { at: a * OPS + b, p: (p * q) / (1 - p) })),
    );
    const observed = ordered.map(({ at }) => pairs[at] ?? 0);
    const law = ordered.map(({ p }) => draws * p);
    expect(chiSquare(observed, law)).toBeLessThan(LIMIT_55);
    // The test tells laws apart: pairs drawn with replacement would fail it.
    const replaced = ordered.map(({ at }) => draws * (P[Math.floor(at / OPS)] ?? 0) * (P[at % OPS] ?? 0));
    expect(chiSquare(observed, replaced)).toBeGreaterThan(10 * LIMIT_55);
  });

  it("visit every operation once for K = 8", () => {
    const noise = gumbelNoise(SEED, STREAM.check, tf.scalar(3, "int32"));
    const alphas = tf.tensor2d(Array.from({ length: SAMPLED_EDGES }, () => ROW));
    const picks = topPicks(alphas, noise, OPS).map((t) => t.dataSync<"int32">());
    for (let edge = 0; edge < SAMPLED_EDGES; edge++)
      expect(picks.map((p) => p[edge]).sort()).toEqual(PRIMITIVES.map((_, op) => op));
    expect(() => topPicks(alphas, noise, OPS + 1)).toThrow("cannot have 9 picks");
  });
});

/** Logits and noise that differ from edge to edge. */
const ALPHAS = Array.from({ length: SAMPLED_EDGES * OPS }, (_, i) => Math.sin(3 * i));
const UPSTREAM = Array.from({ length: SAMPLED_EDGES * OPS }, (_, i) => Math.cos(2 * i));
const TAU = 1.7;

/** Value and gradient of sub-graph k's weights, with what was picked and the noise. */
function sampleOf(k: number) {
  const noise = gumbelNoise(SEED, STREAM.check, tf.scalar(5, "int32"));
  const alphas = tf.tensor2d(ALPHAS, [SAMPLED_EDGES, OPS]);
  const picks = topPicks(alphas, noise, k + 1);
  const of = (a: Tensor) => straightThrough(softPick(a, noise, picks.slice(0, k), tf.scalar(TAU)), picks[k] as Tensor);
  const upstream = tf.tensor2d(UPSTREAM, [SAMPLED_EDGES, OPS]);
  const gradient = tf.grad((a: Tensor) => tf.sum(tf.mul(of(a), upstream)))(alphas);
  return {
    value: of(alphas).dataSync<"float32">(),
    gradient: gradient.dataSync<"float32">(),
    noise: noise.dataSync<"float32">(),
    picks: picks.map((p) => p.dataSync<"int32">()),
  };
}

describe("a sample's weights", () => {
  it.each([0, 1, 4])("are one-hot, and hand their gradient to softmax(r) (sub-graph %i)", (k) => {
    const { value, gradient, noise, picks } = sampleOf(k);
    for (let edge = 0; edge < SAMPLED_EDGES; edge++) {
      const before = picks.slice(0, k).map((p) => p[edge] ?? -1);
      const powers = Array.from({ length: OPS }, (_, op) => {
        const at = edge * OPS + op;
        return before.includes(op) ? 0 : Math.exp(((ALPHAS[at] ?? 0) + (noise[at] ?? 0)) / TAU);
      });
      const h = powers.map((p) => p / powers.reduce((a, b) => a + b, 0));
      const mean = h.reduce((sum, p, op) => sum + p * (UPSTREAM[edge * OPS + op] ?? 0), 0);
      for (const [op, p] of h.entries()) {
        const at = edge * OPS + op;
        expect(value[at]).toBe(picks[k]?.[edge] === op ? 1 : 0);
        expect(gradient[at]).toBeCloseTo((p * ((UPSTREAM[at] ?? 0) - mean)) / TAU, 5);
      }
    }
  });

  it("have GDAS's closed form for K = 1 where only the picked entry is used: γ·p_i(δ_ik − p_k)/τ", () => {
    const noise = gumbelNoise(SEED, STREAM.check, tf.scalar(5, "int32"));
    const alphas = tf.tensor2d(ALPHAS, [SAMPLED_EDGES, OPS]);
    const [picks] = topPicks(alphas, noise, 1) as [Tensor];
    const picked = tf.oneHot(picks as tf.Tensor1D, OPS).toFloat();
    const upstream = tf.mul(tf.tensor2d(UPSTREAM, [SAMPLED_EDGES, OPS]), picked);
    const loss = (a: Tensor) =>
      tf.sum(tf.mul(straightThrough(softPick(a, noise, [], tf.scalar(TAU)), picks), upstream));
    const gradient = tf.grad(loss)(alphas).dataSync<"float32">();
    const p = tf.softmax(tf.div(tf.add(tf.logSoftmax(alphas), noise), TAU)).dataSync<"float32">();
    const drawn = picks.dataSync<"int32">();
    for (const [at, got] of gradient.entries()) {
      const edge = Math.floor(at / OPS);
      const i = edge * OPS + (drawn[edge] ?? 0);
      const want = ((UPSTREAM[i] ?? 0) * (p[i] ?? 0) * ((at === i ? 1 : 0) - (p[at] ?? 0))) / TAU;
      expect(got).toBeCloseTo(want, 5);
    }
  });
});
