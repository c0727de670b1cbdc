/**
 * The small convnet in stock TF.js: its public operations and its own gradients, nothing of ours. The optimiser is
 * tf.train.momentum written out (the same four operations a parameter), so that a step is a function of tensors.
 */
import { type Tensor, tf } from "../../src/engine/gpu/tensorflow";
import { CLASSES, type ConvnetStart, EPSILON, features, LEARNING_RATE, MOMENTUM } from "./convnet";
import type { Step } from "./step";

export interface StockState {
  readonly weights: readonly Tensor[];
  readonly momenta: readonly Tensor[];
}

function logits(x: tf.Tensor4D, weights: readonly Tensor[]): tf.Tensor2D {
  const [conv, scale, shift, depthwise, pointwise, dense, bias] = weights as [
    tf.Tensor4D,
    tf.Tensor1D,
    tf.Tensor1D,
    tf.Tensor4D,
    tf.Tensor4D,
    tf.Tensor2D,
    tf.Tensor1D,
  ];
  const convolved = tf.conv2d(x, conv, 1, "same");
  const { mean, variance } = tf.moments(convolved, [0, 1, 2]);
  const normal = tf.batchNorm(convolved, mean as tf.Tensor1D, variance as tf.Tensor1D, shift, scale, EPSILON);
  const separable = tf.conv2d(tf.depthwiseConv2d(tf.relu(normal), depthwise, 1, "same"), pointwise, 1, "same");
  const pooled = tf.avgPool(tf.maxPool(separable, 2, 2, "valid"), 2, 2, "valid");
  return tf.add(tf.matMul(tf.reshape(pooled, [x.shape[0], dense.shape[0]]), dense), bias);
}

export function stockConvnet(start: ConvnetStart): Step<StockState> {
  const { shape, weights: w } = start;
  const { batch, side, channels } = shape;
  const x = tf.tensor4d(start.pictures, [batch, side, side, channels]);
  const labels = tf.tensor2d(start.labels, [batch, CLASSES]);
  const weights = [
    tf.tensor4d(w.conv, [3, 3, channels, channels]),
    tf.tensor1d(w.scale),
    tf.tensor1d(w.shift),
    tf.tensor4d(w.depthwise, [3, 3, channels, 1]),
    tf.tensor4d(w.pointwise, [1, 1, channels, channels]),
    tf.tensor2d(w.dense, [features(shape), CLASSES]),
    tf.tensor1d(w.bias),
  ];
  const train = tf.valueAndGrads((...parameters: Tensor[]) =>
    tf.losses.softmaxCrossEntropy(labels, logits(x, parameters)).asScalar(),
  );
  return {
    initial: { weights, momenta: weights.map((t) => tf.zerosLike(t)) },
    run: (state) => {
      const { value, grads } = train([...state.weights]);
      const momenta = state.momenta.map((v, i) => tf.add(tf.mul(v, MOMENTUM), grads[i] as Tensor));
      const next = state.weights.map((t, i) => tf.add(tf.mul(momenta[i] as Tensor, -LEARNING_RATE), t));
      return { state: { weights: next, momenta }, loss: value };
    },
    constants: [x, labels],
  };
}
