/**
 * MSG-DAS: K sub-graphs are drawn together, no two with the same operation on the same edge, and learn with shared weights;
 * each also follows the whole supernet's predictions (guidance), and identity skips lose blocks (DropBlock-Identity).
 */
import { deriveGenotype } from "../../domain/genotype";
import { PRIMITIVES } from "../../domain/primitives";
import { STREAM } from "../../domain/random";
import type { Settings } from "../../domain/settings";
import { detach, type Tensor, tf, withoutGradient } from "../gpu/tensorflow";
import { dropBlock } from "../kernels/drop-block";
import { gumbelNoise, type Picks, SAMPLED_EDGES, softPick, straightThrough, topPicks } from "../kernels/sampler";
import { softmax } from "../kernels/softmax";
import { crossEntropy } from "../nn/loss";
import type { SkipPlace, SubGraph } from "../nn/sampled-edges";
import { type Supernet, supernet } from "../nn/supernet";
import { linearRate } from "../optim/linear";
import { ALPHAS, alphasOf, mixture } from "./darts";
import {
  DARTS_OPTIMISATION,
  type Moment,
  type Point,
  type Strategy,
  type SubGraphExplainer,
  scheduleStep,
  type WholeExplainer,
} from "./strategy";

/** What an iteration's explainer is made from. */
export interface SubGraphs {
  /** Gumbel noise [28, 8]. */
  readonly noise: Tensor;
  /** The picks of each sub-graph, drawn with this noise. */
  readonly picks: readonly Picks[];
  /** τ, a scalar. */
  readonly temperature: Tensor;
  /** λ, a scalar; null without guidance. */
  readonly guidance: Tensor | null;
  /** Masks of a sub-graph's identity skips; null without DropBlock. */
  readonly masks: ((subGraph: number, place: SkipPlace) => Tensor) | null;
  /** Whether all are passed through at once, with K times the activations. */
  readonly sideBySide: boolean;
}

const rows = (architecture: Tensor) => tf.reshape(architecture, [SAMPLED_EDGES, PRIMITIVES.length]);
const sum = (tensors: readonly Tensor[]) => tensors.reduce((a, b) => tf.add(a, b));

/** p^super: the whole supernet's predictions, mixed by softmax(α); a constant of the differentiation. */
function guide({ logits }: Supernet, { weights, architecture, x }: Point): Tensor {
  const [w, a, pictures] = [detach(weights), detach(architecture), detach(x)];
  return withoutGradient(() => softmax(logits(w, mixture(a), pictures)));
}

/** The explainer of K sub-graphs. Losses: CE(p^k, t) + λ·CE(p^super, p^k). */
export function subGraphExplainer(net: Supernet, o: SubGraphs): SubGraphExplainer {
  const logitsOf =
    (k: number) =>
    (weights: Tensor, architecture: Tensor, x: Tensor, begun?: readonly Tensor[]): Tensor => {
      const picks = o.picks[k] as Picks;
      const soft = softPick(rows(architecture), o.noise, o.picks.slice(0, k), o.temperature);
      const { masks } = o;
      const subGraph: SubGraph = {
        picks,
        weights: straightThrough(soft, picks),
        masks: masks && ((place) => masks(k, place)),
      };
      return begun ? net.sampledFrom(weights, subGraph, begun) : net.sampledLogits(weights, subGraph, x);
    };
  const each = o.picks.map((_, k) => logitsOf(k));
  const part = (logits: ReturnType<typeof logitsOf>, followed: Tensor | null): WholeExplainer => ({
    logits: (weights, architecture, x) => logits(weights, architecture, x),
    loss: (batch, weights, architecture, begun) => {
      const predicted = logits(weights, architecture, batch.x, begun);
      const own = crossEntropy(predicted, batch);
      if (!followed || !o.guidance) return { loss: own, logits: predicted };
      const guided = crossEntropy(predicted, { ...batch, targets: followed });
      return { loss: tf.add(own, tf.mul(guided, o.guidance)), logits: predicted };
    },
  });
  const mean: SubGraphExplainer["logits"] = (...at) =>
    tf.mul(sum(each.map((logits) => logits(...at))), 1 / each.length);
  return {
    logits: mean,
    beginning: net.beginning,
    picks: o.picks,
    sideBySide: o.sideBySide,
    parts: (at) => {
      const followed = at && o.guidance ? guide(net, at) : null;
      return each.map((logits) => part(logits, followed));
    },
  };
}

/** On maps of fewer pixels a side DropBlock drops single ones. */
const SMALL_MAP = 8;
/** States of a cell that edges leave, and edges of a state: room for the number of a slot. */
const [STATES, EDGES_OF_STATE, CELLS] = [5, 4, 32];
/** Steps in which DropBlock's share rises. */
const RISES = 5;

/** The masks of an iteration, the same for all its passes: of each slot of each state of each cell of each sub-graph another. */
export function iterationMasks({ seed, dropBlockSize }: Settings, iteration: Tensor, share: Tensor) {
  return (k: number, { layer, state, shape, gate, picks }: SkipPlace): Tensor => {
    const block = (shape[1] ?? 0) < SMALL_MAP ? 1 : dropBlockSize;
    const site = ((k * CELLS + layer) * STATES + state) * EDGES_OF_STATE;
    return dropBlock(shape, iteration, share, picks, { seed, stream: STREAM.dropBlock, block, site, gate });
  };
}

/** From 0 up to the cap in equal steps, each for the same part of the run. */
function risingShare(cap: number, step: number, steps: number): number {
  return (cap * Math.min(RISES, Math.floor(((RISES + 1) * step) / Math.max(1, steps)))) / RISES;
}

function schedules(settings: Settings, at: Moment) {
  const { step, steps } = scheduleStep(settings, at);
  return {
    tau: linearRate(settings.tauMax, settings.tauMin, step, steps),
    lambda: settings.guidance ? linearRate(0, settings.guidanceMax, step, steps) : 0,
    dropBlock: settings.dropBlock ? risingShare(settings.dropBlockShare, step, steps) : 0,
  };
}

export const msgDas: Strategy = {
  optimisation: DARTS_OPTIMISATION,
  network: (options) => {
    const net = supernet(options);
    return {
      parameters: net.parameters,
      stem: net.stem,
      explainer: ({ iteration, architecture, schedules: now, settings }) => {
        const noise = gumbelNoise(settings.seed, STREAM.sampler, iteration);
        return subGraphExplainer(net, {
          noise,
          picks: topPicks(rows(architecture), noise, settings.subGraphs),
          temperature: now.tau as Tensor,
          guidance: settings.guidance ? (now.lambda as Tensor) : null,
          masks: settings.dropBlock ? iterationMasks(settings, iteration, now.dropBlock as Tensor) : null,
          sideBySide: settings.sideBySide,
        });
      },
    };
  },
  // The same chance for every operation.
  initial: () => new Float32Array(ALPHAS),
  schedules,
  rests: () => false,
  alphas: alphasOf,
  betas: () => null,
  derive: (architecture) => deriveGenotype(alphasOf(architecture)),
};
