/**
 * The gradient of a convolution's filter on the GPU, without barriers: an invocation sums the outer products of a block of
 * input and a block of output channels for a row of taps, over a chunk of the pictures' rows; then chunks are summed.
 */
import type { GpuBody } from "../gpu/kernel";
import type { ConvolutionShape } from "./convolution-cpu";
import { codeLimit, LOAD_CODE, lines, type Machine, range, STORE_CODE, widthOf } from "./convolution-tiles";
import { maskedInput } from "./masked-input";
import { sumChunks } from "./reduce";

interface Block {
  /** Elements of input and of output channels. */
  readonly ins: number;
  readonly outs: number;
  /** Output pixels of a row at a time. */
  readonly pixels: number;
  /** Chunks of rows. */
  readonly chunks: number;
}

/** Pixels of a 1×1 convolution are alike: rows of any length will do. */
function rowsOf(s: ConvolutionShape) {
  if (s.kernel !== 1 || s.stride !== 1 || s.pad !== 0)
    return { flat: false, rows: s.batch * s.outHeight, length: s.outWidth, pixels: s.batch * s.outHeight * s.outWidth };
  const pixels = s.batch * s.height * s.width;
  const length = Math.min(pixels, 16);
  return { flat: true, rows: Math.ceil(pixels / length), length, pixels };
}

const loadsOf = (s: ConvolutionShape, pixels: number) => new Set(columnsOf(s, pixels)).size;
const columnsOf = (s: ConvolutionShape, pixels: number) =>
  range(pixels).flatMap((p) => range(s.kernel).map((kx) => p * s.stride + kx));

/** The block of least modelled time, first and second pass. */
export function chooseBlock(s: ConvolutionShape, machine: Machine): Block {
  const [inWidth, outWidth] = [widthOf(s.inChannels), widthOf(s.outChannels)];
  const [ins, outs] = [s.inChannels / inWidth, s.outChannels / outWidth];
  const { rows, length } = rowsOf(s);
  const limit = codeLimit(s, machine);
  let best: Block = { ins: 1, outs: 1, pixels: 1, chunks: 1 };
  let bestTime = Number.POSITIVE_INFINITY;
  for (const i of [1, 2, 3, 4])
    for (const o of [1, 2, 4])
      for (const pixels of [1, 2, 4])
        for (let chunks = 1; chunks <= rows; chunks *= 2) {
          const sums = s.kernel * i * inWidth * o;
          if (ins % i !== 0 || outs % o !== 0 || sums > machine.registers * 2 || pixels > length) continue;
          const perChunk = Math.ceil(rows / chunks);
          const steps = Math.ceil(length / pixels) * perChunk;
          const invocations = s.kernel * (ins / i) * s.groups * (outs / o) * chunks;
          const loadsOnce = loadsOf(s, pixels) * i + pixels * o;
          if (pixels * sums + LOAD_CODE * loadsOnce + STORE_CODE * sums > limit) continue;
          const loads = steps * loadsOnce + sums + 4;
          const first = (steps * pixels * sums + machine.load * loads) * Math.max(1, invocations / machine.invocations);
          const size = s.kernel ** 2 * s.inChannels * s.groups * outs;
          const second = chunks > 1 ? machine.load * (chunks + 60) * Math.max(1, size / machine.invocations) : 0;
          if (first + second < bestTime)
            [best, bestTime] = [{ ins: i, outs: o, pixels, chunks: Math.ceil(rows / perChunk) }, first + second];
        }
  return best;
}

export const tiledGradW =
  (machine: Machine): GpuBody<ConvolutionShape> =>
  ([x, dy, z], s, run) => {
    if (!x || !dy) throw new Error("ConvolutionGradW needs x and dy.");
    const [inWidth, outWidth] = [widthOf(s.inChannels), widthOf(s.outChannels)];
    const { flat, rows, length, pixels } = rowsOf(s);
    const block = chooseBlock(s, machine);
    const outAll = (s.groups * s.outChannels) / outWidth;
    const size = s.kernel ** 2 * s.inChannels * outAll;
    const { x: read, rectify } = maskedInput(x, z, run);
    const type = outWidth === 4 ? "vec4<f32>" : "f32";
    const xZero = inWidth === 4 ? "vec4<f32>()" : "0.0";
    const columns = [...new Set(columnsOf(s, block.pixels))];
    const borders = s.pad > 0 || flat;
    const whole = length % block.pixels === 0 && pixels === rows * length;
    const cells = range(s.kernel).flatMap((k) =>
      range(block.ins).flatMap((i) =>
        range(inWidth).flatMap((j) => range(block.outs).map((o) => ({ k, i, j, o, name: `s${k}_${i}_${j}_${o}` }))),
      ),
    );
    const lane = (j: number) => (inWidth === 4 ? `[${j}]` : "");
    const vector = inWidth === 4 || outWidth === 4 ? 4 : 1;
    const partial = run({
      name: "ConvolutionGradW",
      variant: [
        s.kernel,
        s.stride,
        borders,
        whole,
        flat,
        block.ins,
        block.outs,
        block.pixels,
        inWidth,
        outWidth,
        rectify,
      ].join("_"),
      inputs: { x: read, dy },
      params: {
        ins: s.inChannels / inWidth / block.ins,
        outs: outAll / block.outs,
        perGroup: s.outChannels / outWidth / block.outs,
        perChunk: Math.ceil(rows / block.chunks),
        rows,
        length,
        pixels,
        h: s.height,
        w: s.width,
        oh: s.outHeight,
        pad: s.pad,
        xStep: (s.groups * s.inChannels) / inWidth,
        yStep: outAll,
        size,
      },
      body: `
        let outBlock = index % uniforms.outs;
        let r1 = index / uniforms.outs;
        let inBlock = r1 % uniforms.ins;
        let r2 = r1 / uniforms.ins;
        let ky = r2 % ${s.kernel};
        let chunk = r2 / ${s.kernel};
        let group = outBlock / uniforms.perGroup;
        let xFirst = (group * uniforms.ins + inBlock) * ${block.ins};
        let yFirst = outBlock * ${block.outs};
        let last = min((chunk + 1) * uniforms.perChunk, uniforms.rows);
        ${cells.map(({ name }) => `var ${name} = ${type}();`).join(" ")}
        for (var row = chunk * uniforms.perChunk; row < last; row++) {
          ${
            flat
              ? "let xRow = row * uniforms.length;"
              : `let n = row / uniforms.oh;
                let iy = (row - n * uniforms.oh) * ${s.stride} - uniforms.pad + ky;
                if (iy < 0 || iy >= uniforms.h) { continue; }
                let xRow = (n * uniforms.h + iy) * uniforms.w;`
          }
          for (var ox = 0; ox < uniforms.length; ox += ${block.pixels}) {
            let ix = ox * ${s.stride}${flat ? "" : " - uniforms.pad"};
            ${columns
              .map(
                (c) => `let at${c} = (xRow + ix + ${c}) * uniforms.xStep + xFirst;
                ${borders && !flat ? `let in${c} = ix + ${c} >= 0 && ix + ${c} < uniforms.w;` : ""}
                ${lines(block.ins, (i) => {
                  const value = rectify ? `max(x[at${c} + ${i}], ${xZero})` : `x[at${c} + ${i}]`;
                  return `let x${c}_${i} = ${borders && !flat ? `select(${xZero}, ${value}, in${c})` : value};`;
                })}`,
              )
              .join("\n")}
            ${lines(
              block.pixels,
              (p) => `{
                let y = row * uniforms.length + ox + ${p};
                ${whole ? "" : `let exists = ox + ${p} < uniforms.length && y < uniforms.pixels;`}
                ${lines(block.outs, (o) => {
                  const value = `dy[y * uniforms.yStep + yFirst + ${o}]`;
                  return `let d${o} = ${whole ? value : `select(${type}(), ${value}, exists)`};`;
                })}
                ${cells.map(({ k, i, j, o, name }) => `${name} += x${p * s.stride + k}_${i}${lane(j)} * d${o};`).join("\n")} }`,
            )}
          }
        }
        let rowSize = uniforms.ins * ${block.ins * inWidth};
        ${cells
          .map(
            ({ k, i, j, o, name }) =>
              `result[chunk * uniforms.size + ((ky * ${s.kernel} + ${k}) * rowSize + (inBlock * ${block.ins} + ${i}) * ${inWidth} + ${j}) * uniforms.yStep + yFirst + ${o}] = ${name};`,
          )
          .join("\n")}`,
      count: s.kernel * (s.inChannels / inWidth / block.ins) * (outAll / block.outs) * block.chunks,
      shape: [block.chunks, size * outWidth],
      vector,
      scalars: [...(inWidth < vector ? ["x"] : []), ...(outWidth < vector ? ["dy", "result"] : [])],
    });
    return sumChunks(run, partial, block.chunks, [s.kernel, s.kernel, s.inChannels, s.groups * s.outChannels]);
  };
