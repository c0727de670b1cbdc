/**
 * Convolutions on the GPU in register tiles, without barriers: an invocation computes a few neighbouring pixels of a few
 * channels, so that what it loads is used many times. The forward pass and the gradient of x are the same kernel, which
 * gathers from a source ([x] or [dy]) into a target, with the filter read as it is or transposed.
 */
import type { GpuBody } from "../gpu/kernel";
import type { TensorInfo } from "../gpu/tensorflow";
import type { ConvolutionShape } from "./convolution-cpu";
import {
  chooseTile,
  codeLimit,
  forwardGather,
  type Gather,
  gradientGather,
  lines,
  type Machine,
  offsetsOf,
  range,
  reads,
  type Tile,
  tilesOf,
  widthOf,
} from "./convolution-tiles";
import { maskedInput } from "./masked-input";

/** Sum over a tap's source element v of `target` sums: the filter's part as m, and its product with v. */
export function product(transposed: boolean, target: 1 | 4, source: 1 | 4) {
  if (target === 4 && source === 4)
    return { rows: 4, matrix: (w: string) => `mat4x4<f32>(${w})`, times: transposed ? "v * m" : "m * v" };
  if (target === 1 && source === 1) return { rows: 1, matrix: (w: string) => w, times: "v * m" };
  const wide = { rows: 4, matrix: (w: string) => `vec4<f32>(${w})` };
  const narrow = { rows: 1, matrix: (w: string) => w };
  if (target === 4) return { ...(transposed ? wide : narrow), times: "v * m" };
  return { ...(transposed ? narrow : wide), times: "dot(v, m)" };
}

/** What is gathered: dy, or x or max(x, 0). */
export type ConvolutionSource = { readonly dy: TensorInfo } | ReturnType<typeof maskedInput>;

/** The source as a kernel's input, and how the kernel reads an element of it. */
export function sourceOf(from: ConvolutionSource, width: 1 | 4) {
  const inputs: Readonly<Record<string, TensorInfo>> = "x" in from ? { x: from.x } : from;
  const rectify = "x" in from && from.rectify;
  const zero = width === 4 ? "vec4<f32>()" : "0.0";
  const read = (i: string) => (rectify ? `max(x[${i}], ${zero})` : `${"x" in from ? "x" : "dy"}[${i}]`);
  return { inputs, rectify, read };
}

/** The kernel for a tile. */
function gather(
  name: string,
  g: Gather,
  tile: Tile,
  from: ConvolutionSource,
  w: TensorInfo,
  z: TensorInfo | undefined,
  shape: readonly number[],
  run: Parameters<GpuBody<ConvolutionShape>>[2],
): TensorInfo {
  const [target, source] = [widthOf(g.channels), widthOf(g.sourceChannels)];
  const { columns, rows, elements } = tile;
  const { across, down } = tilesOf(g, tile);
  const all = (g.groups * g.channels) / target;
  const perGroup = g.channels / target / elements;
  const { rows: filterRows, matrix, times } = product(g.transposed, target, source);
  const filterWidth = g.transposed ? source : target;
  const type = target === 4 ? "vec4<f32>" : "f32";
  const zero = source === 4 ? "vec4<f32>()" : "0.0";
  const sides = offsetsOf(g, columns);
  const { inputs, rectify, read } = sourceOf(from, source);
  const id = (offset: number) => (offset < 0 ? `m${-offset}` : `${offset}`);
  // The channel of the filter's row, and the element in the row.
  const filterRow = (e: number, j: number) =>
    g.transposed ? `first * ${target} + ${e * target + j}` : `i * ${source} + ${j}`;
  const filterElement = (e: number) => (g.transposed ? "sourceFirst + i" : `block * ${elements} + ${e}`);
  const taps = (ky: string, pairs: readonly { pixel: number; offset: number }[], shift: string) => `{
    ${pairs
      .map(
        ({ pixel, offset }) => `let y${pixel} = sourceY + ${offset}${shift};
          let row${pixel} = (n * uniforms.sourceHeight + y${pixel}) * uniforms.sourceWidth * uniforms.sourceStep + sourceFirst;
          let in${pixel} = y${pixel} >= 0 && y${pixel} < uniforms.sourceHeight;`,
      )
      .join("\n")}
    ${g.borders && pairs.length === 1 ? `let steps = select(0, uniforms.steps, ${pairs.map(({ pixel }) => `in${pixel}`).join(" || ")});` : "let steps = uniforms.steps;"}
    for (var i = 0; i < steps; i++) {
      ${pairs
        .flatMap(({ pixel }) =>
          sides.map((offset) => {
            const value = read(`row${pixel} + side${id(offset)} + i`);
            const inside = `in${pixel} && inside${id(offset)}`;
            return `let v${pixel}_${id(offset)} = ${g.borders ? `select(${zero}, ${value}, ${inside})` : value};`;
          }),
        )
        .join("\n")}
      ${lines(
        g.kernel,
        (kx) => `{ let tap = (${ky} * ${g.kernel} + ${kx}) * uniforms.filterRows;
        ${lines(
          elements,
          (e) => `{ let m = ${matrix(
            range(filterRows)
              .map((j) => `w[(tap + ${filterRow(e, j)}) * uniforms.filterStep + ${filterElement(e)}]`)
              .join(", "),
          )};
          ${pairs
            .flatMap(({ pixel }) =>
              reads(g, columns, kx).map(
                (c) => `{ let v = v${pixel}_${id(c.offset)}; s${pixel}_${c.pixel}_${e} += ${times}; }`,
              ),
            )
            .join("\n")} }`,
        )} }`,
      )}
    } }`;
  // Rows of taps in a loop where all pixels read alike: a third of the code.
  const loop = g.spread === 1;
  const last = g.kernel - 1;
  const body = loop
    ? `for (var t = 0; t < ${g.kernel}; t++) ${taps(
        g.transposed ? `(${last} - t)` : "t",
        reads(g, rows, g.transposed ? last : 0),
        " + t",
      )}`
    : lines(g.kernel, (ky) => (reads(g, rows, ky).length > 0 ? taps(`${ky}`, reads(g, rows, ky), "") : ""));
  const start = (at: string, size: number, side: string) =>
    g.spread === 1 ? `min(${at} * ${size}, uniforms.${side} - ${size})` : `${at} * ${size}`;
  const origin = (p: string) =>
    g.transposed ? (g.spread === 1 ? p : `${p} / ${g.spread}`) : `${p} * ${g.step} - uniforms.pad`;
  const store = (r: number, c: number, e: number) => {
    const at = `targetRow${r} + ${c} * uniforms.all + ${e}`;
    const sum = `s${r}_${c}_${e}`;
    const positive = target === 4 ? "vec4<f32>(0.0)" : "0.0";
    return `{ let at = ${at}; store(at, ${z ? `select(${type}(), ${sum}, z[at] > ${positive})` : sum}); }`;
  };
  const guard = (r: number, c: number, text: string) =>
    g.spread === 1 ? text : `if (y + ${r} < uniforms.height && x0 + ${c} < uniforms.width) ${text}`;
  const cells = range(rows).flatMap((r) => range(columns).flatMap((c) => range(elements).map((e) => ({ r, c, e }))));
  const vector = target === 4 || source === 4 ? 4 : 1;
  const narrow = (names: readonly string[], width: 1 | 4) => (width < vector ? names : []);
  return run({
    name,
    variant: [
      g.kernel,
      g.step,
      g.spread,
      g.transposed ? `t${g.pad}` : "",
      g.borders,
      columns,
      rows,
      elements,
      target,
      source,
      rectify,
      z ? "z" : "",
    ].join("_"),
    inputs: { ...inputs, w, ...(z ? { z } : {}) },
    params: {
      blocks: all / elements,
      perGroup,
      across,
      down,
      width: g.width,
      height: g.height,
      sourceWidth: g.sourceWidth,
      sourceHeight: g.sourceHeight,
      sourceStep: (g.groups * g.sourceChannels) / source,
      steps: g.sourceChannels / source,
      all,
      filterRows: g.transposed ? g.channels : g.sourceChannels,
      filterStep: (g.groups * (g.transposed ? g.sourceChannels : g.channels)) / filterWidth,
      pad: g.pad,
    },
    body: `
      let block = index % uniforms.blocks;
      let place = index / uniforms.blocks;
      let line = place / uniforms.across;
      let n = line / uniforms.down;
      let x0 = ${start("(place % uniforms.across)", columns, "width")};
      let y = ${start("(line % uniforms.down)", rows, "height")};
      let group = block / uniforms.perGroup;
      let sourceFirst = group * uniforms.steps;
      ${g.transposed ? `let first = (block - group * uniforms.perGroup) * ${elements};` : ""}
      let sourceX = ${origin("x0")};
      let sourceY = ${origin("y")};
      ${sides
        .map(
          (offset) => `let side${id(offset)} = (sourceX + ${offset}) * uniforms.sourceStep;
          let inside${id(offset)} = sourceX + ${offset} >= 0 && sourceX + ${offset} < uniforms.sourceWidth;`,
        )
        .join("\n")}
      ${cells.map(({ r, c, e }) => `var s${r}_${c}_${e} = ${type}();`).join(" ")}
      ${body}
      ${lines(rows, (r) => `let targetRow${r} = ((n * uniforms.height + y + ${r}) * uniforms.width + x0) * uniforms.all + block * ${elements};`)}
      ${cells.map(({ r, c, e }) => guard(r, c, store(r, c, e))).join("\n")}`,
    count: (g.batch * across * down * all) / elements,
    shape,
    vector,
    scalars: [
      ...narrow(["x", "dy"], source),
      ...narrow(["w"], filterWidth),
      ...narrow(["result"], target),
      ...narrow(["z"], target),
    ],
  });
}

export const tiledForward =
  (machine: Machine): GpuBody<ConvolutionShape> =>
  ([x, w, z], s, run) => {
    if (!x || !w) throw new Error("Convolution needs x and w.");
    const g = forwardGather(s);
    const shape = [s.batch, s.outHeight, s.outWidth, s.groups * s.outChannels];
    const input = maskedInput(x, z, run);
    return gather("Convolution", g, chooseTile(g, machine, codeLimit(s, machine)), input, w, undefined, shape, run);
  };

export const tiledGradX =
  (machine: Machine): GpuBody<ConvolutionShape> =>
  ([dy, w, z], s, run) => {
    if (!dy || !w) throw new Error("ConvolutionGradX needs dy and w.");
    const g = gradientGather(s);
    const shape = [s.batch, s.height, s.width, s.groups * s.inChannels];
    return gather("ConvolutionGradX", g, chooseTile(g, machine, codeLimit(s, machine)), { dy }, w, z, shape, run);
  };
