/** The sampled network against the supernet with one-hot mixing weights, for tests on both backends. */
import { EDGES, PRIMITIVES } from "../src/domain/primitives";
import { CounterRandom, STREAM } from "../src/domain/random";
import { ScratchArena } from "../src/engine/gpu/plan";
import { recordStep, writeInput } from "../src/engine/gpu/step";
import { scoped, type Tensor, tf } from "../src/engine/gpu/tensorflow";
import { crossEntropySum } from "../src/engine/nn/loss";
import type { SubGraph } from "../src/engine/nn/sampled-edges";
import { type Mixture, type Supernet, supernet } from "../src/engine/nn/supernet";

const [SIDE, BATCH, CLASSES, ROWS] = [8, 2, 3, 2 * EDGES] as const;

const net: Supernet = supernet({ channels: 4, layers: 3, classes: CLASSES, smooth: false });

/** Classes 2 and 0. */
const TARGETS = Float32Array.of(0, 0, 1, 1, 0, 0);

/** Picks of 28 edges: every operation on every kind of edge in eight draws. */
export const drawnPicks = (draw: number) => Int32Array.from({ length: ROWS }, (_, row) => (3 * row + draw) % 8);

/** [28, 8]. */
function oneHot(picks: Int32Array): Float32Array {
  const values = new Float32Array(ROWS * PRIMITIVES.length);
  for (const [row, op] of picks.entries()) values[row * PRIMITIVES.length + op] = 1;
  return values;
}

function normal(step: number, length: number): Float32Array {
  const random = new CounterRandom(5, STREAM.check, step);
  return Float32Array.from({ length }, (_, i) => random.normal(i));
}

export interface NetworkValues {
  readonly logits: Float32Array;
  readonly weights: Float32Array;
  /** Gradient of the mixing weights that were picked, [28]. */
  readonly picked: Float32Array;
}

/** Logits, and gradients of a cross-entropy, of the network as `logits` computes it from the weights [28, 8]. */
async function differentiate(
  picks: Int32Array,
  logits: (weights: Tensor, mixing: Tensor, x: Tensor) => Tensor,
): Promise<NetworkValues> {
  const tensors = scoped(() => {
    const weights = tf.tensor1d(net.parameters.initial(2, STREAM.check));
    const x = tf.tensor4d(normal(1, BATCH * SIDE * SIDE * 3), [BATCH, SIDE, SIDE, 3]);
    const targets = tf.tensor2d(TARGETS, [BATCH, CLASSES]);
    const mixing = tf.tensor2d(oneHot(picks), [ROWS, PRIMITIVES.length]);
    const loss = (w: Tensor, m: Tensor) => crossEntropySum(logits(w, m, x), targets).asScalar();
    const [dw, dm] = tf.grads(loss)([weights, mixing]) as [Tensor, Tensor];
    return [logits(weights, mixing, x), dw, tf.sum(tf.mul(dm, mixing), 1)];
  });
  const [values, dw, dm] = (await Promise.all(tensors.map((t) => t.data()))) as Float32Array[];
  tf.dispose(tensors);
  return { logits: values as Float32Array, weights: dw as Float32Array, picked: dm as Float32Array };
}

/** Logits of one draw for pictures of a given side, sampled and with one-hot mixing weights. */
export async function bothLogits(draw: number, side: number): Promise<{ sampled: Float32Array; mixed: Float32Array }> {
  const tensors = scoped(() => {
    const w = tf.tensor1d(net.parameters.initial(2, STREAM.check));
    const x = tf.tensor4d(normal(1, BATCH * side * side * 3), [BATCH, side, side, 3]);
    const picks = drawnPicks(draw);
    const weights = tf.tensor2d(oneHot(picks), [ROWS, PRIMITIVES.length]);
    const [normalCells, reduce] = tf.split(weights, 2) as [Tensor, Tensor];
    return [
      net.sampledLogits(w, { picks: tf.tensor1d(picks, "int32"), weights, masks: null }, x),
      net.logits(w, { normal: normalCells, reduce }, x),
    ];
  });
  const [sampled, mixed] = (await Promise.all(tensors.map((t) => t.data()))) as [Float32Array, Float32Array];
  tf.dispose(tensors);
  return { sampled, mixed };
}

export function sampledValues(draw: number): Promise<NetworkValues> {
  const picks = drawnPicks(draw);
  return differentiate(picks, (w, weights, x) => {
    const subGraph: SubGraph = { picks: tf.tensor1d(picks, "int32"), weights, masks: null };
    return net.sampledLogits(w, subGraph, x);
  });
}

export function oneHotValues(draw: number): Promise<NetworkValues> {
  return differentiate(drawnPicks(draw), (w, mixing, x) => {
    const [normalCells, reduce] = tf.split(mixing, 2) as [Tensor, Tensor];
    const mixture: Mixture = { normal: normalCells, reduce };
    return net.logits(w, mixture, x);
  });
}

/** The same of several draws by one recorded plan, on WebGPU: what is drawn comes in as an input. */
export async function replayedValues(draws: readonly number[]): Promise<NetworkValues[]> {
  const state = { tensors: {} };
  const inputs = {
    tensors: {
      weights: tf.tensor1d(net.parameters.initial(2, STREAM.check)),
      x: tf.tensor4d(normal(1, BATCH * SIDE * SIDE * 3), [BATCH, SIDE, SIDE, 3]),
      targets: tf.tensor2d(TARGETS, [BATCH, CLASSES]) as Tensor,
      picks: tf.zeros([ROWS], "int32") as Tensor,
      mixing: tf.zeros([ROWS, PRIMITIVES.length]) as Tensor,
    },
  };
  const arena = new ScratchArena();
  const { recording, build } = recordStep(
    (_, { weights, x, targets, picks, mixing }: (typeof inputs)["tensors"]) => {
      const logits = (w: Tensor, m: Tensor) => net.sampledLogits(w, { picks, weights: m, masks: null }, x);
      const loss = (w: Tensor, m: Tensor) => crossEntropySum(logits(w, m), targets).asScalar();
      const [dw, dm] = tf.grads(loss)([weights, mixing]) as [Tensor, Tensor];
      const picked = tf.sum(tf.mul(dm, mixing), 1);
      return { next: {}, results: { logits: logits(weights, mixing), weights: dw, picked } };
    },
    state,
    inputs,
  );
  const step = await build(arena);
  const values: NetworkValues[] = [];
  for (const draw of draws) {
    const picks = drawnPicks(draw);
    writeInput(inputs, "picks", picks);
    writeInput(inputs, "mixing", oneHot(picks));
    values.push(await step.run());
  }
  if (recording.dispatches === 0) throw new Error("Nothing was recorded.");
  step.dispose();
  arena.dispose();
  tf.dispose(Object.values(inputs.tensors));
  return values;
}

/** Largest difference over the largest value. */
export function difference(a: Float32Array, b: Float32Array): number {
  const largest = a.reduce((m, v) => Math.max(m, Math.abs(v)), 0);
  return a.reduce((m, v, i) => Math.max(m, Math.abs(v - (b[i] ?? Number.NaN))), 0) / largest;
}
