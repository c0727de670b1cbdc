/**
 * The Gumbel-TopK sampler (MSG-DAS, eq. 2-3, algorithm 1): for each edge K different operations, drawn one after the other
 * from what is left. One pick follows softmax(α), the sequence the law of Plackett and Luce, whatever the temperature.
 */
import { EDGES, PRIMITIVES } from "../../domain/primitives";
import { CounterRandom, type Stream } from "../../domain/random";
import { defineKernel, type Values } from "../gpu/kernel";
import { type Tensor, tf } from "../gpu/tensorflow";
import { custom } from "./batch-norm";
import { PCG4D } from "./noise";
import { softmax } from "./softmax";

const OPS = PRIMITIVES.length;
/** Edges of both kinds of cell, normal first. */
export const SAMPLED_EDGES = 2 * EDGES;

interface Noise {
  readonly seed: number;
  readonly stream: Stream;
}

const shape = [SAMPLED_EDGES, OPS] as const;
const size = SAMPLED_EDGES * OPS;

const noiseKernel = defineKernel<Noise>("SearchlightGumbelNoise", {
  shape: () => shape,
  cpu: ([step], out, s) => {
    const random = new CounterRandom(s.seed, s.stream, (step as Values)[0] as number);
    for (let i = 0; i < out.length; i++) out[i] = -Math.log(-Math.log(random.uniform(i)));
  },
  gpu: ([step], s, run) => {
    if (!step) throw new Error("GumbelNoise needs the step.");
    return run({
      name: "GumbelNoise",
      inputs: { step },
      params: { seed: s.seed, stream: s.stream },
      functions: PCG4D,
      body: `
        let bits = pcg4d(vec4<u32>(u32(index), u32(step[0]), u32(uniforms.stream), bitcast<u32>(uniforms.seed)));
        result[index] = -log(minusLog(unit(bits.x)));`,
      count: size,
      shape,
    });
  },
});

/** Gumbel(0, 1) noise [28, 8], from (seed, stream, step) and (kind of cell, edge, operation). @param step int32 [] */
export function gumbelNoise(seed: number, stream: Stream, step: Tensor): Tensor {
  return noiseKernel([step], { seed, stream });
}

interface Pick {
  /** Which of the K picks, from 0. */
  readonly k: number;
}

/** The operation with the most α + g among those not picked before; ties keep the lower one. */
const pickKernel = defineKernel<Pick>("SearchlightPick", {
  dtype: "int32",
  shape: () => [SAMPLED_EDGES],
  cpu: ([alphas, noise], out, { k }) => {
    for (let edge = 0; edge < out.length; edge++) {
      const picked = new Set<number>();
      let best = 0;
      for (let i = 0; i <= k; i++) {
        let largest = Number.NEGATIVE_INFINITY;
        for (let op = 0; op < OPS; op++) {
          const at = edge * OPS + op;
          const value = Math.fround(((alphas as Values)[at] as number) + ((noise as Values)[at] as number));
          if (picked.has(op) || value <= largest) continue;
          [best, largest] = [op, value];
        }
        picked.add(best);
      }
      out[edge] = best;
    }
  },
  gpu: ([alphas, noise], { k }, run) => {
    if (!alphas || !noise) throw new Error("Pick needs alphas and noise.");
    return run({
      name: "Pick",
      inputs: { alphas, noise },
      params: { k },
      body: `
        var picked = 0;
        var best = 0;
        for (var i = 0; i <= uniforms.k; i++) {
          var largest = 0.0;
          var found = false;
          for (var op = 0; op < ${OPS}; op++) {
            if (((picked >> u32(op)) & 1) == 1) { continue; }
            let value = alphas[index * ${OPS} + op] + noise[index * ${OPS} + op];
            if (!found || value > largest) { best = op; largest = value; found = true; }
          }
          picked |= 1 << u32(best);
        }
        result[index] = best;`,
      count: SAMPLED_EDGES,
      shape: [SAMPLED_EDGES],
      dtype: "int32",
    });
  },
});

interface Rows {
  readonly picks: number;
}

/** Finite, so that it may be multiplied by zero; its exponential is zero. */
const MASKED = -1e30;

const maskKernel = defineKernel<Rows>("SearchlightPickMask", {
  shape: () => shape,
  cpu: (picks, out) => {
    for (const picked of picks)
      for (const [edge, op] of (picked as Int32Array).entries()) out[edge * OPS + op] = MASKED;
  },
  gpu: (picks, s, run) => {
    const names = picks.map((_, i) => `picks${i}`);
    return run({
      name: "PickMask",
      variant: `${s.picks}`,
      inputs: Object.fromEntries(picks.map((p, i) => [names[i], p])),
      params: {},
      body: `
        let op = index % ${OPS};
        let picked = ${names.map((name) => `${name}[index / ${OPS}] == op`).join(" || ")};
        result[index] = select(0.0, ${MASKED}, picked);`,
      count: size,
      shape,
    });
  },
});

const oneHotKernel = defineKernel<Rows>("SearchlightPickOneHot", {
  shape: () => shape,
  cpu: ([picks], out) => {
    for (const [edge, op] of (picks as Int32Array).entries()) out[edge * OPS + op] = 1;
  },
  gpu: ([picks], _, run) => {
    if (!picks) throw new Error("PickOneHot needs picks.");
    return run({
      name: "PickOneHot",
      inputs: { picks },
      params: {},
      body: `result[index] = select(0.0, 1.0, picks[index / ${OPS}] == index % ${OPS});`,
      count: size,
      shape,
    });
  },
});

/** One sub-graph: the operation of each edge of both kinds of cell, int32 [28]. */
export type Picks = Tensor;

/** K picks for each edge, no two alike. @param alphas and noise [28, 8] @throws Error unless 1 ≤ K ≤ 8 */
export function topPicks(alphas: Tensor, noise: Tensor, count: number): Picks[] {
  if (count < 1 || count > OPS) throw new Error(`An edge has ${OPS} operations: it cannot have ${count} picks.`);
  return Array.from({ length: count }, (_, k) => pickKernel([alphas, noise], { k }));
}

/**
 * h^k = softmax(r^k) with r^1 = (α + g)/τ and r^{k+1} = r^k + log(1 − onehot): what was picked before is masked by a constant.
 * @param before the picks of the sub-graphs before this one
 * @param temperature τ, a scalar
 * @returns [28, 8]
 */
export function softPick(alphas: Tensor, noise: Tensor, before: readonly Picks[], temperature: Tensor): Tensor {
  const logits = tf.div(tf.add(alphas, noise), temperature);
  return softmax(before.length > 0 ? tf.add(logits, maskKernel(before, { picks: before.length })) : logits);
}

/** The one-hot picks as a function of the soft ones: the gradient is handed on as it is (straight-through). */
export function straightThrough(soft: Tensor, picks: Picks): Tensor {
  return custom(
    [soft],
    [picks],
    ([, picked]) => oneHotKernel([picked as Tensor], { picks: 1 }),
    (dy) => [dy.clone()],
  );
}
