/**
 * One cell of the DARTS search network, forward and backward: 14 edges of 8 primitives, C = 8, 16×16 pixels, batch 8, both
 * inputs with 8 channels, mixing weights from a softmax over alphas [14, 8]. The loss is Σ output ⊙ upstream, so that the
 * gradient that enters the cell is `upstream`; what is asked for are the gradients of all weights and of the alphas.
 */
import { CounterRandom, STREAM } from "../../src/domain/random";
import type { Tensors } from "../../src/engine/gpu/step";
import { tf } from "../../src/engine/gpu/tensorflow";

export const CELL = { batch: 8, side: 16, channels: 8, edges: 14, nodes: 4, primitives: 8 } as const;

/** s0 and s1 [N, S, S, C], alphas [14, 8], upstream [N, S, S, 4·C]. */
export function cellInputs(): Tensors {
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
