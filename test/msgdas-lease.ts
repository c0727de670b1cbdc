/** LeaSE over two sub-graphs of MSG-DAS, small: its hypergradient by different ways and on any backend. */
import { expect } from "vitest";
import { presetSettings } from "../src/domain/presets";
import { EDGES, PRIMITIVES } from "../src/domain/primitives";
import { CounterRandom, STREAM } from "../src/domain/random";
import { detach, type Tensor, tf } from "../src/engine/gpu/tensorflow";
import { gumbelNoise, SAMPLED_EDGES, softPick, straightThrough, topPicks } from "../src/engine/kernels/sampler";
import { resnet } from "../src/engine/nn/resnet";
import { supernet } from "../src/engine/nn/supernet";
import type { HypergradientMethod } from "../src/engine/objectives/derivatives";
import { adversarial } from "../src/engine/objectives/explanation";
import { leaseHypergradient } from "../src/engine/objectives/lease";
import { mixtureOf } from "../src/engine/strategies/darts";
import { msgDas } from "../src/engine/strategies/msg-das";
import { type Explainer, plainExplainer } from "../src/engine/strategies/strategy";

const [BATCH, SIDE, CLASSES] = [2, 8, 3] as const;
const SIZE = { channels: 2, layers: 3, classes: CLASSES, smooth: false };
const SETTINGS = { ...presetSettings("tiny", { strategy: "msg-das" }), subGraphs: 2 };
const net = msgDas.network(SIZE, SETTINGS);
/** The same without kinks, which finite differences need. */
const smoothNet = msgDas.network({ ...SIZE, smooth: true }, SETTINGS);
const audience = resnet({ width: 2, blocks: [1, 1], kind: "basic", classes: CLASSES, smooth: true });

/** Standard normal values; every `step` is another draw. */
function normal(step: number, length: number, scale = 1): Float32Array {
  const random = new CounterRandom(17, STREAM.check, step);
  return Float32Array.from({ length }, (_, i) => scale * random.normal(i));
}
/** Everything that is not a constant of the plan. */
export type Given = Readonly<
  Record<
    | "iteration"
    | "architecture"
    | "weights"
    | "audienceWeights"
    | "delta"
    | `${"train" | "explainer" | "audience"}${"Pictures" | "Targets"}`,
    Tensor
  >
>;

const pictures = (step: number, scale = 1) =>
  tf.tensor4d(normal(step, BATCH * SIDE * SIDE * 3, scale), [BATCH, SIDE, SIDE, 3]);
const targets = (label: number) => tf.oneHot(tf.tensor1d([label, 1], "int32"), CLASSES).toFloat();

export const given = (): Given => ({
  iteration: tf.scalar(4, "int32"),
  architecture: tf.tensor1d(normal(1, SAMPLED_EDGES * PRIMITIVES.length, 0.5)),
  weights: tf.tensor1d(net.parameters.initial(1, STREAM.check)),
  audienceWeights: tf.tensor1d(audience.parameters.initial(1, STREAM.audienceWeights)),
  delta: pictures(5, 0.3),
  ...{ trainPictures: pictures(2), explainerPictures: pictures(3), audiencePictures: pictures(4) },
  ...{ trainTargets: targets(2), explainerTargets: targets(0), audienceTargets: targets(1) },
});

export const batchOf = (g: Given, which: "train" | "explainer" | "audience") => ({
  ...{ x: g[`${which}Pictures`], targets: g[`${which}Targets`], weights: null },
});

const TAU = 2;

/** The strategy's own explainer. */
export function sampled(
  { iteration, architecture }: Given,
  changes: Partial<typeof SETTINGS> = {},
  smooth = false,
): Explainer {
  const schedules = { tau: tf.scalar(TAU), lambda: tf.scalar(0.3), dropBlock: tf.scalar(0.3) };
  return (smooth ? smoothNet : net).explainer({
    iteration,
    architecture,
    draw: 0,
    schedules,
    settings: { ...SETTINGS, ...changes },
  });
}

/** The same sub-graphs as whole supernets with one-hot weights, of which the picked entries alone hand a gradient on. */
export function whole({ iteration, architecture }: Given): Explainer {
  const { logits } = supernet(SIZE);
  const rows = (a: Tensor) => tf.reshape(a, [SAMPLED_EDGES, PRIMITIVES.length]);
  const noise = gumbelNoise(SETTINGS.seed, STREAM.sampler, iteration);
  const picks = topPicks(rows(architecture), noise, 2);
  const parts = picks.map((picked, k) =>
    plainExplainer((w, a, x) => {
      const hard = straightThrough(softPick(rows(a), noise, picks.slice(0, k), tf.scalar(TAU)), picked);
      return logits(w, mixtureOf(tf.reshape(tf.mul(detach(hard), hard), [2, EDGES, PRIMITIVES.length])), x);
    }),
  );
  const [first, second] = parts as [Explainer, Explainer];
  return {
    logits: (w, a, x) => tf.mul(tf.add(first.logits(w, a, x), second.logits(w, a, x)), 0.5),
    parts: () => parts,
    beginning: () => [],
    sideBySide: true,
  };
}

/** The whole hypergradient, the audience's direct path, and the gradient that the explainer's weights step by. */
export function hypergradient(
  g: Given,
  explainer: Explainer,
  method: HypergradientMethod = "exact",
): Record<"gradient" | "direct" | "explainerGradient", Tensor> {
  const sgd = { learningRate: 0.1, momentum: 0.9, weightDecay: 0.01 };
  const { gradient, direct, explainerGradient } = leaseHypergradient({
    explainer,
    audience: audience.logits,
    explainerState: { weights: g.weights, buffer: null, sgd },
    audienceState: { weights: g.audienceWeights, buffer: null, sgd },
    architecture: g.architecture,
    train: batchOf(g, "train"),
    validationExplainer: batchOf(g, "explainer"),
    validationAudience: batchOf(g, "audience"),
    explain: adversarial({ kind: "relative", ratio: 3, std: 0.3 }),
    delta: g.delta,
    ...{ gamma: 1, audienceOnly: false, secondOrder: true, audiencePath: "both", weighting: "raw" },
    ...{ method, reduction: "mean" },
  });
  return { gradient, direct: direct as Tensor, explainerGradient };
}

/** Of the largest value: float32 through three cells of batch norms over few pixels, three times. */
const TOLERANCE = 5e-3;

type Values = Readonly<Record<string, ArrayLike<number>>>;

export function expectNear(got: Values, wanted: Values): void {
  for (const [name, numbers] of Object.entries(wanted)) {
    const want = Array.from(numbers);
    const largest = Math.max(...want.map(Math.abs));
    const error = Math.max(...want.map((v, j) => Math.abs(v - (got[name]?.[j] ?? Number.NaN))));
    expect(largest, name).toBeGreaterThan(1e-4);
    expect(error / largest, name).toBeLessThan(TOLERANCE);
  }
}
