/** Golden cases a-e, g and h: operations, batch norm, mixed op, cells, networks. */
import { presetSettings } from "../src/domain/presets";
import { EDGES, PRIMITIVES, type Primitive } from "../src/domain/primitives";
import { type Tensor, tf } from "../src/engine/gpu/tensorflow";
import { batchNorm } from "../src/engine/kernels/batch-norm";
import { convolution } from "../src/engine/kernels/convolution";
import { norm as l2 } from "../src/engine/kernels/flat";
import { channelShuffle } from "../src/engine/kernels/shuffle";
import { softmax } from "../src/engine/kernels/softmax";
import { conv, type Layer, norm } from "../src/engine/nn/layers";
import { crossEntropy } from "../src/engine/nn/loss";
import { mixedEdges } from "../src/engine/nn/mixed-edges";
import { factorizedReduce, operation, reluConvNorm } from "../src/engine/nn/operations";
import { ParameterSet, type View } from "../src/engine/nn/parameters";
import { resnet } from "../src/engine/nn/resnet";
import { cell } from "../src/engine/nn/supernet";
import { darts } from "../src/engine/strategies/darts";
import { partialWeights, pcDarts } from "../src/engine/strategies/pc-darts";
import type { Explainer, SearchNetwork, Strategy } from "../src/engine/strategies/strategy";
import type { GoldenCase } from "./golden-manifest";
import { updateRunning } from "./running-statistics";

/** One tensor of the state dict inside a flat one. */
export interface FlatPart {
  readonly flat: Tensor;
  readonly set: ParameterSet;
  readonly name: string;
}

/** Results by golden name; pictures as NHWC until they are read. */
export type Results = Map<string, Tensor | FlatPart>;

/** Adds a flat gradient under the state dict's names. */
export function addFlat(results: Results, set: ParameterSet, flat: Tensor, prefix: string): void {
  set.eachPart(({ name }) => results.set(`${prefix}${name}`, { flat, set, name }));
}

/** Runs f at the case's inputs and parameters; results hold `out` and the gradients of ⟨out, gradOut⟩. */
function differentiate(
  golden: GoldenCase,
  set: ParameterSet,
  inputs: readonly string[],
  f: (view: View, inputs: readonly Tensor[]) => Tensor,
): Results {
  const flat = golden.weights(set, "param");
  const at = inputs.map((name) => golden.tensor(name));
  const run = (weights: Tensor, x: readonly Tensor[]) => f(set.size > 0 ? set.view(weights) : () => weights, x);
  const results: Results = new Map([["out", run(flat, at)]]);
  const gradOut = golden.tensor("gradOut");
  const wrt = [...at, ...(set.size > 0 ? [flat] : [])];
  const gradients = tf.grads((...t: Tensor[]) =>
    tf.sum(tf.mul(run(t[at.length] ?? flat, t.slice(0, at.length)), gradOut)),
  )(wrt);
  for (const [i, name] of inputs.entries()) results.set(`grad.${name}`, gradients[i] as Tensor);
  if (set.size > 0) addFlat(results, set, gradients[at.length] as Tensor, "grad.");
  return results;
}

function operationCase(golden: GoldenCase): Results {
  const set = new ParameterSet();
  const smooth = false;
  const affine = golden.flag("affine");
  const build = (): Layer => {
    switch (golden.manifest.op) {
      case "stem": {
        const convolve = conv(set, "0", {
          in: golden.number("Cin"),
          out: golden.number("Cout"),
          kernel: golden.number("kernel"),
          pad: golden.number("padding"),
        });
        const normalise = norm(set, "1", golden.number("Cout"), affine);
        return (view, x) => normalise(view, convolve(view, x));
      }
      case "ReLUConvBN":
        return reluConvNorm(set, "", {
          in: golden.number("Cin"),
          out: golden.number("Cout"),
          kernel: golden.number("kernel"),
          stride: golden.number("stride"),
          pad: golden.number("padding"),
          affine,
          smooth,
        });
      case "FactorizedReduce":
        return factorizedReduce(set, "", { in: golden.number("Cin"), out: golden.number("Cout"), affine, smooth });
      default:
        return operation(set, "", golden.manifest.config.primitive as Primitive, {
          channels: golden.number("C"),
          stride: golden.number("stride"),
          affine,
          smooth,
          normAfterPool: golden.flag("bnAfterPool"),
        });
    }
  };
  const layer = build();
  const results = differentiate(golden, set, ["x"], (view, [x]) => layer(view, x as Tensor));
  if (golden.manifest.op === "stem") {
    const shape = [golden.number("Cout"), golden.number("Cin"), 3, 3];
    const weight = golden.made("filter", () =>
      tf.transpose(tf.tensor(golden.values("param.0.weight") ?? [], shape), [2, 3, 1, 0]),
    );
    addRunning(results, "after.1", convolution(golden.tensor("x"), weight, { pad: golden.number("padding") }));
  }
  return results;
}

/** Running statistics after the given batch norm inputs, one after the other. */
export function addRunning(results: Results, name: string, ...xs: readonly Tensor[]): void {
  const channels = xs[0]?.shape[3] ?? 0;
  const start = { mean: tf.zeros([channels]) as Tensor, variance: tf.ones([channels]) as Tensor };
  const { mean, variance } = xs.reduce(updateRunning, start);
  results.set(`${name}.running_mean`, mean);
  results.set(`${name}.running_var`, variance);
}

function batchNormCase(golden: GoldenCase): Results {
  const inputs = golden.flag("affine") ? ["x", "param.weight", "param.bias"] : ["x"];
  const results = differentiate(golden, new ParameterSet(), inputs, (_, [x, scale, shift]) =>
    batchNorm(x as Tensor, scale && shift ? { scale, shift } : null),
  );
  for (const name of ["weight", "bias"]) {
    const gradient = results.get(`grad.param.${name}`);
    if (gradient) results.set(`grad.${name}`, gradient);
  }
  addRunning(results, "after", golden.tensor("x"));
  return results;
}

function mixedCase(golden: GoldenCase): Results {
  const set = new ParameterSet();
  const [channels, partial] = [golden.number("C"), golden.number("k", 1)];
  const edges = mixedEdges(set, {
    channels,
    partial,
    stride: golden.number("stride"),
    edges: [{ index: 0, node: 0, state: 0 }],
    nodes: 1,
    smooth: false,
    name: (_, primitive) => `_ops.${PRIMITIVES.indexOf(primitive)}.`,
  });
  const fromAlphas = golden.has("alpha");
  return differentiate(golden, set, ["x", fromAlphas ? "alpha" : "weights"], (view, [x, w]) => {
    const row = tf.reshape(fromAlphas ? softmax(w as Tensor) : (w as Tensor), [1, PRIMITIVES.length]);
    const weights = partial > 1 ? tf.concat([row, tf.ones([1, partial - 1])], 1) : row;
    return channelShuffle(edges.mixed(view, x as Tensor, weights, null), channels, partial);
  });
}

function cellCase(golden: GoldenCase): Results {
  const set = new ParameterSet();
  const partial = golden.number("k", 1);
  const run = cell(set, "", {
    channels: golden.number("C"),
    partial,
    previousPrevious: golden.number("CprevPrev"),
    previous: golden.number("Cprev"),
    reduction: golden.flag("reduction"),
    reductionPrevious: golden.flag("reductionPrev"),
    smooth: false,
  });
  const inputs = ["s0", "s1", "alphas", ...(golden.has("betas") ? ["betas"] : [])];
  return differentiate(golden, set, inputs, (view, [s0, s1, alphas, betas]) => {
    const rows = (t: Tensor | undefined) => tf.reshape(t as Tensor, [1, EDGES, -1]);
    const weights = betas
      ? partialWeights(rows(alphas), tf.reshape(betas, [1, EDGES]), partial)
      : softmax(alphas as Tensor);
    return run.mixed(view, s0 as Tensor, s1 as Tensor, tf.reshape(weights, [EDGES, -1]));
  });
}

/** Parts of a flat architecture, with their sizes; not every case has betas. */
const ARCHITECTURE = [
  ["alphas_normal", EDGES * PRIMITIVES.length],
  ["alphas_reduce", EDGES * PRIMITIVES.length],
  ["betas_normal", EDGES],
  ["betas_reduce", EDGES],
] as const;

/** The matrices as one flat architecture. */
export function architectureOf(golden: GoldenCase): Tensor {
  const names = ARCHITECTURE.map(([name]) => name).filter((name) => golden.has(name));
  return tf.concat(names.map((name) => golden.tensor(name).flatten()));
}

export function addArchitecture(results: Results, prefix: string, flat: Tensor): void {
  let at = 0;
  for (const [name, size] of ARCHITECTURE) {
    if (at < flat.size) results.set(`${prefix}${name}`, tf.slice(flat, [at], [size]));
    at += size;
  }
}

/** The search network that a case describes. */
export const searchNetwork = (strategy: Strategy, golden: GoldenCase): SearchNetwork =>
  strategy.network(
    {
      channels: golden.number("C"),
      layers: golden.number("layers"),
      classes: golden.number("classes"),
      smooth: golden.flag("smooth"),
    },
    { ...presetSettings("tiny"), partialChannels: golden.number("k", 1) },
  );

/** Its explainer; nothing is drawn. */
export const explainerOf = (net: SearchNetwork, architecture: Tensor): Explainer =>
  net.explainer({
    ...{ iteration: tf.scalar(0, "int32"), draw: 0, architecture, schedules: {} },
    settings: presetSettings("tiny"),
  });

function networkCase(golden: GoldenCase): Results {
  const net = searchNetwork(golden.has("betas_normal") ? pcDarts : darts, golden);
  const weights = golden.weights(net.parameters, "param");
  const [x, architecture] = [golden.tensor("x"), architectureOf(golden)];
  const explainer = explainerOf(net, architecture);
  const batch = { x, targets: golden.targets(golden.numbers("targets")), weights: null };
  const { value, grads } = tf.valueAndGrads(
    (w, a, p) => crossEntropy(explainer.logits(w as Tensor, a as Tensor, p as Tensor), batch) as tf.Scalar,
  )([weights, architecture, x]);
  const results: Results = new Map([
    ["logits", explainer.logits(weights, architecture, x)],
    ["loss", value],
    ["grad.x", grads[2] as Tensor],
    ["gradNormAllWeights", l2(grads[0] as Tensor)],
  ]);
  addArchitecture(results, "grad.", grads[1] as Tensor);
  addFlat(results, net.parameters, grads[0] as Tensor, "grad.");
  addRunning(results, "after.stem.1", net.stem.convolve(net.parameters.view(weights), x));
  return results;
}

function resnetCase(golden: GoldenCase): Results {
  const net = resnet({
    width: golden.number("width"),
    blocks: golden.numbers("blocks"),
    kind: "basic",
    classes: golden.number("classes"),
    smooth: false,
  });
  const weights = golden.weights(net.parameters, "param");
  const x = golden.tensor("x");
  const batch = { x, targets: golden.targets(golden.numbers("targets")), weights: null };
  const { value, grads } = tf.valueAndGrads(
    (w, p) => crossEntropy(net.logits(w as Tensor, p as Tensor), batch) as tf.Scalar,
  )([weights, x]);
  const results: Results = new Map([
    ["logits", net.logits(weights, x)],
    ["loss", value],
    ["grad.x", grads[1] as Tensor],
    ["gradNormAllWeights", l2(grads[0] as Tensor)],
  ]);
  addFlat(results, net.parameters, grads[0] as Tensor, "grad.");
  return results;
}

/** PC-DARTS: a shuffle, a mixed operation, cells, a network. */
function partialCase(golden: GoldenCase): Results {
  switch (golden.manifest.op) {
    case "channel_shuffle": {
      const x = golden.tensor("x");
      return new Map([["out", channelShuffle(x, x.shape[3] ?? 0, golden.number("groups"))]]);
    }
    case "PC-MixedOp":
      return mixedCase(golden);
    case "PC-Cell":
      return cellCase(golden);
    default:
      return networkCase(golden);
  }
}

/** Runner for the cases whose name starts with the key and an underscore. */
export const NETWORK_CASES: Readonly<Record<string, (golden: GoldenCase) => Results>> = {
  a: operationCase,
  b: batchNormCase,
  c: mixedCase,
  d: cellCase,
  e: networkCase,
  g: partialCase,
  h: resnetCase,
};
