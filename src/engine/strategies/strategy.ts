/** A search strategy: how the supernet mixes its operations. Knows nothing of what the architecture descends. */
import type { Alphas, Betas, Genotype } from "../../domain/genotype";
import type { Settings } from "../../domain/settings";
import type { Tensor } from "../gpu/tensorflow";
import { type Batch, crossEntropy } from "../nn/loss";
import type { Supernet, SupernetOptions } from "../nn/supernet";

/** The network being searched, as functions of weights E [P] and architecture A [Q]: one, or sub-graphs of it. */
export type Explainer = WholeExplainer | SubGraphExplainer;

interface Predicting {
  /** Class logits [N, classes] of pictures x [N, H, W, 3]. */
  readonly logits: (weights: Tensor, architecture: Tensor, x: Tensor) => Tensor;
  /** The operation of each edge in each sub-graph, int32 [28] each; left out where nothing is drawn. */
  readonly picks?: readonly Tensor[];
}

export interface WholeExplainer extends Predicting {
  /** The loss on a batch that weights and architecture descend, a scalar, with the logits it came from. */
  readonly loss: (
    batch: Batch,
    weights: Tensor,
    architecture: Tensor,
    begun?: readonly Tensor[],
  ) => { readonly loss: Tensor; readonly logits: Tensor };
  readonly parts?: undefined;
}

/** A sampled strategy's sub-graphs, whose losses add up. Its own logits are their mean, to be shown. */
export interface SubGraphExplainer extends Predicting {
  /**
   * The sub-graphs, passed through one after the other.
   * @param at where what is constant of the differentiation is taken, for losses; null when only logits are wanted
   */
  readonly parts: (at: Point | null) => readonly WholeExplainer[];
  /** What all parts begin with: computed once, and handed to their losses as `begun`. */
  readonly beginning: (weights: Tensor, x: Tensor) => readonly Tensor[];
  /** Whether the parts are passed through at once after all, with all their activations. */
  readonly sideBySide: boolean;
}

/** Weights, architecture and pictures. */
export interface Point {
  readonly weights: Tensor;
  readonly architecture: Tensor;
  readonly x: Tensor;
}

/** An explainer whose loss is the mean cross-entropy of its logits. */
export function plainExplainer(logits: Explainer["logits"]): WholeExplainer {
  return {
    logits,
    loss: (batch, weights, architecture) => {
      const predicted = logits(weights, architecture, batch.x);
      return { loss: crossEntropy(predicted, batch), logits: predicted };
    },
  };
}

/** What a sampled strategy draws by. The same draw gives the same sample. */
export interface Draw {
  /** int32 [], 0 for the first. */
  readonly iteration: Tensor;
  /** The architecture that is sampled, a constant: picks stay what they are while the architecture moves. */
  readonly architecture: Tensor;
  /** 1 for the second draw of an iteration, where its steps draw each for itself; else 0. */
  readonly draw: 0 | 1;
  /** Scalars by the names that `schedules` gives. */
  readonly schedules: Readonly<Record<string, Tensor>>;
  /** As they are now: those that fix no shape may have changed since the network was made. */
  readonly settings: Settings;
}

export interface SearchNetwork extends Pick<Supernet, "parameters" | "stem"> {
  /** The explainer of one draw, for any number of passes. */
  explainer(draw: Draw): Explainer;
}

/** Where a run stands. Counted from 0. */
export interface Moment {
  readonly iteration: number;
  readonly iterations: number;
  readonly epoch: number;
  readonly epochs: number;
}

/** How far a schedule is, in its own steps: iterations or epochs. */
export function scheduleStep({ schedule }: Settings, at: Moment): { readonly step: number; readonly steps: number } {
  return schedule === "iteration" ? { step: at.iteration, steps: at.iterations } : { step: at.epoch, steps: at.epochs };
}

/** How the steps differ from DARTS's. */
export interface Optimisation {
  /** Which step comes first in an iteration of the bilevel objective; the second one sees what the first one changed. */
  readonly first: "architecture" | "weights";
  /** Whether one draw serves the whole iteration or, with the bilevel objective, each step draws anew. LeaSE draws once. */
  readonly draws: "iteration" | "step";
  /** SGD of the weights with Nesterov's momentum. */
  readonly nesterov: boolean;
  /** With the bilevel objective: the clip compares the norm of the weights' and the alphas' gradients together. */
  readonly clipsJointly: boolean;
  /** The architecture's gradient is clipped too, to the same norm as the weights'. */
  readonly clipsArchitecture: boolean;
}

/** DARTS's own: the architecture first, plain momentum, only the weights' gradient is clipped. */
export const DARTS_OPTIMISATION: Optimisation = {
  first: "architecture",
  draws: "iteration",
  nesterov: false,
  clipsJointly: false,
  clipsArchitecture: false,
};

export interface Strategy {
  readonly optimisation: Optimisation;
  network(options: SupernetOptions, settings: Settings): SearchNetwork;
  /** Seeded initial architecture, flat. */
  initial(seed: number): Float32Array;
  /** Numbers that change from one iteration to the next, such as a temperature; always under the same names. */
  schedules(settings: Settings, at: Moment): Readonly<Record<string, number>>;
  /** Whether the architecture stays as it is in this iteration: a warm-up of the weights. */
  rests(settings: Settings, at: Moment): boolean;
  /** The alphas inside a flat architecture; −∞ where an edge has not got the operation. */
  alphas(architecture: Float32Array): Alphas;
  /** The betas inside a flat architecture; null where edges have no weights of their own. */
  betas(architecture: Float32Array): Betas | null;
  derive(architecture: Float32Array, settings: Settings): Genotype;
  /** The genotype before skips are restricted, where `derive` does that. */
  unrestricted?(architecture: Float32Array): Genotype;
}
