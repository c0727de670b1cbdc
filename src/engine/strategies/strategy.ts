/** A search strategy: how the supernet mixes its operations. Knows nothing of what the architecture descends. */
import type { Alphas, Genotype } from "../../domain/genotype";
import type { Tensor } from "../gpu/tensorflow";
import type { Supernet } from "../nn/supernet";

/** The network being searched as a function of weights E [P], architecture A [Q] and pictures [N, H, W, 3]: logits [N, classes]. */
export type Explainer = (weights: Tensor, architecture: Tensor, x: Tensor) => Tensor;

export interface Strategy {
  /** Seeded initial architecture, flat. */
  initial(seed: number): Float32Array;
  /**
   * The explainer of one iteration; a sampled strategy draws here, once for all passes of the iteration.
   * @param iteration int32 [], 0 for the first
   */
  explainer(net: Supernet, iteration: Tensor): Explainer;
  /** The alphas inside a flat architecture. */
  alphas(architecture: Float32Array): Alphas;
  derive(architecture: Float32Array): Genotype;
}
