/**
 * Golden cases m: GDAS's sampler, and its original network with the operations that its sample picks. That network is searched
 * nowhere here: GDAS searches DARTS's supernet.
 */
import { CELL_EDGES, isReduction, type Primitive } from "../src/domain/primitives";
import { type Tensor, tf } from "../src/engine/gpu/tensorflow";
import { relu } from "../src/engine/kernels/pointwise";
import { type Picks, softPick, straightThrough, topPicks } from "../src/engine/kernels/sampler";
import { classifier, conv, type Layer, norm } from "../src/engine/nn/layers";
import { crossEntropy } from "../src/engine/nn/loss";
import { factorizedReduce, operation, reluConvNorm } from "../src/engine/nn/operations";
import { ParameterSet, type View } from "../src/engine/nn/parameters";
import { sampledWeights } from "../src/engine/strategies/gdas";
import type { GoldenCase } from "./golden-manifest";
import { addFlat, type Results } from "./golden-networks";

const PLAIN = { affine: false, smooth: false } as const;
/** In GDAS's own order. */
const OPERATIONS: readonly Primitive[] = [
  "none",
  "skip_connect",
  "sep_conv_3x3",
  "sep_conv_5x5",
  "dil_conv_3x3",
  "dil_conv_5x5",
  "avg_pool_3x3",
  "max_pool_3x3",
];
const KINDS = ["normal", "reduce"] as const;

/** −log(E) for both matrices, from the case's exponential draws. */
function gumbels(golden: GoldenCase, names: readonly string[]): Tensor {
  return tf.concat(names.map((name) => tf.neg(tf.log(golden.tensor(name)))));
}

/** The sampler is made for both kinds of cell; the case has one, so it stands for both. */
function samplingCase(golden: GoldenCase): Results {
  const noise = gumbels(golden, ["exponential", "exponential"]);
  const tau = golden.made("tau", () => tf.scalar(golden.number("tau")));
  const arch = golden.tensor("arch");
  const twice = (t: Tensor) => tf.concat([t, t]);
  const once = (t: Tensor) => tf.slice(t, [0, 0], [14, 8]);
  const [picks] = topPicks(twice(arch), noise, 1) as [Picks];
  const soft = (a: Tensor) => softPick(twice(a), noise, [], tau);
  const hard = (a: Tensor) => once(straightThrough(soft(a), picks));
  const entry = (a: Tensor) => once(sampledWeights(twice(a), noise, picks, tau));
  const gradient = (f: (a: Tensor) => Tensor) =>
    tf.grad((a: Tensor) => tf.sum(tf.mul(f(a), golden.tensor("gradHard"))))(arch);
  return new Map([
    ["gumbels", once(noise)],
    ["probs", once(soft(arch))],
    ["oneHot", entry(arch)],
    ["hard", hard(arch)],
    ["gradAllEntries", gradient(hard)],
    ["gradSampledEntryOnly", gradient(entry)],
  ]);
}

/** Operation numbers of the sample, for both kinds of cell, by the case's own numbers. */
function sampledOperations(golden: GoldenCase): number[] {
  return KINDS.flatMap((kind) => {
    const alphas = golden.values(`arch_${kind}_parameters`) ?? new Float32Array();
    const draws = golden.values(`exponential.arch_${kind}_parameters`) ?? new Float32Array();
    return CELL_EDGES.map(({ index }) => {
      const values = OPERATIONS.map((_, k) => (alphas[index * 8 + k] ?? 0) - Math.log(draws[index * 8 + k] ?? 0));
      return values.indexOf(Math.max(...values));
    });
  });
}

/** GDAS's names: its separable convolution is two of one kind, its factorized reduction a list of convolutions. */
function gdasName(name: string): string {
  return name
    .replace(/conv_([12])/, (_, n: string) => `convs.${Number(n) - 1}`)
    .replace(/(edges\..*?)\.op\.([56])/, (_, edge: string, n: string) => `${edge}.op_b.op.${Number(n) - 4}`)
    .replace(/(edges\..*?_ops\.[23])\.op\./, "$1.op_a.op.");
}

/** A set whose parameters are named as GDAS's. */
class GdasParameters extends ParameterSet {
  override add(parameter: Parameters<ParameterSet["add"]>[0]) {
    return super.add({ ...parameter, parts: parameter.parts.map((part) => ({ ...part, name: gdasName(part.name) })) });
  }
}

type Cell = (view: View, s0: Tensor, s1: Tensor, weights: Tensor) => Tensor;

interface CellShape {
  readonly channels: number;
  readonly previousPrevious: number;
  readonly previous: number;
  readonly reduction: boolean;
  readonly reductionPrevious: boolean;
  readonly sampled: readonly number[];
}

function cell(set: ParameterSet, name: string, o: CellShape): Cell {
  const to = { out: o.channels, ...PLAIN };
  const preprocess0 = (o.reductionPrevious ? factorizedReduce : reluConvNorm)(set, `${name}.preprocess0.`, {
    in: o.previousPrevious,
    ...to,
  });
  const preprocess1 = reluConvNorm(set, `${name}.preprocess1.`, { in: o.previous, ...to });
  const edges = CELL_EDGES.map(({ index, node, state }) => {
    const pick = o.sampled[index] ?? -1;
    return operation(set, `${name}.edges.${node}<-${state}._ops.${pick}.`, OPERATIONS[pick] ?? "none", {
      channels: o.channels,
      stride: o.reduction && state < 2 ? 2 : 1,
      normAfterPool: false,
      ...PLAIN,
    });
  });
  return (view, s0, s1, weights) => {
    const states = [preprocess0(view, s0), preprocess1(view, s1)];
    for (let node = 0; node < 4; node++) {
      const inputs = CELL_EDGES.filter((edge) => edge.node === node).map(({ index, state }) => {
        const weight = tf.reshape(tf.slice(weights, [index, o.sampled[index] ?? -1], [1, 1]), []);
        return tf.mul((edges[index] as Layer)(view, states[state] as Tensor), weight);
      });
      states.push(inputs.reduce((a, b) => tf.add(a, b)));
    }
    return tf.concat(states.slice(2), 3);
  };
}

function networkCase(golden: GoldenCase): Results {
  const set = new GdasParameters();
  const [channels, layers] = [golden.number("C"), 3 * golden.number("N")];
  const convolve = conv(set, "stem.0", { in: 3, out: 3 * channels, kernel: 3, pad: 1 });
  const normalise = norm(set, "stem.1", 3 * channels, true);
  const sampled = sampledOperations(golden);
  let [previousPrevious, previous, width, reductionPrevious] = [3 * channels, 3 * channels, channels, false];
  const cells = Array.from({ length: layers }, (_, i) => {
    const reduction = isReduction(i, layers);
    if (reduction) width *= 2;
    const kind = reduction ? 1 : 0;
    const run = cell(set, `cells.${i}`, {
      channels: width,
      previousPrevious,
      previous,
      reduction,
      reductionPrevious,
      sampled: sampled.slice(14 * kind, 14 * (kind + 1)),
    });
    [previousPrevious, previous, reductionPrevious] = [previous, 4 * width, reduction];
    return { run, kind };
  });
  const last = norm(set, "lastact.0", previous, true);
  const head = classifier(set, "classifier", previous, golden.number("classes"));

  const x = golden.tensor("x");
  const noise = gumbels(
    golden,
    KINDS.map((kind) => `exponential.arch_${kind}_parameters`),
  );
  const tau = golden.made("tau", () => tf.scalar(golden.number("tau")));
  const alphas = KINDS.map((kind) => golden.tensor(`arch_${kind}_parameters`)) as [Tensor, Tensor];
  const [picks] = topPicks(tf.concat(alphas), noise, 1) as [Picks];
  const weights = golden.weights(set, "param");
  const logits = (w: Tensor, both: readonly Tensor[]) => {
    const view = set.view(w);
    const ofKind = tf.split(sampledWeights(tf.concat([...both]), noise, picks, tau), 2) as [Tensor, Tensor];
    const stem = normalise(view, convolve(view, x));
    let [s0, s1] = [stem, stem];
    for (const { run, kind } of cells) [s0, s1] = [s1, run(view, s0, s1, ofKind[kind] as Tensor)];
    return head(view, relu(last(view, s1)));
  };
  const batch = { x, targets: golden.targets(golden.numbers("targets")), weights: null };
  const { value, grads } = tf.valueAndGrads(
    (w, normal, reduce) => crossEntropy(logits(w as Tensor, [normal as Tensor, reduce as Tensor]), batch) as tf.Scalar,
  )([weights, ...alphas]);
  const results: Results = new Map([
    ["logits", logits(weights, alphas)],
    ["loss", value],
  ]);
  const picked = tf.split(tf.cast(picks, "float32"), 2) as [Tensor, Tensor];
  for (const [i, kind] of KINDS.entries()) {
    results.set(`grad.arch_${kind}_parameters`, grads[i + 1] as Tensor);
    results.set(`sampled.arch_${kind}_parameters`, picked[i] as Tensor);
  }
  addFlat(results, set, grads[0] as Tensor, "grad.");
  // The biases before batch norms are left out: what they add is subtracted again, so their gradient is zero.
  for (const { name, shape } of golden.expected)
    if (name.endsWith(".bias") && !results.has(name)) results.set(name, tf.zeros([...shape]));
  return results;
}

export const GDAS_CASES: Readonly<Record<string, (golden: GoldenCase) => Results>> = {
  m: (golden) => (golden.manifest.op === "GDAS sampling" ? samplingCase(golden) : networkCase(golden)),
};
