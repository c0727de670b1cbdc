/** The engine's iteration of MSG-DAS against the plain one, on the backend in use. */
import { expect } from "vitest";
import { edgesFrom } from "../src/domain/primitives";
import { CounterRandom, STREAM } from "../src/domain/random";
import { scoped, type Tensor, tf } from "../src/engine/gpu/tensorflow";
import { SAMPLED_EDGES, topPicks } from "../src/engine/kernels/sampler";
import type { SkipPlace } from "../src/engine/nn/sampled-edges";
import { supernet } from "../src/engine/nn/supernet";
import { lossGradients, rebound } from "../src/engine/objectives/derivatives";
import { explainerLosses } from "../src/engine/objectives/parts";
import { subGraphExplainer } from "../src/engine/strategies/msg-das";
import { type DropPlace, type PlainBatch, type PlainIteration, plainIteration } from "./msgdas-plain";

const [SIDE, BATCH, CLASSES, LAYERS] = [8, 3, 3, 3] as const;
const net = supernet({ channels: 2, layers: LAYERS, classes: CLASSES, smooth: false });
const flat = net.parameters.initial(3, STREAM.check);

function values(step: number, length: number, value: (random: CounterRandom, i: number) => number): Float32Array {
  const random = new CounterRandom(11, STREAM.check, step);
  return Float32Array.from({ length }, (_, i) => value(random, i));
}
const pictures = (step: number) => values(step, BATCH * SIDE * SIDE * 3, (random, i) => random.normal(i));

/** Any mask will do: a seventh of the pixels. */
const dropped = ({ subGraph, layer, edge, n, c, y, x }: DropPlace) =>
  (31 * subGraph + 17 * layer + 13 * edge + 11 * n + 7 * c + 5 * y + 3 * x * (y + 1)) % 7 === 0;

export const ITERATION: PlainIteration = {
  layers: LAYERS,
  side: SIDE,
  weights: net.parameters.toTorch(flat),
  alphas: values(1, 8 * SAMPLED_EDGES, (random, i) => 0.5 * random.normal(i)),
  noise: values(2, 8 * SAMPLED_EDGES, (random, i) => -Math.log(-Math.log(random.uniform(i)))),
  subGraphs: 2,
  temperature: 2,
  guidance: 0.3,
  dropped,
  train: { pictures: pictures(3), labels: [2, 0, 1] },
  validation: { pictures: pictures(4), labels: [1, 1, 2] },
  alphaRate: 0.5,
};

/** The mask as the engine keeps it: a word a row of pixels, and how many are kept. */
function wordsOf(subGraph: number, { layer, state, shape, gate }: SkipPlace): Tensor {
  const [batch = 0, height = 0, width = 0, channels = 0] = shape;
  const words = new Int32Array(gate.rows.length * batch * (height + 1) * channels);
  for (const [slot, { index: edge }] of edgesFrom(state).entries())
    for (let n = 0; n < batch; n++)
      for (let c = 0; c < channels; c++) {
        const at = (y: number) => ((slot * batch + n) * (height + 1) + y) * channels + c;
        for (let y = 0; y < height; y++)
          for (let x = 0; x < width; x++) {
            const out = dropped({ subGraph, layer, edge, n, c, y, x });
            if (out) words[at(y)] = (words[at(y)] as number) | (1 << x);
            else words[at(height)] = (words[at(height)] as number) + 1;
          }
      }
  return tf.tensor(words, [gate.rows.length, batch, height + 1, channels], "int32");
}

function batchOf({ pictures: x, labels }: PlainBatch) {
  const targets = new Float32Array(labels.length * CLASSES);
  for (const [n, label] of labels.entries()) targets[n * CLASSES + label] = 1;
  return { x: tf.tensor4d(x, [BATCH, SIDE, SIDE, 3]), targets: tf.tensor2d(targets, [BATCH, CLASSES]), weights: null };
}

/** Runs the engine's iteration. */
async function engineIteration(o: PlainIteration, sideBySide: boolean) {
  const tensors = scoped(() => {
    const [alphas, noise] = [tf.tensor1d(o.alphas), tf.tensor2d(o.noise, [SAMPLED_EDGES, 8])];
    const picks = topPicks(tf.reshape(alphas, [SAMPLED_EDGES, 8]), noise, o.subGraphs);
    const explainer = subGraphExplainer(net, {
      noise,
      picks,
      temperature: tf.scalar(o.temperature),
      guidance: o.guidance > 0 ? tf.scalar(o.guidance) : null,
      masks: o.dropped ? wordsOf : null,
      sideBySide,
    });
    const weights = tf.tensor1d(flat);
    const validated = lossGradients(
      rebound(explainerLosses(explainer, batchOf(o.validation), weights, alphas), (a) => [weights, a as Tensor]),
      [alphas],
    );
    const gradient = validated.gradients[0] as Tensor;
    const moved = tf.sub(alphas, tf.mul(gradient, o.alphaRate));
    const learned = lossGradients(
      rebound(explainerLosses(explainer, batchOf(o.train), weights, moved), (w) => [w as Tensor, moved]),
      [weights],
    );
    return [tf.concat(picks), validated.loss, gradient, learned.loss, learned.gradients[0] as Tensor];
  });
  const read = (await Promise.all(tensors.map((t) => t.data()))) as Float32Array[];
  tf.dispose(tensors);
  return read as [Float32Array, Float32Array, Float32Array, Float32Array, Float32Array];
}

/** Of the largest value: float32 through three cells of batch norms over few pixels. */
const TOLERANCE = 2e-3;

function expectNear(what: string, got: ArrayLike<number>, want: ArrayLike<number>): void {
  const wanted = Array.from(want);
  const largest = wanted.reduce((m, v) => Math.max(m, Math.abs(v)), 0);
  const error = wanted.reduce((m, v, i) => Math.max(m, Math.abs(v - (got[i] ?? Number.NaN))), 0);
  expect(got.length, what).toBe(wanted.length);
  expect(largest, what).toBeGreaterThan(0);
  expect(error, what).toBeLessThanOrEqual(TOLERANCE * largest);
}

const mean = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0) / numbers.length;

/** Both compute the same picks, losses, gradients of alphas and of every weight. */
export async function compareIterations(changes: Partial<PlainIteration>, sideBySide = false): Promise<void> {
  const o = { ...ITERATION, ...changes };
  const want = plainIteration(o);
  const [picks, validationLoss, alphaGradient, trainLoss, weightGradient] = await engineIteration(o, sideBySide);
  expect(Array.from(picks)).toEqual(want.picks.flat());
  expectNear("validation loss", validationLoss, [mean(want.validationLosses)]);
  expectNear("training loss", trainLoss, [mean(want.trainLosses)]);
  expectNear("gradient of the alphas", alphaGradient, want.alphaGradient);
  const [all, known]: [number[], number[]] = [[], []];
  for (const [name, { values: got }] of net.parameters.toTorch(weightGradient)) {
    all.push(...got);
    known.push(...(want.weightGradients.get(name) ?? []));
    // What no sub-graph picked has no gradient at all.
    if (want.weightGradients.get(name)?.every((v) => v === 0))
      expect(
        got.every((v) => v === 0),
        name,
      ).toBe(true);
  }
  expectNear("gradient of the weights", all, known);
}
