/** What the sampler must hold to, on the backend in use: its law over 10⁵ draws, and the gradients of a sample. */
import { expect } from "vitest";
import { PRIMITIVES } from "../src/domain/primitives";
import { STREAM } from "../src/domain/random";
import { type Tensor, tf } from "../src/engine/gpu/tensorflow";
import { gumbelNoise, SAMPLED_EDGES, softPick, straightThrough, topPicks } from "../src/engine/kernels/sampler";

const OPS = PRIMITIVES.length;
export const SEED = 20260101;
/** One iteration draws for 28 edges. */
export const ITERATIONS = Math.ceil(1e5 / SAMPLED_EDGES);
/** The same logits for every edge: each is a draw of one law. */
const ROW = [0.3, -0.8, 0.1, 1.1, -0.2, 0.6, -1.4, 0];
const P = ROW.map((a) => Math.exp(a) / ROW.reduce((sum, b) => sum + Math.exp(b), 0));
export const lawAlphas = () => tf.tensor2d(Array.from({ length: SAMPLED_EDGES }, () => ROW));

/** Σ (observed − expected)² / expected. */
const chiSquare = (observed: readonly number[], expected: readonly number[]) =>
  observed.reduce((sum, n, i) => sum + (n - (expected[i] ?? Number.NaN)) ** 2 / (expected[i] ?? Number.NaN), 0);

/** 0.999 quantiles of χ² with 7 and 55 degrees of freedom: below them p > 0.001. */
const [LIMIT_7, LIMIT_55] = [24.32, 93.17];

/**
 * The picks are distinct; the first follows softmax(α), the ordered pair the law of Plackett and Luce.
 * @param picksOf three picks of every edge in an iteration, [3, 28] flat
 */
export async function checkLaw(picksOf: (iteration: number) => Promise<ArrayLike<number>>): Promise<void> {
  const first = new Array<number>(OPS).fill(0);
  const pairs = new Array<number>(OPS * OPS).fill(0);
  let draws = 0;
  let repeated = 0;
  for (let i = 0; i < ITERATIONS; i++) {
    const picks = await picksOf(i);
    for (let edge = 0; edge < SAMPLED_EDGES; edge++) {
      const [a, b, c] = [0, 1, 2].map((k) => picks[k * SAMPLED_EDGES + edge] ?? 0) as [number, number, number];
      draws++;
      if (new Set([a, b, c]).size < 3) repeated++;
      first[a] = (first[a] ?? 0) + 1;
      pairs[a * OPS + b] = (pairs[a * OPS + b] ?? 0) + 1;
    }
  }
  expect(draws).toBeGreaterThanOrEqual(1e5);
  expect(repeated).toBe(0);
  const firstLaw = P.map((p) => draws * p);
  expect(chiSquare(first, firstLaw)).toBeLessThan(LIMIT_7);
  const ordered = P.flatMap((p, a) => P.flatMap((q, b) => (a === b ? [] : { at: a * OPS + b, p: (p * q) / (1 - p) })));
  const observed = ordered.map(({ at }) => pairs[at] ?? 0);
  const law = ordered.map(({ p }) => draws * p);
  expect(chiSquare(observed, law)).toBeLessThan(LIMIT_55);
  // The test tells laws apart: pairs drawn with replacement would fail it.
  const replaced = ordered.map(({ at }) => draws * (P[Math.floor(at / OPS)] ?? 0) * (P[at % OPS] ?? 0));
  expect(chiSquare(observed, replaced)).toBeGreaterThan(10 * LIMIT_55);
}

/** K = 8 visits every operation of an edge once. */
export async function checkAllPicked(): Promise<void> {
  const noise = gumbelNoise(SEED, STREAM.check, tf.scalar(3, "int32"));
  const picks = await Promise.all(topPicks(lawAlphas(), noise, OPS).map((t) => t.data<"int32">()));
  for (let edge = 0; edge < SAMPLED_EDGES; edge++)
    expect(picks.map((p) => p[edge]).sort()).toEqual(PRIMITIVES.map((_, op) => op));
}

/** Logits and an upstream gradient that differ from edge to edge. */
const ALPHAS = Array.from({ length: SAMPLED_EDGES * OPS }, (_, i) => Math.sin(3 * i));
const UPSTREAM = Array.from({ length: SAMPLED_EDGES * OPS }, (_, i) => Math.cos(2 * i));
const TAU = 1.7;

/** The weights of sub-graph k are one-hot, and hand their gradient to softmax(r). */
export async function checkSample(k: number): Promise<void> {
  const g = gumbelNoise(SEED, STREAM.check, tf.scalar(5, "int32"));
  const alphas = tf.tensor2d(ALPHAS, [SAMPLED_EDGES, OPS]);
  const drawn = topPicks(alphas, g, k + 1);
  const of = (a: Tensor) => straightThrough(softPick(a, g, drawn.slice(0, k), tf.scalar(TAU)), drawn[k] as Tensor);
  const upstream = tf.tensor2d(UPSTREAM, [SAMPLED_EDGES, OPS]);
  const value = await of(alphas).data<"float32">();
  const gradient = await tf
    .grad((a: Tensor) => tf.sum(tf.mul(of(a), upstream)))(alphas)
    .data<"float32">();
  const noise = await g.data<"float32">();
  const picks = await Promise.all(drawn.map((p) => p.data<"int32">()));
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
}

/** GDAS's closed form for K = 1 where only the picked entry is used: γ·p_i(δ_ik − p_k)/τ. */
export async function checkClosedForm(): Promise<void> {
  const noise = gumbelNoise(SEED, STREAM.check, tf.scalar(5, "int32"));
  const alphas = tf.tensor2d(ALPHAS, [SAMPLED_EDGES, OPS]);
  const [picks] = topPicks(alphas, noise, 1) as [Tensor];
  const drawn = await picks.data<"int32">();
  const upstream = UPSTREAM.map((v, at) => (drawn[Math.floor(at / OPS)] === at % OPS ? v : 0));
  const loss = (a: Tensor) => {
    const sample = straightThrough(softPick(a, noise, [], tf.scalar(TAU)), picks);
    return tf.sum(tf.mul(sample, tf.tensor2d(upstream, [SAMPLED_EDGES, OPS])));
  };
  const gradient = await tf.grad(loss)(alphas).data<"float32">();
  const p = await tf.softmax(tf.div(tf.add(tf.logSoftmax(alphas), noise), TAU)).data<"float32">();
  for (const [at, got] of gradient.entries()) {
    const edge = Math.floor(at / OPS);
    const i = edge * OPS + (drawn[edge] ?? 0);
    const want = ((UPSTREAM[i] ?? 0) * (p[i] ?? 0) * ((at === i ? 1 : 0) - (p[at] ?? 0))) / TAU;
    expect(got).toBeCloseTo(want, 5);
  }
}
