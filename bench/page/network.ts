/** The weight step of a whole search network: first order, gradient clipped, SGD with momentum and weight decay. */

import { EDGES, PRIMITIVES } from "../../src/domain/primitives";
import { STREAM } from "../../src/domain/random";
import { type Tensor, tf } from "../../src/engine/gpu/tensorflow";
import { softmax } from "../../src/engine/kernels/softmax";
import { crossEntropy } from "../../src/engine/nn/loss";
import { supernet } from "../../src/engine/nn/supernet";
import { sgdStep } from "../../src/engine/optim/sgd";
import { named, type TrainingStep } from "./step";

const CLASSES = 10;

/** The network that DARTS searches on CIFAR-10: 8 cells, 16 channels. */
export const PAPER = { channels: 16, layers: 8, classes: CLASSES, smooth: false } as const;

/** @param batch pictures of `side`×`side` pixels and 3 channels */
export function paperStep(batch: number, side: number): TrainingStep {
  const { parameters, logits } = supernet(PAPER);
  const weights = tf.tensor1d(parameters.initial(4, STREAM.check));
  const alphas = () => tf.zeros([EDGES, PRIMITIVES.length]);
  const sgd = { learningRate: 0.025, momentum: 0.9, weightDecay: 3e-4, clip: 5 };
  return {
    state: { weights, momentum: tf.zerosLike(weights) },
    inputs: {
      x: tf.randomNormal([batch, side, side, 3], 0, 1, "float32", 5),
      targets: tf.tensor2d(
        Float32Array.from({ length: batch * CLASSES }, (_, i) =>
          i % CLASSES === Math.floor(i / CLASSES) % CLASSES ? 1 : 0,
        ),
        [batch, CLASSES],
      ),
      normal: alphas(),
      reduce: alphas(),
    },
    run: (state, inputs) => {
      const [x, targets] = [named(inputs, "x"), named(inputs, "targets")];
      const mixture = { normal: softmax(named(inputs, "normal")), reduce: softmax(named(inputs, "reduce")) };
      const loss = (flat: Tensor) => crossEntropy(logits(flat, mixture, x), { x, targets, weights: null }).asScalar();
      const { value, grad } = tf.valueAndGrad(loss)(named(state, "weights"));
      const next = sgdStep(named(state, "weights"), grad, named(state, "momentum"), sgd);
      return { next: { weights: next.weights, momentum: next.buffer }, results: { loss: value } };
    },
  };
}
