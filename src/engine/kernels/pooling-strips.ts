/**
 * 3×3 pools with stride 1 and padding 1 on WebGPU in strips: an invocation walks down four columns of a channel and loads
 * each row once, for adapters on which a load costs many times a sum. The sums of rows it is in the middle of stay in
 * registers.
 */
import type { GpuBody } from "../gpu/kernel";
import { lines, range } from "./depthwise-plan";
import { inShape, type PoolShape, pairShape } from "./pooling-shape";

export const STRIP_COLUMNS = 4;
/** Invocations of a workgroup: few, so that few workgroups keep a few cores equally busy. */
const WORKGROUP = 8;

export const fitsStrips = (s: PoolShape) => s.kernel === 3 && s.stride === 1 && s.pad === 1;

/** Declares the strip: picture n, channel c, first column x0; reads of window columns x0 − 1 + k, k < 6, are on where k is inside. */
export const strip = `
  let c = index % uniforms.c;
  let place = index / uniforms.c;
  let n = place / uniforms.strips;
  let x0 = (place - n * uniforms.strips) * ${STRIP_COLUMNS};
  ${lines(STRIP_COLUMNS + 2, (k) => `let on${k} = x0 + ${k - 1} >= 0 && x0 + ${k - 1} < uniforms.w; let at${k} = clamp(x0 + ${k - 1}, 0, uniforms.w - 1) * uniforms.c + c;`)}
  let rowSize = uniforms.w * uniforms.c;`;

const across = (s: PoolShape) => Math.ceil(s.width / STRIP_COLUMNS);
export const dispatch = (s: PoolShape) => ({
  params: { n: s.batch, h: s.height, w: s.width, c: s.channels, strips: across(s) },
  count: s.batch * across(s) * s.channels,
  workgroup: WORKGROUP,
});
export const each = (line: (j: number) => string) => lines(STRIP_COLUMNS, line);
/** Pixels of a window's side, its middle at p, that lie inside. */
export const insideOf = (p: string, side: string) => `(min(${p} + 2, uniforms.${side}) - max(${p} - 1, 0))`;

export const stripsPair: GpuBody<PoolShape> = ([x, picked], s, run) => {
  if (!x || !picked) throw new Error("PoolPair needs x and picked.");
  return run({
    name: "PoolPair",
    variant: "strips",
    inputs: { x, picked },
    ...dispatch(s),
    body: `${strip}
      let base = n * uniforms.h * rowSize;
      ${each((j) => `var above${j} = 0.0; var middle${j} = 0.0;`)}
      for (var row = 0; row <= uniforms.h; row++) {
        ${each((j) => `var below${j} = 0.0;`)}
        if (row < uniforms.h) {
          ${range(STRIP_COLUMNS + 2)
            .map((k) => `let v${k} = select(0.0, x[base + row * rowSize + at${k}], on${k});`)
            .join("\n")}
          ${each((j) => `below${j} = v${j} + v${j + 1} + v${j + 2};`)}
        }
        let y = row - 1;
        if (y >= 0) {
          let rows = ${insideOf("y", "h")};
          ${each(
            (j) => `if (on${j + 1}) {
              let pixel = base + y * rowSize + at${j + 1};
              let tap = i32(picked[pixel]);
              let to = 2 * (pixel - c) + c;
              result[to] = x[pixel + (tap / 3 - 1) * rowSize + (tap % 3 - 1) * uniforms.c];
              result[to + uniforms.c] = (above${j} + middle${j} + below${j}) / f32(rows * ${insideOf(`(x0 + ${j})`, "w")});
            }`,
          )}
        }
        ${each((j) => `above${j} = middle${j}; middle${j} = below${j};`)}
      }`,
    shape: pairShape(s),
  });
};

export const stripsPairAdjoint: GpuBody<PoolShape> = ([dy, picked], s, run) => {
  if (!dy || !picked) throw new Error("PoolPairAdjoint needs dy and picked.");
  /** What the windows of a row add to the row of pixels that is tap row t of theirs. */
  const most = (j: number, t: number) =>
    range(3)
      .map((k) => `select(0.0, m${j + k}, p${j + k} == ${3 * t + 2 - k}.0)`)
      .join(" + ");
  const store = (y: string, value: (j: number) => string) =>
    each((j) => `if (on${j + 1}) { store(base + ${y} * rowSize + at${j + 1}, ${value(j)}); }`);
  return run({
    name: "PoolPairAdjoint",
    variant: "strips",
    inputs: { dy, picked },
    ...dispatch(s),
    body: `${strip}
      let base = n * uniforms.h * rowSize;
      ${each((j) => `var above${j} = 0.0; var middle${j} = 0.0;`)}
      for (var row = 0; row < uniforms.h; row++) {
        let rows = ${insideOf("row", "h")};
        ${range(STRIP_COLUMNS + 2)
          .map(
            (k) => `let i${k} = base + row * rowSize + at${k};
              let o${k} = 2 * (i${k} - c) + c;
              let p${k} = picked[i${k}];
              let m${k} = select(0.0, dy[o${k}], on${k});
              let a${k} = select(0.0, dy[o${k} + uniforms.c] / f32(rows * ${insideOf(`(x0 + ${k - 1})`, "w")}), on${k});`,
          )
          .join("\n")}
        ${each((j) => `let all${j} = a${j} + a${j + 1} + a${j + 2};`)}
        if (row > 0) { ${store("(row - 1)", (j) => `above${j} + all${j} + ${most(j, 0)}`)} }
        ${each((j) => `above${j} = middle${j} + all${j} + ${most(j, 1)}; middle${j} = all${j} + ${most(j, 2)};`)}
      }
      ${store("(uniforms.h - 1)", (j) => `above${j}`)}`,
    shape: inShape(s),
  });
};
