/**
 * The mixed operation: a weighted sum of channel blocks, bilinear in the blocks and in the matrix of mixing weights.
 * One call adds all operations of all edges that leave one state to the nodes they lead to.
 */
import { defineDifferentiable, type Kernel, type KernelBody, type Values } from "../gpu/kernel";
import { vectorFor } from "../gpu/program";
import { type Tensor, tf } from "../gpu/tensorflow";
import { chunkCount } from "./reduce";

/** Adds weight[row, column] · (block `from` of input `input`) to block `to` of the output; without a weight, times 1. */
export interface Tap {
  readonly input: number;
  readonly from: number;
  readonly to: number;
  readonly weight: { readonly row: number; readonly column: number } | null;
}

interface MixShape {
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
const weightIndex = (s: MixShape, t: Tap) => (t.weight ? t.weight.row * s.columns + t.weight.column : -1);
const blocksOf = (s: MixShape, input: number) => s.blocks[input] ?? 0;
/** Inputs that some tap reads; TF.js refuses a kernel with an input it does not read. */
const used = (s: MixShape) => s.blocks.map((_, i) => i).filter((i) => s.taps.some((t) => t.input === i));
const weighted = (taps: readonly Tap[]) => taps.some((t) => t.weight);

/** Inputs: the blocks' tensors, then the weights. */
const mixBody: KernelBody<MixShape> = {
  shape: (s) => [...s.pixels, s.outBlocks * s.channels],
  cpu: (inputs, out, s) => {
    const weights = inputs[inputs.length - 1] as Values;
    for (const t of s.taps) {
      const x = inputs[t.input] as Values;
      const w = t.weight ? (weights[weightIndex(s, t)] as number) : 1;
      const stride = blocksOf(s, t.input) * s.channels;
      const outStride = s.outBlocks * s.channels;
      for (let p = 0; p < count(s.pixels); p++) {
        const [i, o] = [p * stride + t.from * s.channels, p * outStride + t.to * s.channels];
        for (let c = 0; c < s.channels; c++) out[o + c] = (out[o + c] as number) + w * (x[i + c] as number);
      }
    }
  },
  gpu: (inputs, s, run) => {
    const weights = inputs[inputs.length - 1];
    if (!weights) throw new Error("Mix needs weights.");
    const cases = Array.from({ length: s.outBlocks }, (_, block) => {
      const terms = s.taps
        .filter((t) => t.to === block)
        .map((t) => {
          const x = `x${t.input}[(pixel * ${blocksOf(s, t.input)} + ${t.from}) * uniforms.c + c]`;
          return t.weight ? `sum += weights[${weightIndex(s, t)}] * ${x};` : `sum += ${x};`;
        });
      return `if (block == ${block}) { ${terms.join(" ")} }`;
    });
    return run({
      name: "Mix",
      variant: key(s),
      inputs: {
        ...Object.fromEntries(used(s).map((i) => [`x${i}`, inputs[i] ?? weights])),
        ...(weighted(s.taps) ? { weights } : {}),
      },
      params: { c: s.channels / vectorFor(s.channels) },
      body: `
        let c = index % uniforms.c;
        let block = (index / uniforms.c) % ${s.outBlocks};
        let pixel = index / (uniforms.c * ${s.outBlocks});
        var sum = T(0.0);
        ${cases.join("\n")}
        result[index] = sum;`,
      count: (count(s.pixels) * s.outBlocks * s.channels) / vectorFor(s.channels),
      shape: [...s.pixels, s.outBlocks * s.channels],
      vector: vectorFor(s.channels),
      scalars: ["weights"],
    });
  },
};

interface MixInput extends MixShape {
  readonly input: number;
}

/** Gradient of one input. Inputs: dy, weights. */
const gradXBody: KernelBody<MixInput> = {
  shape: (s) => [...s.pixels, blocksOf(s, s.input) * s.channels],
  cpu: ([dy, weights], out, s) => {
    const stride = blocksOf(s, s.input) * s.channels;
    for (const t of s.taps) {
      if (t.input !== s.input) continue;
      const w = t.weight ? ((weights as Values)[weightIndex(s, t)] as number) : 1;
      for (let p = 0; p < count(s.pixels); p++) {
        const [i, o] = [p * stride + t.from * s.channels, (p * s.outBlocks + t.to) * s.channels];
        for (let c = 0; c < s.channels; c++)
          out[i + c] = (out[i + c] as number) + w * ((dy as Values)[o + c] as number);
      }
    }
  },
  gpu: ([dy, weights], s, run) => {
    if (!dy || !weights) throw new Error("MixGradX needs dy and weights.");
    const taps = s.taps.filter((t) => t.input === s.input);
    const blocks = blocksOf(s, s.input);
    const cases = Array.from({ length: blocks }, (_, block) => {
      const terms = taps
        .filter((t) => t.from === block)
        .map((t) => {
          const d = `dy[(pixel * ${s.outBlocks} + ${t.to}) * uniforms.c + c]`;
          return t.weight ? `sum += weights[${weightIndex(s, t)}] * ${d};` : `sum += ${d};`;
        });
      return `if (block == ${block}) { ${terms.join(" ")} }`;
    });
    return run({
      name: "MixGradX",
      variant: `${s.input}|${key(s)}`,
      inputs: weighted(taps) ? { dy, weights } : { dy },
      params: { c: s.channels / vectorFor(s.channels) },
      body: `
        let c = index % uniforms.c;
        let block = (index / uniforms.c) % ${blocks};
        let pixel = index / (uniforms.c * ${blocks});
        var sum = T(0.0);
        ${cases.join("\n")}
        result[index] = sum;`,
      count: (count(s.pixels) * blocks * s.channels) / vectorFor(s.channels),
      shape: [...s.pixels, blocks * s.channels],
      vector: vectorFor(s.channels),
      scalars: ["weights"],
    });
  },
};

/** Gradient of the weights. Inputs: the blocks' tensors, then dy. */
const gradWBody: KernelBody<MixShape> = {
  shape: (s) => [s.rows, s.columns],
  cpu: (inputs, out, s) => {
    const dy = inputs[inputs.length - 1] as Values;
    for (const t of s.taps) {
      if (!t.weight) continue;
      const x = inputs[t.input] as Values;
      const stride = blocksOf(s, t.input) * s.channels;
      let sum = 0;
      for (let p = 0; p < count(s.pixels); p++) {
        const [i, o] = [p * stride + t.from * s.channels, (p * s.outBlocks + t.to) * s.channels];
        for (let c = 0; c < s.channels; c++) sum += (x[i + c] as number) * (dy[o + c] as number);
      }
      out[weightIndex(s, t)] = (out[weightIndex(s, t)] as number) + sum;
    }
  },
  gpu: (inputs, s, run) => {
    const dy = inputs[inputs.length - 1];
    if (!dy) throw new Error("MixGradW needs dy.");
    const taps = s.taps.filter((t) => t.weight);
    if (taps.length === 0) throw new Error("MixGradW needs a weighted tap.");
    const pixels = count(s.pixels);
    const chunks = chunkCount(pixels, taps.length);
    const perChunk = Math.ceil(pixels / chunks);
    const read = [...new Set(taps.map((t) => t.input))];
    const cases = taps.map(
      (t, j) => `if (tap == ${j}) {
        for (var p = first; p < last; p++) {
          let i = (p * ${blocksOf(s, t.input)} + ${t.from}) * uniforms.c;
          let o = (p * ${s.outBlocks} + ${t.to}) * uniforms.c;
          for (var c = 0; c < uniforms.c; c++) { sum += x${t.input}[i + c] * dy[o + c]; }
        }
      }`,
    );
    const partial = run({
      name: "MixGradW",
      variant: key(s),
      inputs: { ...Object.fromEntries(read.map((i) => [`x${i}`, inputs[i] ?? dy])), dy },
      params: { c: s.channels / vectorFor(s.channels), pixels, perChunk, chunks },
      body: `
        let tap = index / uniforms.chunks;
        let first = (index % uniforms.chunks) * uniforms.perChunk;
        let last = min(first + uniforms.perChunk, uniforms.pixels);
        var sum = T(0.0);
        ${cases.join("\n")}
        result[index] = total(sum);`,
      count: taps.length * chunks,
      shape: [taps.length, chunks],
      vector: vectorFor(s.channels),
      scalars: ["result"],
    });
    const table = Array.from({ length: s.rows * s.columns }, (_, i) => taps.findIndex((t) => weightIndex(s, t) === i));
    return run({
      name: "MixGradWSum",
      variant: key(s),
      inputs: { partial },
      params: { chunks },
      functions: `const TAP = array<i32, ${table.length}>(${table.join(",")});`,
      body: `
        let tap = TAP[index];
        var sum = 0.0;
        if (tap >= 0) {
          for (var k = 0; k < uniforms.chunks; k++) { sum += partial[tap * uniforms.chunks + k]; }
        }
        result[index] = sum;`,
      count: table.length,
      shape: [s.rows, s.columns],
    });
  },
};

/** The call restricted to one input, which becomes input 0: the others do not reach that input's gradient. */
function alone(s: MixInput): MixShape {
  const taps = s.taps.filter((t) => t.input === s.input).map((t) => ({ ...t, input: 0 }));
  return { ...s, blocks: [blocksOf(s, s.input)], taps };
}

const mixKernel: Kernel<MixShape> = defineDifferentiable("SearchlightMix", mixBody, (dy, inputs, s) => {
  const [blocks, weights] = [inputs.slice(0, -1), inputs[inputs.length - 1] as Tensor];
  return [
    ...blocks.map((_, input) => () => gradXKernel([dy, weights], { ...s, input })),
    () => gradWKernel([...blocks, dy], s),
  ];
});

const gradXKernel: Kernel<MixInput> = defineDifferentiable("SearchlightMixGradX", gradXBody, (g, inputs, s) => {
  const [dy, weights] = inputs as [Tensor, Tensor];
  const one = alone(s);
  return [
    () => mixKernel([g, weights], one),
    () => (weighted(one.taps) ? gradWKernel([g, dy], one) : tf.zerosLike(weights)),
  ];
});

const gradWKernel: Kernel<MixShape> = defineDifferentiable("SearchlightMixGradW", gradWBody, (g, inputs, s) => {
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
export function mix(
  inputs: readonly Tensor[],
  weights: Tensor,
  taps: readonly Tap[],
  options: { readonly channels: number; readonly outBlocks: number },
): Tensor {
  const { channels, outBlocks } = options;
  const [rows, columns] = weights.shape as [number, number];
  const pixels = inputs[0]?.shape.slice(0, -1) ?? [];
  const blocks = inputs.map((x) => (x.shape[x.shape.length - 1] ?? 0) / channels);
  return mixKernel([...inputs, weights], { pixels, channels, blocks, outBlocks, rows, columns, taps });
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
