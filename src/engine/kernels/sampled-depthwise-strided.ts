/**
 * The gradient of x of a sampled depthwise convolution with stride 2 on WebGPU. The pixels of x fall into squares of two by
 * two, one to each pixel of dy. Even columns of a square meet dy up to two pixels to either side, odd ones the pixel itself and
 * the next, and so do rows; which tap of the filter meets which, the picked operation says. One code serves all operations:
 * software adapters go once through every loop, entered or not, so that code of each operation would run for all of them.
 */
import type { GpuBody } from "../gpu/kernel";
import { lines, place, range } from "./depthwise-plan";
import { bitsOf, rowParams, SLOT_AT } from "./gate";
import { bankOf, constantsOf, inShape, type SampledDepthwise } from "./sampled-depthwise-shape";

const WORKGROUP = 16;
/** Squares of an invocation. */
const TILE = 8;
/** Pixels of dy that a column of a square meets, from the square's own. */
const MET = { even: [-2, -1, 0, 1, 2], odd: [0, 1] } as const;

const id = (n: number) => (n < 0 ? `m${-n}` : `${n}`);

export const stridedSampledGradX: GpuBody<SampledDepthwise> = (inputs, s, run) => {
  const [dy, w] = inputs;
  const { z, picks } = constantsOf(inputs);
  if (!dy || !w) throw new Error("SampledDepthwiseGradX needs dy and w.");
  const blocks = place(bankOf(s).blocks);
  if (s.stride !== 2 || blocks.some(({ kernel, dilation }) => kernel > 5 || dilation > 2))
    throw new Error("Strided gradients of sampled convolutions know stride 2, kernels to 5 and dilations to 2.");
  const all = bitsOf(s.gate.ops);
  const across = Math.ceil(s.width / 2);
  const down = Math.ceil(s.height / 2);
  const tile = Math.min(TILE, across);
  const tilesAcross = Math.ceil(across / tile);
  const squares = range(tile);
  const columns = range(tile + 4).map((c) => c - 2);
  const ragged = s.width % (2 * tile) !== 0;
  const weight = (kind: "even" | "odd", at: number) => `
    let k${kind}${id(at)} = ${kind === "even" ? `(pad - ${2 * at}) >> u32(dilation - 1)` : `pad + ${1 - 2 * at}`};
    let ${kind}${id(at)} = select(0.0, w[f + clamp(k${kind}${id(at)}, 0, kernel - 1) * uniforms.filterStep],
      k${kind}${id(at)} >= 0 && k${kind}${id(at)} < kernel${kind === "odd" ? " && dilation == 1" : ""});`;
  const sum = (kind: "even" | "odd", c: number) =>
    `${kind[0]}${c} += ${MET[kind].map((at) => `${kind}${id(at)} * v${id(c + at)}`).join(" + ")};`;
  const store = (c: number, odd: 0 | 1, adds: boolean) => {
    const value = `${odd ? "o" : "e"}${c}`;
    const column = 2 * c + odd;
    return `${ragged ? `if (ix + ${column} < uniforms.width)` : ""} {
      let at = to + ${column} * uniforms.channels;
      result[at] ${adds ? "+=" : "="} ${z ? `select(0.0, ${value}, z[at] > 0.0)` : value}; }`;
  };
  const body = (adds: boolean) => `
      let ic = index % uniforms.channels;
      let place = index / uniforms.channels;
      let line = place / uniforms.tilesAcross;
      let a = (place - line * uniforms.tilesAcross) * ${tile};
      let n = line / uniforms.down;
      let b = line - n * uniforms.down;
      ${columns
        .map(
          (c) => `let at${id(c)} = a + ${c}; let on${id(c)} = at${id(c)} >= 0 && at${id(c)} < uniforms.outWidth;
      let column${id(c)} = select(0, at${id(c)} * uniforms.channels, on${id(c)});`,
        )
        .join("\n")}
      for (var odd = 0; odd < 2; odd++) {
        ${lines(tile, (c) => `var e${c} = 0.0; var o${c} = 0.0;`)}
        for (var slot = slotFrom(0, ${all}); slot < uniforms.edges; slot = slotFrom(slot + 1, ${all})) {
          let pick = pickOf(slot);
          var kernel = 0;
          var dilation = 1;
          var f = slot * uniforms.channels + ic;
          ${lines(
            blocks.length,
            (i) =>
              `if (pick == ${s.gate.ops[i]}) { kernel = uniforms.kernel${i}; dilation = uniforms.dilation${i}; f += uniforms.filter${i}; }`,
          )}
          let pad = (dilation * (kernel - 1)) / 2;
          // Taps of a dilated filter meet even rows only.
          let first = select((odd + pad) & 1, odd * kernel, dilation == 2);
          f += first * kernel * uniforms.filterStep;
          for (var ky = first; ky < kernel; ky += 3 - dilation) {
            let row = b + (odd + pad - ky * dilation) / 2;
            let inside = row >= 0 && row < uniforms.outHeight;
            let source = slot * uniforms.outSize + (n * uniforms.outHeight + select(0, row, inside)) * uniforms.outWidth * uniforms.channels + ic;
            ${columns.map((c) => `let v${id(c)} = select(0.0, dy[source + column${id(c)}], inside && on${id(c)});`).join("\n")}
            ${MET.even.map((at) => weight("even", at)).join("")}
            ${MET.odd.map((at) => weight("odd", at)).join("")}
            ${squares.map((c) => `${sum("even", c)} ${sum("odd", c)}`).join("\n")}
            f += (3 - dilation) * kernel * uniforms.filterStep;
          }
        }
        let iy = 2 * b + odd;
        let ix = 2 * a;
        if (iy < uniforms.height) {
          let to = ((n * uniforms.height + iy) * uniforms.width + ix) * uniforms.channels + ic;
          ${squares.map((c) => `${store(c, 0, adds)} ${store(c, 1, adds)}`).join("\n")}
        }
      }`;
  return run({
    name: "SampledDepthwiseGradX",
    variant: ["strided", z ? "z" : "", s.gate.ops.join("."), tile, ragged].join("_"),
    inputs: { dy, w, picks, ...(z ? { z } : {}) },
    params: {
      channels: s.channels,
      width: s.width,
      height: s.height,
      outWidth: s.outWidth,
      outHeight: s.outHeight,
      outSize: s.batch * s.outHeight * s.outWidth * s.channels,
      tilesAcross,
      down,
      edges: s.gate.rows.length,
      filterStep: s.gate.rows.length * s.channels,
      ...rowParams(s.gate.rows),
      ...Object.fromEntries(
        blocks.flatMap((b, i) => [
          [`kernel${i}`, b.kernel],
          [`dilation${i}`, b.dilation],
          [`filter${i}`, b.filterOffset],
        ]),
      ),
    },
    functions: SLOT_AT,
    body: body(false),
    adding: { body: body(true) },
    count: s.batch * tilesAcross * down * s.channels,
    shape: inShape(s),
    workgroup: WORKGROUP,
  });
};
