/**
 * Convolutions on the GPU in register tiles, without barriers: an invocation computes a few neighbouring pixels of a few
 * channels, so that what it loads is used many times.
 */
import type { TensorInfo } from "../gpu/tensorflow";
import { filterIndex, type GatherCall, type GatherWay, operandsOf, product } from "./convolution-call";
import {
  chooseTile,
  codeLimit,
  lines,
  type Machine,
  offsetsOf,
  range,
  reads,
  type Tile,
  tilesOf,
  widthOf,
} from "./convolution-tiles";

/** The kernel for a tile. */
function gather(call: GatherCall, tile: Tile): TensorInfo {
  const { name, g, shape, run } = call;
  const [target, source] = [widthOf(g.channels), widthOf(g.sourceChannels)];
  const { columns, rows, elements } = tile;
  const { across, down } = tilesOf(g, tile);
  const all = (g.groups * g.channels) / target;
  const perGroup = g.channels / target / elements;
  const { rows: filterRows, matrix, times } = product(g.transposed, target, source);
  const sides = offsetsOf(g, columns);
  const { type, sourceType, operands, filterStep, key, read, store } = operandsOf(call);
  const id = (offset: number) => (offset < 0 ? `m${-offset}` : `${offset}`);
  const filterOf = filterIndex(call, elements);
  const weight = (e: number, j: number) => {
    const { row, element } = filterOf("i", e, j);
    return `w[(tap + ${row}) * uniforms.filterStep + ${element}]`;
  };
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
            return `let v${pixel}_${id(offset)} = ${g.borders ? `select(${sourceType}(), ${value}, ${inside})` : value};`;
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
              .map((j) => weight(e, j))
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
  const put = (r: number, c: number, e: number) =>
    `{ let at = targetRow${r} + ${c} * uniforms.all + ${e}; ${store("at", `s${r}_${c}_${e}`)} }`;
  const guard = (r: number, c: number, text: string) =>
    g.spread === 1 ? text : `if (y + ${r} < uniforms.height && x0 + ${c} < uniforms.width) ${text}`;
  const cells = range(rows).flatMap((r) => range(columns).flatMap((c) => range(elements).map((e) => ({ r, c, e }))));
  return run({
    name,
    variant: [g.kernel, g.step, g.spread, g.transposed ? g.pad : "", g.borders, columns, rows, elements, ...key].join(
      "_",
    ),
    ...operands,
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
      filterStep,
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
      ${cells.map(({ r, c, e }) => guard(r, c, put(r, c, e))).join("\n")}`,
    count: (g.batch * across * down * all) / elements,
    shape,
  });
}

/** The way in tiles that suit a machine. */
export const tiled =
  (machine: Machine): GatherWay =>
  (call) =>
    gather(call, chooseTile(call.g, machine, codeLimit(call.s, machine)));
