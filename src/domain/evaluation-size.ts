/** What the network built from a genotype costs: parameters and multiply-accumulates of DARTS's evaluation network. Plain arithmetic. */
import type { Gene, Genotype } from "./genotype";
import { isReduction, type Primitive } from "./primitives";

/** The evaluation network of a genotype. */
export interface EvaluationShape {
  /** Channels of the first cells; even. */
  readonly channels: number;
  /** Cells. */
  readonly layers: number;
  readonly classes: number;
  /** Side of the pictures, in pixels; a multiple of 4. */
  readonly imageSize: number;
  /** The second classifier that helps training; it is not there in use. */
  readonly auxiliary: boolean;
}

export interface EvaluationSize {
  readonly parameters: number;
  /** Multiplications with their addition, of convolutions and classifiers, for one picture. Batch norms and pools are not counted. */
  readonly macs: number;
}

/** As the paper evaluates on CIFAR-10 (arXiv 1806.09055, A.2). */
export const EVALUATION_DEFAULTS: EvaluationShape = {
  channels: 36,
  layers: 20,
  classes: 10,
  imageSize: 32,
  auxiliary: false,
};

/** Smallest and largest value of each number. */
export const EVALUATION_BOUNDS = {
  channels: [2, 512],
  layers: [1, 100],
  classes: [2, 100_000],
  imageSize: [8, 1024],
} as const satisfies Record<Exclude<keyof EvaluationShape, "auxiliary">, readonly [number, number]>;

/** Sides of the second reduction's output that the auxiliary head turns into one pixel. */
const AUXILIARY_SIDES = { min: 8, max: 10 } as const;

/** What is wrong with a shape, by its number; empty when nothing is. */
export function shapeProblems(shape: EvaluationShape): Partial<Record<keyof EvaluationShape, string>> {
  const problems: Partial<Record<keyof EvaluationShape, string>> = {};
  for (const [name, [min, max]] of Object.entries(EVALUATION_BOUNDS)) {
    const key = name as keyof typeof EVALUATION_BOUNDS;
    const value = shape[key];
    if (!Number.isInteger(value) || value < min || value > max) problems[key] = `A whole number from ${min} to ${max}.`;
  }
  if (!problems.channels && shape.channels % 2 === 1) problems.channels = "An even number: skips of stride 2 halve it.";
  if (!problems.imageSize && shape.imageSize % 4 !== 0) problems.imageSize = "A multiple of 4: it is halved twice.";
  const side = shape.imageSize / 4;
  if (shape.auxiliary && (side < AUXILIARY_SIDES.min || side > AUXILIARY_SIDES.max)) {
    problems.auxiliary = `The auxiliary head needs pictures of ${4 * AUXILIARY_SIDES.min} to ${4 * AUXILIARY_SIDES.max} pixels.`;
  }
  return problems;
}

const ZERO: EvaluationSize = { parameters: 0, macs: 0 };

function sum(...sizes: readonly EvaluationSize[]): EvaluationSize {
  return sizes.reduce((a, b) => ({ parameters: a.parameters + b.parameters, macs: a.macs + b.macs }), ZERO);
}

/** A convolution without bias. @param pixels of its output */
function convolution(weights: number, pixels: number): EvaluationSize {
  return { parameters: weights, macs: weights * pixels };
}

/** Scale and shift of a batch norm. */
function norm(channels: number): EvaluationSize {
  return { parameters: 2 * channels, macs: 0 };
}

function linear(inputs: number, outputs: number): EvaluationSize {
  return { parameters: (inputs + 1) * outputs, macs: inputs * outputs };
}

/** ReLUConvBN by 1×1, and FactorizedReduce, whose two halves make as many weights. */
function projection(inputs: number, outputs: number, pixels: number): EvaluationSize {
  return sum(convolution(inputs * outputs, pixels), norm(outputs));
}

/** Depthwise k×k, then 1×1, then batch norm. */
function separable(kernel: number, channels: number, pixels: number): EvaluationSize {
  return sum(convolution(kernel * kernel * channels, pixels), convolution(channels * channels, pixels), norm(channels));
}

/** An operation from `channels` to as many. @param pixels of its output */
function operation(op: Primitive, channels: number, pixels: number, strided: boolean): EvaluationSize {
  switch (op) {
    case "none":
    case "max_pool_3x3":
    case "avg_pool_3x3":
      return ZERO;
    case "skip_connect":
      return strided ? projection(channels, channels, pixels) : ZERO;
    case "sep_conv_3x3":
      return sum(separable(3, channels, pixels), separable(3, channels, pixels));
    case "sep_conv_5x5":
      return sum(separable(5, channels, pixels), separable(5, channels, pixels));
    case "dil_conv_3x3":
      return separable(3, channels, pixels);
    case "dil_conv_5x5":
      return separable(5, channels, pixels);
    default:
      return op satisfies never;
  }
}

/** The operations of a cell. @param side of its input, in pixels */
function operations(genes: readonly Gene[], channels: number, side: number, reduction: boolean): EvaluationSize {
  const out = reduction ? side / 2 : side;
  return sum(...genes.map(([op, state]) => operation(op, channels, out * out, reduction && state < 2)));
}

/** Average pool to 2×2, 1×1 to 128 channels, 2×2 to 768, classifier. */
function auxiliaryHead(channels: number, classes: number): EvaluationSize {
  return sum(convolution(128 * channels, 4), norm(128), convolution(4 * 128 * 768, 1), norm(768), linear(768, classes));
}

/**
 * Parameters and MACs of DARTS's CIFAR evaluation network (its cnn/model.py), exactly.
 * The shape must have no `shapeProblems`.
 */
export function evaluationSize(genotype: Genotype, shape: EvaluationShape): EvaluationSize {
  const { layers, classes, imageSize, auxiliary } = shape;
  const stem = 3 * shape.channels;
  let size = sum(convolution(9 * 3 * stem, imageSize * imageSize), norm(stem));
  let [beforeLast, last] = [stem, stem];
  let channels = shape.channels;
  let side = imageSize;
  for (let layer = 0; layer < layers; layer++) {
    const reduction = isReduction(layer, layers);
    if (reduction) channels *= 2;
    const genes = reduction ? genotype.reduce : genotype.normal;
    const concat = reduction ? genotype.reduce_concat : genotype.normal_concat;
    const pixels = side * side;
    size = sum(
      size,
      projection(beforeLast, channels, pixels),
      projection(last, channels, pixels),
      operations(genes, channels, side, reduction),
    );
    if (reduction) side /= 2;
    [beforeLast, last] = [last, concat.length * channels];
    if (auxiliary && layer === Math.floor((2 * layers) / 3)) size = sum(size, auxiliaryHead(last, classes));
  }
  return sum(size, linear(last, classes));
}
