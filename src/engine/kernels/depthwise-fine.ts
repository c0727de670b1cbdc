/**
 * Another way to compute a depthwise bank on WebGPU: an invocation for every few outputs, neighbours in a row of channels.
 * Many invocations that read side by side, as graphics processors like it; it computes every shape.
 */
import type { GpuBody } from "../gpu/kernel";
import { vectorFor } from "../gpu/program";
import type { DepthwiseShape, PlacedBlock } from "./depthwise-cpu";
import { bankKey, filterSize, outChannels, place, reading } from "./depthwise-plan";
import { chunkCount, sumChunks } from "./reduce";

/** Floats that an element holds: four where every block's channels come in fours. */
const vectorOf = (s: DepthwiseShape) =>
  vectorFor(s.channels, ...s.blocks.flatMap((b) => [b.outChannels, b.inOffset, b.inChannels]));
const params = (s: DepthwiseShape) => ({
  h: s.height,
  w: s.width,
  c: s.channels / vectorOf(s),
  oh: s.outHeight,
  ow: s.outWidth,
  oc: outChannels(s) / vectorOf(s),
});

/** Declares a block's numbers, channels in elements, and sets them to those of the block that `holds` chooses. */
function chooseBlock(s: DepthwiseShape, holds: (b: PlacedBlock, v: number) => string): string {
  const v = vectorOf(s);
  const numbers = (b: PlacedBlock) => ({
    kernel: b.kernel,
    dilation: b.dilation,
    pad: b.pad,
    outChannels: b.outChannels / v,
    outOffset: b.outOffset / v,
    inChannels: b.inChannels / v,
    inOffset: b.inOffset / v,
    filterOffset: b.filterOffset / v,
  });
  const placed = place(s.blocks);
  const names = Object.keys(numbers(placed[0] as PlacedBlock));
  return `${names.map((name) => `var ${name} = 0;`).join(" ")}
    ${placed
      .map(
        (b) =>
          `if (${holds(b, v)}) { ${Object.entries(numbers(b))
            .map(([name, value]) => `${name} = ${value};`)
            .join(" ")} }`,
      )
      .join("\n")}`;
}

export const fineForward: GpuBody<DepthwiseShape> = ([x, w, z], s, run) => {
  if (!x || !w) throw new Error("Depthwise needs x and w.");
  const vector = vectorOf(s);
  const { how, inputs, functions } = reading(x, z);
  // Neighbouring pixels of a row that one invocation computes: a weight is read once for all of them.
  const tile = s.outWidth % 4 === 0 ? 4 : 1;
  const each = (line: (r: number) => string) => Array.from({ length: tile }, (_, r) => line(r)).join("\n");
  return run({
    name: "DepthwiseFine",
    variant: `${how}${tile}_${bankKey(s)}`,
    inputs: { ...inputs, w },
    functions,
    params: params(s),
    body: `
        let o = index % uniforms.oc;
        let pixel = (index / uniforms.oc) * ${tile};
        let ox = pixel % uniforms.ow;
        let oy = (pixel / uniforms.ow) % uniforms.oh;
        let n = pixel / (uniforms.ow * uniforms.oh);
        ${chooseBlock(s, (b, v) => `o >= ${b.outOffset / v} && o < ${(b.outOffset + b.outChannels) / v}`)}
        let local = o - outOffset;
        let xn = n * uniforms.h * uniforms.w * uniforms.c + inOffset + local % inChannels;
        let y0 = oy * ${s.stride} - pad;
        let x0 = ox * ${s.stride} - pad;
        // Rows of taps that fall inside: ⌈−y0/dilation⌉ up to ⌈(h − y0)/dilation⌉ − 1.
        let top = max(0, (dilation - 1 - y0) / dilation);
        let bottom = min(kernel, (uniforms.h - y0 + dilation - 1) / dilation);
        let last = uniforms.w - 1;
        ${each((r) => `var sum${r} = T(0.0);`)}
        for (var ky = top; ky < bottom; ky++) {
          let row = xn + (y0 + ky * dilation) * uniforms.w * uniforms.c;
          var f = filterOffset + ky * kernel * outChannels + local;
          var ix = x0;
          for (var kx = 0; kx < kernel; kx++) {
            let tap = w[f];
            ${each((r) => `{ let at = clamp(ix + ${r * s.stride}, 0, last); sum${r} += select(T(0.0), load(row + at * uniforms.c) * tap, at == ix + ${r * s.stride}); }`)}
            ix += dilation;
            f += outChannels;
          }
        }
        ${each((r) => `store((pixel + ${r}) * uniforms.oc + o, sum${r});`)}`,
    count: (s.batch * s.outHeight * s.outWidth * outChannels(s)) / vector / tile,
    shape: [s.batch, s.outHeight, s.outWidth, outChannels(s)],
    vector,
  });
};

export const fineGradX: GpuBody<DepthwiseShape> = ([dy, w, z], s, run) => {
  if (!dy || !w) throw new Error("DepthwiseGradX needs dy and w.");
  const v = vectorOf(s);
  // With stride, neighbours meet different taps: one pixel at a time.
  const tile = s.stride === 1 && s.width % 4 === 0 ? 4 : 1;
  const each = (line: (r: number) => string) => Array.from({ length: tile }, (_, r) => line(r)).join("\n");
  const column =
    s.stride === 1
      ? each((r) => `let at${r} = clamp(tx + ${r}, 0, last); let inside${r} = at${r} == tx + ${r};`)
      : `let at0 = tx / ${s.stride}; if (tx < 0 || at0 * ${s.stride} != tx || at0 > last) { continue; } let inside0 = true;`;
  // Every block reads the same input channel with its own constants, so unlike in the other two nothing diverges.
  const perBlock = place(s.blocks).map(
    (b) => `if (ic >= ${b.inOffset / v} && ic < ${(b.inOffset + b.inChannels) / v}) {
        for (var ky = 0; ky < ${b.kernel}; ky++) {
          let ty = iy + ${b.pad} - ky * ${b.dilation};
          let oy = ty / ${s.stride};
          if (ty < 0 || oy * ${s.stride} != ty || oy >= uniforms.oh) { continue; }
          let row = (n * uniforms.oh + oy) * uniforms.ow;
          for (var kx = 0; kx < ${b.kernel}; kx++) {
            let tx = ix + ${b.pad} - kx * ${b.dilation};
            ${column}
            let f = (ky * ${b.kernel} + kx) * ${b.outChannels / v} + ${(b.filterOffset - b.inOffset) / v} + ic;
            for (var m = 0; m < ${b.outChannels / v}; m += ${b.inChannels / v}) {
              let tap = w[f + m];
              let y = ${(b.outOffset - b.inOffset) / v} + ic + m;
              ${each((r) => `sum${r} += select(T(0.0), dy[(row + at${r}) * uniforms.oc + y] * tap, inside${r});`)}
            }
          }
        }
      }`,
  );
  return run({
    name: "DepthwiseGradXFine",
    variant: `${z ? "z" : ""}${tile}_${bankKey(s)}`,
    inputs: z ? { dy, w, z } : { dy, w },
    params: params(s),
    body: `
        let ic = index % uniforms.c;
        let pixel = (index / uniforms.c) * ${tile};
        let ix = pixel % uniforms.w;
        let iy = (pixel / uniforms.w) % uniforms.h;
        let n = pixel / (uniforms.w * uniforms.h);
        let last = uniforms.ow - 1;
        ${each((r) => `var sum${r} = T(0.0);`)}
        ${perBlock.join("\n")}
        ${each((r) => `{ let i = (pixel + ${r}) * uniforms.c + ic; store(i, ${z ? `select(T(0.0), sum${r}, z[i] > T(0.0))` : `sum${r}`}); }`)}`,
    count: (s.batch * s.height * s.width * s.channels) / v / tile,
    shape: [s.batch, s.height, s.width, s.channels],
    vector: v,
  });
};

export const fineGradW: GpuBody<DepthwiseShape> = ([x, dy, z], s, run) => {
  if (!x || !dy) throw new Error("DepthwiseGradW needs x and dy.");
  const vector = vectorOf(s);
  const size = filterSize(s) / vector;
  const { how, inputs, functions } = reading(x, z);
  const rows = s.batch * s.outHeight;
  const chunks = Math.min(rows, chunkCount(rows * 8, size));
  const partial = run({
    name: "DepthwiseGradWFine",
    variant: how + bankKey(s),
    inputs: { ...inputs, dy },
    functions,
    params: { ...params(s), size, rows, rowsPerChunk: Math.ceil(rows / chunks) },
    body: `
        let f = index % uniforms.size;
        let first = (index / uniforms.size) * uniforms.rowsPerChunk;
        let last = min(first + uniforms.rowsPerChunk, uniforms.rows);
        ${chooseBlock(s, (b, v) => `f >= ${b.filterOffset / v} && f < ${(b.filterOffset + b.kernel ** 2 * b.outChannels) / v}`)}
        let local = (f - filterOffset) % outChannels;
        let tap = (f - filterOffset) / outChannels;
        let shiftY = (tap / kernel) * dilation - pad;
        let shiftX = (tap % kernel) * dilation - pad;
        let ic = inOffset + local % inChannels;
        // Output columns whose tap falls inside.
        let left = max(0, (${s.stride - 1} - shiftX) / ${s.stride});
        let right = min(uniforms.ow, (uniforms.w - shiftX + ${s.stride - 1}) / ${s.stride});
        var sum = T(0.0);
        for (var row = first; row < last; row++) {
          let iy = (row % uniforms.oh) * ${s.stride} + shiftY;
          if (iy < 0 || iy >= uniforms.h) { continue; }
          let xRow = ((row / uniforms.oh) * uniforms.h + iy) * uniforms.w;
          var i = (xRow + left * ${s.stride} + shiftX) * uniforms.c + ic;
          var o = (row * uniforms.ow + left) * uniforms.oc + outOffset + local;
          for (var ox = left; ox < right; ox++) {
            sum += load(i) * dy[o];
            i += ${s.stride} * uniforms.c;
            o += uniforms.oc;
          }
        }
        result[index] = sum;`,
    count: size * chunks,
    shape: [chunks, size * vector],
    vector,
  });
  return sumChunks(run, partial, chunks, [size * vector]);
};
