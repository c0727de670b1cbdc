/**
 * The small convnet in jax-js: the whole step jitted, gradients and optimiser included, on its WebGPU device. Its layout is
 * its own, [N, C, H, W]. A function takes its arguments over; `.ref` keeps one for another use.
 */
import { defaultDevice, init, type JsTree, jit, lax, nn, numpy as np, tree, valueAndGrad } from "@jax-js/jax";
import { CLASSES, type ConvnetStart, EPSILON, LEARNING_RATE, MOMENTUM, permuted } from "./convnet";
import type { Peer } from "./timing";

type Weights = Record<"conv" | "scale" | "shift" | "depthwise" | "pointwise" | "dense" | "bias", np.Array>;

/** @throws Error when jax-js finds no WebGPU device */
export async function openJax(): Promise<void> {
  if (!(await init("webgpu")).includes("webgpu")) throw new Error("jax-js could not open WebGPU.");
  defaultDevice("webgpu");
}

const transposed = (values: Float32Array, shape: readonly number[], order: readonly number[]) =>
  np.array(permuted(values, shape, order), { shape: order.map((axis) => shape[axis] ?? 0) });

function lossOf(w: Weights, x: np.Array, labels: np.Array): np.Array {
  const [batch = 0, channels = 0] = x.shape;
  const padded: [number, number][] = [
    [1, 1],
    [1, 1],
  ];
  const channelwise = (v: np.Array) => v.reshape([1, channels, 1, 1]);
  const convolved = lax.conv(x, w.conv, [1, 1], padded);
  const mean = np.mean(convolved.ref, [0, 2, 3], { keepdims: true });
  const centred = convolved.sub(mean);
  const variance = np.mean(np.square(centred.ref), [0, 2, 3], { keepdims: true });
  const normal = centred.div(np.sqrt(variance.add(EPSILON)));
  const rectified = nn.relu(normal.mul(channelwise(w.scale)).add(channelwise(w.shift)));
  const spatial = lax.convGeneralDilated(rectified, w.depthwise, [1, 1], padded, { featureGroupCount: channels });
  const separable = lax.conv(spatial, w.pointwise, [1, 1], "VALID");
  const largest = lax.reduceWindow(separable, np.max, [2, 2], [2, 2]);
  const pooled = lax.reduceWindow(largest, np.mean, [2, 2], [2, 2]);
  const logits = np.matmul(pooled.reshape([batch, -1]), w.dense).add(w.bias);
  return np.sum(nn.logSoftmax(logits).mul(labels)).mul(-1 / batch);
}

type State = { weights: Weights; momenta: Weights };

const step = (state: State, x: np.Array, labels: np.Array) => {
  const [loss, gradients] = valueAndGrad(lossOf)(tree.ref(state.weights), x, labels);
  const momenta = tree.map(
    (v: np.Array, g: np.Array) => v.mul(MOMENTUM).add(g),
    state.momenta as JsTree<np.Array>,
    gradients as JsTree<np.Array>,
  ) as unknown as Weights;
  const weights = tree.map(
    (w: np.Array, v: np.Array) => w.sub(v.mul(LEARNING_RATE)),
    state.weights as JsTree<np.Array>,
    tree.ref(momenta) as JsTree<np.Array>,
  ) as unknown as Weights;
  return { weights, momenta, loss };
};

/** `openJax` comes first. */
export function jaxConvnet(start: ConvnetStart): Peer {
  const { weights: w, shape } = start;
  const { batch, side, channels } = shape;
  const x = transposed(start.pictures, [batch, side, side, channels], [0, 3, 1, 2]);
  const labels = np.array(start.labels, { shape: [batch, CLASSES] });
  const quarter = side / 4;
  const weights: Weights = {
    conv: transposed(w.conv, [3, 3, channels, channels], [3, 2, 0, 1]),
    scale: np.array(w.scale),
    shift: np.array(w.shift),
    depthwise: transposed(w.depthwise, [3, 3, 1, channels], [3, 2, 0, 1]),
    pointwise: transposed(w.pointwise, [1, 1, channels, channels], [3, 2, 0, 1]),
    dense: transposed(w.dense, [quarter, quarter, channels, CLASSES], [2, 0, 1, 3]).reshape([-1, CLASSES]),
    bias: np.array(w.bias),
  };
  const jitted = jit(step);
  let state: State = { weights, momenta: tree.map((t: np.Array) => np.zeros(t.shape), weights) as unknown as Weights };
  return {
    steps: async (count) => {
      let last: np.Array | null = null;
      for (let i = 0; i < count; i++) {
        const { loss, ...next } = jitted(state, x.ref, labels.ref);
        last?.dispose();
        last = loss;
        state = next;
      }
      return last ? ((await last.data())[0] ?? Number.NaN) : Number.NaN;
    },
    dispose: () => {
      tree.dispose(state);
      x.dispose();
      labels.dispose();
      jitted.dispose();
    },
  };
}
