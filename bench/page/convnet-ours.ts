/** The small convnet from the engine's own layers and kernels, on flat weights. */
import { type Tensor, tf } from "../../src/engine/gpu/tensorflow";
import { convolution } from "../../src/engine/kernels/convolution";
import { depthwise } from "../../src/engine/kernels/depthwise";
import { channelShift, relu } from "../../src/engine/kernels/pointwise";
import { averagePool, maxPool } from "../../src/engine/kernels/pooling";
import { conv, norm } from "../../src/engine/nn/layers";
import { crossEntropy } from "../../src/engine/nn/loss";
import { depthwiseFilter, linearFilter, ParameterSet, vector } from "../../src/engine/nn/parameters";
import { sgdStep } from "../../src/engine/optim/sgd";
import { CLASSES, type ConvnetShape, type ConvnetStart, features, LEARNING_RATE, MOMENTUM, permuted } from "./convnet";
import { named, type TrainingStep } from "./step";

function network(shape: ConvnetShape) {
  const { batch, channels } = shape;
  const set = new ParameterSet();
  const convolve = conv(set, "conv", { in: channels, out: channels, kernel: 3, pad: 1 });
  const normalise = norm(set, "norm", channels, true);
  const spatial = set.add(depthwiseFilter([{ kernel: 3, names: ["depthwise"] }], channels));
  const pointwise = conv(set, "pointwise", { in: channels, out: channels, kernel: 1 });
  const dense = set.add(linearFilter("dense", features(shape), CLASSES));
  const bias = set.add(vector("bias", CLASSES, "zeros"));
  const block = { kernel: 3, dilation: 1, pad: 1, outChannels: channels, inOffset: 0, inChannels: channels };
  const logits = (weights: Tensor, x: Tensor) => {
    const view = set.view(weights);
    const rectified = relu(normalise(view, convolve(view, x)));
    const separable = pointwise(view, depthwise(rectified, view(spatial), 1, [block]));
    const pooled = averagePool(maxPool(separable, 2, 2, 0), 2, 2, 0);
    const flat = tf.reshape(pooled, [batch, 1, 1, features(shape)]);
    return tf.reshape(channelShift(convolution(flat, view(dense)), view(bias)), [batch, CLASSES]);
  };
  return { set, logits };
}

export function ourConvnet(start: ConvnetStart): TrainingStep {
  const { shape, weights: w } = start;
  const { batch, side, channels } = shape;
  const { set, logits } = network(shape);
  // In PyTorch's layouts, [O, I, k, k] and [O, I], which the parameter set knows.
  const inputs = features(shape);
  const torch: Readonly<Record<string, Float32Array>> = {
    "conv.weight": permuted(w.conv, [3, 3, channels, channels], [3, 2, 0, 1]),
    "norm.weight": w.scale,
    "norm.bias": w.shift,
    depthwise: permuted(w.depthwise, [3, 3, channels], [2, 0, 1]),
    "pointwise.weight": permuted(w.pointwise, [channels, channels], [1, 0]),
    dense: permuted(w.dense, [inputs, CLASSES], [1, 0]),
    bias: w.bias,
  };
  const weights = tf.tensor1d(set.fromTorch((name) => torch[name]));
  const sgd = { learningRate: LEARNING_RATE, momentum: MOMENTUM, weightDecay: 0 };
  return {
    state: { weights, momentum: tf.zerosLike(weights) },
    inputs: {
      x: tf.tensor(start.pictures, [batch, side, side, channels]),
      targets: tf.tensor(start.labels, [batch, CLASSES]),
    },
    run: (state, inputs) => {
      const [x, targets] = [named(inputs, "x"), named(inputs, "targets")];
      const loss = (flat: Tensor) => crossEntropy(logits(flat, x), { x, targets, weights: null }).asScalar();
      const { value, grad } = tf.valueAndGrad(loss)(named(state, "weights"));
      const next = sgdStep(named(state, "weights"), grad, named(state, "momentum"), sgd);
      return { next: { weights: next.weights, momentum: next.buffer }, results: { loss: value } };
    },
  };
}
