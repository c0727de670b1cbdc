/**
 * The small convnet in stock TF.js: its public operations and its own gradients, nothing of ours. The optimiser is
 * tf.train.momentum written out (the same four operations a parameter), so that a step is a function of tensors.
 */
import type { Tensors } from "../../src/engine/gpu/step";
import { type Tensor, tf } from "../../src/engine/gpu/tensorflow";
import { CLASSES, type ConvnetStart, EPSILON, features, LEARNING_RATE, MOMENTUM } from "./convnet";
import { named, type TrainingStep } from "./step";

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

export function stockConvnet(start: ConvnetStart): TrainingStep {
  const { shape, weights: w } = start;
  const { batch, side, channels } = shape;
  const weights: Tensors = {
    conv: tf.tensor4d(w.conv, [3, 3, channels, channels]),
    scale: tf.tensor1d(w.scale),
    shift: tf.tensor1d(w.shift),
    depthwise: tf.tensor4d(w.depthwise, [3, 3, channels, 1]),
    pointwise: tf.tensor4d(w.pointwise, [1, 1, channels, channels]),
    dense: tf.tensor2d(w.dense, [features(shape), CLASSES]),
    bias: tf.tensor1d(w.bias),
  };
  const names = Object.keys(weights);
  const momentum = (name: string) => `${name}.momentum`;
  const momenta = Object.fromEntries(Object.entries(weights).map(([name, t]) => [momentum(name), tf.zerosLike(t)]));
  return {
    state: { ...weights, ...momenta },
    inputs: {
      x: tf.tensor4d(start.pictures, [batch, side, side, channels]),
      labels: tf.tensor2d(start.labels, [batch, CLASSES]),
    },
    run: (state, inputs) => {
      const loss = (...parameters: Tensor[]) =>
        tf.losses.softmaxCrossEntropy(named(inputs, "labels"), logits(named(inputs, "x"), parameters)).asScalar();
      const { value, grads } = tf.valueAndGrads(loss)(names.map((name) => named(state, name)));
      const next: Record<string, Tensor> = {};
      for (const [i, name] of names.entries()) {
        const v = tf.add(tf.mul(named(state, momentum(name)), MOMENTUM), grads[i] as Tensor);
        next[momentum(name)] = v;
        next[name] = tf.add(tf.mul(v, -LEARNING_RATE), named(state, name));
      }
      return { next, results: { loss: value } };
    },
  };
}
