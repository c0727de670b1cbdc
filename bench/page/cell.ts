/**
 * One cell of the DARTS search network, forward and backward: 14 edges of 8 primitives, C = 8, 16×16 pixels, batch 8, both
 * inputs with 8 channels, mixing weights from a softmax over alphas [14, 8]. The loss is Σ output ⊙ upstream, so that the
 * gradient that enters the cell is `upstream`; what is asked for are the gradients of all weights and of the alphas.
 */
import { CounterRandom, STREAM } from "../../src/domain/random";
import { type Tensor, tf } from "../../src/engine/gpu/tensorflow";

export const CELL = { batch: 8, side: 16, channels: 8, edges: 14, nodes: 4, primitives: 8 } as const;

export interface CellInput {
  /** [N, S, S, C] */
  readonly s0: tf.Tensor4D;
  /** [N, S, S, C] */
  readonly s1: tf.Tensor4D;
  /** [14, 8] */
  readonly alphas: tf.Tensor2D;
  /** [N, S, S, 4·C] */
  readonly upstream: tf.Tensor4D;
}

export interface CellGradients {
  readonly loss: Tensor;
  readonly weights: readonly Tensor[];
  readonly alphas: Tensor;
}

/** A way to compute it. */
export interface CellWork {
  readonly run: () => CellGradients;
  readonly dispose: () => void;
}

export function cellInput(): CellInput {
  const { batch, side, channels, edges, nodes, primitives } = CELL;
  let next = 0;
  const random = new CounterRandom(2, STREAM.check);
  const normal = (size: number, scale: number) =>
    Float32Array.from({ length: size }, () => scale * random.normal(next++));
  const pictures = (width: number) => tf.tensor4d(normal(batch * side * side * width, 1), [batch, side, side, width]);
  return {
    s0: pictures(channels),
    s1: pictures(channels),
    alphas: tf.tensor2d(normal(edges * primitives, 0.001), [edges, primitives]),
    upstream: pictures(nodes * channels),
  };
}
