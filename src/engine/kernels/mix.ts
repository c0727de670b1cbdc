/**
 * The mixed operation: a weighted sum of channel blocks, bilinear in the blocks and in the matrix of mixing weights.
 * One call adds all operations of all edges that leave one state to the nodes they lead to.
 */
import { defineDifferentiable, type Kernel, type KernelBody, type Values } from "../gpu/kernel";
import { vectorFor } from "../gpu/program";
import { type Tensor, tf } from "../gpu/tensorflow";
import { addProducts } from "./channel-sums";

/** Adds weight[row, column] · (block `from` of input `input`) to block `to` of the output; without a weight, times 1. */
export interface Tap {
  readonly input: number;
  readonly from: number;
  readonly to: number;
  readonly weight: { readonly row: number; readonly column: number } | null;
}

export interface MixShape {
  readonly pixels: readonly number[];
  /** Channels of a block. */
  readonly channels: number;
  /** Blocks of each input, and of the output. */
  readonly blocks: readonly number[];
  readonly outBlocks: number;
  readonly rows: number;
  readonly columns: number;
  readonly taps: readonly Tap[];
}

const count = (pixels: readonly number[]) => pixels.reduce((a, b) => a * b, 1);
const tapKey = (taps: readonly Tap[]) =>
  taps.map((t) => `${t.input}.${t.from}.${t.to}.${t.weight ? `${t.weight.row}.${t.weight.column}` : "one"}`).join("_");
const key = (s: MixShape) => `${s.blocks.join(",")}|${s.outBlocks}|${s.columns}|${tapKey(s.taps)}`;
export const weightIndex = (s: MixShape, t: Tap) => (t.weight ? t.weight.row * s.columns + t.weight.column : -1);
const blocksOf = (s: MixShape, input: number) => s.blocks[input] ?? 0;
/** Inputs that some tap reads; TF.js refuses a kernel with an input it does not read. */
const used = (s: MixShape) => s.blocks.map((_, i) => i).filter((i) => s.taps.some((t) => t.input === i));
const weighted = (taps: readonly Tap[]) => taps.some((t) => t.weight);

/** Pixels of an invocation, far apart so that neighbouring invocations read neighbours: each weight is read once for all. */
const PIXELS = 4;
const groupsOf = (s: MixShape) => Math.ceil(count(s.pixels) / PIXELS);
const eachPixelOf = (s: MixShape) => {
  const vector = vectorFor(s.channels);
  const c = s.channels / vector;
  return { params: { c, pixels: count(s.pixels), groups: groupsOf(s) }, count: groupsOf(s) * c, vector };
};

/** Weights of the taps as w0, w1, ..., then `body` for each pixel of the invocation. */
function eachPixel(s: MixShape, taps: readonly Tap[], body: string): string {
  const read = [...new Set(taps.filter((t) => t.weight).map((t) => weightIndex(s, t)))];
  return `
    let c = index % uniforms.c;
    ${read.map((i) => `let w${i} = weights[${i}];`).join(" ")}
    for (var pixel = index / uniforms.c; pixel < uniforms.pixels; pixel += uniforms.groups) {
      ${body}
    }`;
}

/** One of the blocks of a tensor, on the CPU. */
interface Block {
  readonly values: Values;
  readonly blocks: number;
  readonly block: number;
}

/** to += weight·from at every pixel; channels come in fours nearly always. */
function addBlock(s: MixShape, to: Block, from: Block, weight: number): void {
  const [os, xs, channels] = [to.values as Float32Array, from.values as Float32Array, s.channels];
  const [stride, outStride] = [from.blocks * channels, to.blocks * channels];
  const [first, outFirst, pixels] = [from.block * channels, to.block * channels, count(s.pixels)];
  const fours = channels - (channels % 4);
  for (let c = 0; c < fours; c += 4)
    for (let p = 0, i = first + c, o = outFirst + c; p < pixels; p++, i += stride, o += outStride) {
      os[o] = (os[o] as number) + weight * (xs[i] as number);
      os[o + 1] = (os[o + 1] as number) + weight * (xs[i + 1] as number);
      os[o + 2] = (os[o + 2] as number) + weight * (xs[i + 2] as number);
      os[o + 3] = (os[o + 3] as number) + weight * (xs[i + 3] as number);
    }
  for (let c = fours; c < channels; c++)
    for (let p = 0, i = first + c, o = outFirst + c; p < pixels; p++, i += stride, o += outStride)
      os[o] = (os[o] as number) + weight * (xs[i] as number);
}

/** Σ a·b over all pixels and channels. */
function multiplyBlocks(s: MixShape, a: Block, b: Block): number {
  const sums = new Float64Array(s.channels);
  const pixels = ({ values, blocks, block }: Block) => ({
    values,
    first: block * s.channels,
    step: blocks * s.channels,
  });
  addProducts(sums, 0, pixels(a), pixels(b), s.channels, count(s.pixels));
  return sums.reduce((total, sum) => total + sum, 0);
}

/** A multiplication and an addition for each value of each tap. */
const operations = (s: MixShape, taps = s.taps) => 2 * count(s.pixels) * s.channels * taps.length;

/** Inputs: the blocks' tensors, then the weights. */
const mixBody: KernelBody<MixShape> = {
  operations: (s) => operations(s),
  shape: (s) => [...s.pixels, s.outBlocks * s.channels],
  cpu: (inputs, out, s) => {
    const weights = inputs[inputs.length - 1] as Values;
    for (const t of s.taps) {
      const w = t.weight ? (weights[weightIndex(s, t)] as number) : 1;
      const x = { values: inputs[t.input] as Values, blocks: blocksOf(s, t.input), block: t.from };
      addBlock(s, { values: out, blocks: s.outBlocks, block: t.to }, x, w);
    }
  },
  gpu: (inputs, s, run) => {
    const weights = inputs[inputs.length - 1];
    if (!weights) throw new Error("Mix needs weights.");
    const blocks = [...new Set(s.taps.map((t) => `${t.input}.${t.from}`))].map((at) => {
      const taps = s.taps.filter((t) => `${t.input}.${t.from}` === at);
      const { input, from } = taps[0] as Tap;
      const terms = taps.map((t) => `sum${t.to} += ${t.weight ? `w${weightIndex(s, t)} * ` : ""}v;`);
      return `{ let v = x${input}[(pixel * ${blocksOf(s, input)} + ${from}) * uniforms.c + c]; ${terms.join(" ")} }`;
    });
    const outs = Array.from({ length: s.outBlocks }, (_, b) => b);
    return run({
      name: "Mix",
      variant: key(s),
      inputs: {
        ...Object.fromEntries(used(s).map((i) => [`x${i}`, inputs[i] ?? weights])),
        ...(weighted(s.taps) ? { weights } : {}),
      },
      body: eachPixel(
        s,
        s.taps,
        `${outs.map((b) => `var sum${b} = T(0.0);`).join(" ")}
        ${blocks.join("\n")}
        ${outs.map((b) => `store((pixel * ${s.outBlocks} + ${b}) * uniforms.c + c, sum${b});`).join("\n")}`,
      ),
      ...eachPixelOf(s),
      shape: [...s.pixels, s.outBlocks * s.channels],
      scalars: ["weights"],
    });
  },
};

interface MixInput extends MixShape {
  readonly input: number;
}

/** Gradient of one input. Inputs: dy, weights. */
const gradXBody: KernelBody<MixInput> = {
  operations: (s) => operations(s, alone(s).taps),
  shape: (s) => [...s.pixels, blocksOf(s, s.input) * s.channels],
  cpu: ([dy, weights], out, s) => {
    for (const t of s.taps) {
      if (t.input !== s.input) continue;
      const w = t.weight ? ((weights as Values)[weightIndex(s, t)] as number) : 1;
      const dx = { values: out, blocks: blocksOf(s, s.input), block: t.from };
      addBlock(s, dx, { values: dy as Values, blocks: s.outBlocks, block: t.to }, w);
    }
  },
  gpu: ([dy, weights], s, run) => {
    if (!dy || !weights) throw new Error("MixGradX needs dy and weights.");
    const taps = s.taps.filter((t) => t.input === s.input);
    const blocks = blocksOf(s, s.input);
    const read = [...new Set(taps.map((t) => t.to))];
    const values = Array.from({ length: blocks }, (_, block) => {
      const terms = taps
        .filter((t) => t.from === block)
        .map((t) => (t.weight ? `w${weightIndex(s, t)} * d${t.to}` : `d${t.to}`));
      const value = terms.length > 0 ? terms.join(" + ") : "T(0.0)";
      return `store((pixel * ${blocks} + ${block}) * uniforms.c + c, ${value});`;
    });
    return run({
      name: "MixGradX",
      variant: `${s.input}|${key(s)}`,
      inputs: weighted(taps) ? { dy, weights } : { dy },
      body: eachPixel(
        s,
        taps,
        `${read.map((b) => `let d${b} = dy[(pixel * ${s.outBlocks} + ${b}) * uniforms.c + c];`).join("\n")}
        ${values.join("\n")}`,
      ),
      ...eachPixelOf(s),
      shape: [...s.pixels, blocks * s.channels],
      scalars: ["weights"],
    });
  },
};

/** Gradient of the weights. Inputs: the blocks' tensors, then dy. */
const gradWBody: KernelBody<MixShape> = {
  operations: (s) =>
    operations(
      s,
      s.taps.filter((t) => t.weight),
    ),
  shape: (s) => [s.rows, s.columns],
  cpu: (inputs, out, s) => {
    const dy = inputs[inputs.length - 1] as Values;
    for (const t of s.taps) {
      if (!t.weight) continue;
      const x = { values: inputs[t.input] as Values, blocks: blocksOf(s, t.input), block: t.from };
      const sum = multiplyBlocks(s, x, { values: dy, blocks: s.outBlocks, block: t.to });
      out[weightIndex(s, t)] = (out[weightIndex(s, t)] as number) + sum;
    }
  },
  gpu: (inputs, s, run) => {
    const dy = inputs[inputs.length - 1];
    if (!dy) throw new Error("MixGradW needs dy.");
    const taps = s.taps.filter((t) => t.weight);
    if (taps.length === 0) throw new Error("MixGradW needs a weighted tap.");
    const vector = vectorFor(s.channels);
    const c = s.channels / vector;
    const pixels = count(s.pixels);
    // As many partial sums of a tap as terms of each, so that neither pass is long.
    const chunks = Math.max(1, Math.round(Math.sqrt((pixels * c) / 4) / c));
    const read = [...new Set(taps.map((t) => t.input))];
    const outs = [...new Set(taps.map((t) => t.to))];
    const blocks = [...new Set(taps.map((t) => `${t.input}.${t.from}`))].map((at) => {
      const own = taps.filter((t) => `${t.input}.${t.from}` === at);
      const { input, from } = own[0] as Tap;
      const terms = own.map((t) => `sum${taps.indexOf(t)} += v * d${t.to};`);
      return `{ let v = x${input}[(p * ${blocksOf(s, input)} + ${from}) * uniforms.c + c]; ${terms.join(" ")} }`;
    });
    const partial = run({
      name: "MixGradW",
      variant: key(s),
      inputs: { ...Object.fromEntries(read.map((i) => [`x${i}`, inputs[i] ?? dy])), dy },
      params: { c, pixels, chunks },
      body: `
        let c = index % uniforms.c;
        ${taps.map((_, j) => `var sum${j} = T(0.0);`).join(" ")}
        for (var p = index / uniforms.c; p < uniforms.pixels; p += uniforms.chunks) {
          ${outs.map((b) => `let d${b} = dy[(p * ${s.outBlocks} + ${b}) * uniforms.c + c];`).join("\n")}
          ${blocks.join("\n")}
        }
        ${taps.map((_, j) => `result[${j} * uniforms.count + index] = total(sum${j});`).join("\n")}`,
      count: chunks * c,
      shape: [taps.length, chunks * c],
      vector,
      scalars: ["result"],
    });
    const table = Array.from({ length: s.rows * s.columns }, (_, i) => taps.findIndex((t) => weightIndex(s, t) === i));
    return run({
      name: "MixGradWSum",
      variant: key(s),
      inputs: { partial },
      params: { chunks: chunks * c },
      functions: `const TAP = array<i32, ${table.length}>(${table.join(",")});`,
      body: `
        let tap = TAP[index];
        var sum = 0.0;
        if (tap >= 0) {
          for (var k = 0; k < uniforms.chunks; k++) { sum += partial[tap * uniforms.chunks + k]; }
        }
        store(index, sum);`,
      count: table.length,
      shape: [s.rows, s.columns],
    });
  },
};

/** The call restricted to one input, which becomes input 0: the others do not reach that input's gradient. */
export function alone(s: MixInput): MixShape {
  const taps = s.taps.filter((t) => t.input === s.input).map((t) => ({ ...t, input: 0 }));
  return { ...s, blocks: [blocksOf(s, s.input)], taps };
}

/** Whether the input is added to the output as it is: its gradient is dy itself. */
export function isPassedOn(s: MixShape, input: number): boolean {
  const taps = s.taps.filter((t) => t.input === input);
  return (
    blocksOf(s, input) === s.outBlocks &&
    taps.length === s.outBlocks &&
    taps.every((t, b) => t.from === b && t.to === b && !t.weight)
  );
}

export const mixKernel: Kernel<MixShape> = defineDifferentiable("SearchlightMix", mixBody, (dy, inputs, s) => {
  const [blocks, weights] = [inputs.slice(0, -1), inputs[inputs.length - 1] as Tensor];
  return [
    ...blocks.map(
      (_, input) => () => (isPassedOn(s, input) ? dy.clone() : gradXKernel([dy, weights], { ...s, input })),
    ),
    () => gradWKernel([...blocks, dy], s),
  ];
});

export const gradXKernel: Kernel<MixInput> = defineDifferentiable("SearchlightMixGradX", gradXBody, (g, inputs, s) => {
  const [dy, weights] = inputs as [Tensor, Tensor];
  const one = alone(s);
  return [
    () => mixKernel([g, weights], one),
    () => (weighted(one.taps) ? gradWKernel([g, dy], one) : tf.zerosLike(weights)),
  ];
});

export const gradWKernel: Kernel<MixShape> = defineDifferentiable("SearchlightMixGradW", gradWBody, (g, inputs, s) => {
  const [blocks, dy] = [inputs.slice(0, -1), inputs[inputs.length - 1] as Tensor];
  const only = { ...s, taps: s.taps.filter((t) => t.weight) };
  return [
    ...blocks.map((block, input) => () => {
      const reached = only.taps.some((t) => t.input === input);
      return reached ? gradXKernel([dy, g], { ...only, input }) : tf.zerosLike(block);
    }),
    () => mixKernel([...blocks, g], only),
  ];
});

/**
 * Weighted sum of channel blocks.
 * @param inputs [..., blocks·channels] each, at most five
 * @param weights [rows, columns]; two taps never share a weight
 * @returns [..., outBlocks·channels]
 */
export function mix(inputs: readonly Tensor[], weights: Tensor, taps: readonly Tap[], options: MixOptions): Tensor {
  return mixKernel([...inputs, weights], mixShape(inputs, weights, taps, options));
}

export interface MixOptions {
  readonly channels: number;
  readonly outBlocks: number;
}

export function mixShape(
  inputs: readonly Tensor[],
  weights: Tensor,
  taps: readonly Tap[],
  { channels, outBlocks }: MixOptions,
): MixShape {
  const [rows, columns] = weights.shape as [number, number];
  const pixels = inputs[0]?.shape.slice(0, -1) ?? [];
  const blocks = inputs.map((x) => (x.shape[x.shape.length - 1] ?? 0) / channels);
  return { pixels, channels, blocks, outBlocks, rows, columns, taps };
}

/** Moves channel blocks without weighting them: joins, cuts and reorders channels. Blocks not moved to are zero. */
export function arrange(
  inputs: readonly Tensor[],
  moves: readonly { readonly input: number; readonly from: number; readonly to: number }[],
  options: { readonly channels: number; readonly outBlocks: number },
): Tensor {
  const taps = moves.map((move) => ({ ...move, weight: null }));
  return mix(inputs, tf.zeros([1, 1]), taps, options);
}
