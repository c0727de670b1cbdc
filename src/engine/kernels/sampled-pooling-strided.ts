/**
 * The sampled 3×3 pools with stride 2 and padding 1 on WebGPU in strips: an invocation walks down the windows of four columns
 * of a channel and loads each row once.
 */
import type { GpuBody } from "../gpu/kernel";
import { lines, range } from "./depthwise-plan";
import { gateCode, gateParams, only } from "./gate";
import { inShape, outShape } from "./pooling-shape";
import { each, STRIP_COLUMNS } from "./pooling-strips";
import { LOWEST, type SampledPools, startedFor } from "./sampled-pooling-strips";

/** Pixels of a row that the windows of a strip cover, from 2·x0 − 1 on. */
const PIXELS = 2 * STRIP_COLUMNS + 1;
const WORKGROUP = 8;

const dispatch = (s: SampledPools) => {
  const strips = Math.ceil(s.outWidth / STRIP_COLUMNS);
  return {
    functions: gateCode(s.gate),
    params: {
      ...{ n: s.batch, h: s.height, w: s.width, oh: s.outHeight, ow: s.outWidth, c: s.channels, strips },
      ...gateParams(s.gate),
    },
    count: s.batch * strips * s.channels,
    workgroup: WORKGROUP,
  };
};

/** Declares the strip: picture n, channel c, first window x0, sizes of rows, first elements of x and of a slot. */
const STRIP = `
  let c = index % uniforms.c;
  let place = index / uniforms.c;
  let n = place / uniforms.strips;
  let x0 = (place - n * uniforms.strips) * ${STRIP_COLUMNS};
  let rowSize = uniforms.w * uniforms.c;
  let outRow = uniforms.ow * uniforms.c;
  let base = n * uniforms.h * rowSize + c;
  let outBase = n * uniforms.oh * outRow + x0 * uniforms.c + c;
  let second = uniforms.n * uniforms.oh * outRow + outBase;`;

const pixels = (line: (k: number) => string) => lines(PIXELS, line);
/** Declares where a strip's pixels lie in a row, and which are inside. */
const PLACES = pixels(
  (k) => `let ix${k} = 2 * x0 + ${k - 1};
    let on${k} = ix${k} >= 0 && ix${k} < uniforms.w;
    let at${k} = base + clamp(ix${k}, 0, uniforms.w - 1) * uniforms.c;`,
);
/** Code of pixel k of row `row`, or of what stands for those outside. */
const pixel = (k: number, row: string, outside: string) =>
  `select(${outside}, x[at${k} + min(${row}, uniforms.h - 1) * rowSize], on${k} && ${row} < uniforms.h)`;
const store = (at: string, value: (j: number) => string) =>
  each((j) => `if (x0 + ${j} < uniforms.ow) { result[${at} + ${j} * uniforms.c] = ${value(j)}; }`);
/** Pixels inside of the window at p along a side. */
const insideOf = (p: string, side: string) => `(min(2 * ${p} + 2, uniforms.${side}) - max(2 * ${p} - 1, 0))`;

/** Keeps the best pixel so far of each window and its place; a later one wins only if it is larger. */
export const stridedPlaces: GpuBody<SampledPools> = ([x, picks], s, run) => {
  if (!x || !picks) throw new Error("SampledMaxPlaces needs x and picks.");
  return run({
    name: "SampledMaxPlaces",
    variant: "strided",
    inputs: { x, picks },
    ...dispatch(s),
    ...startedFor(s, 0, picks, dispatch(s).count),
    body: only(
      "used(0)",
      `${STRIP} ${PLACES}
      ${each((j) => `var best${j} = ${LOWEST}; var place${j} = 0.0;`)}
      for (var oy = 0; oy < uniforms.oh; oy++) {
        for (var r = 0; r < 2; r++) {
          let iy = 2 * oy + r;
          ${pixels((k) => `let v${k} = ${pixel(k, "iy", LOWEST)};`)}
          ${each(
            (j) => `let first${j} = max(v${2 * j}, v${2 * j + 1});
            let across${j} = max(first${j}, v${2 * j + 2});
            let tap${j} = select(select(0.0, 1.0, v${2 * j + 1} > v${2 * j}), 2.0, v${2 * j + 2} > first${j});
            place${j} = select(place${j}, tap${j} + f32(3 * r + 3), across${j} > best${j});
            best${j} = max(best${j}, across${j});`,
          )}
          if (r == 1) {
            ${store("outBase + oy * outRow", (j) => `place${j}`)}
            ${each((j) => `best${j} = across${j}; place${j} = tap${j};`)}
          }
        }
      }`,
    ),
    shape: outShape(s),
  });
};

export const stridedPools: GpuBody<SampledPools> = ([x, places, picks], s, run) => {
  if (!x || !places || !picks) throw new Error("SampledPools needs x, places and picks.");
  const shape = [2, ...outShape(s)];
  const into = run({
    name: "SampledPools",
    variant: "strided_max",
    inputs: { x, places, picks },
    ...dispatch(s),
    ...startedFor(s, 0, picks, dispatch(s).count),
    body: `${STRIP}
      for (var oy = select(uniforms.oh, 0, used(0)); oy < uniforms.oh; oy++) {
        ${each(
          (j) => `if (x0 + ${j} < uniforms.ow) {
            let to = outBase + oy * outRow + ${j} * uniforms.c;
            let tap = i32(places[to]);
            let down = (tap * 11) >> 5u;
            result[to] = x[base + (2 * oy + down - 1) * rowSize + (2 * (x0 + ${j}) + tap - 3 * down - 1) * uniforms.c];
          }`,
        )}
      }`,
    shape,
  });
  return run({
    name: "SampledPools",
    variant: "strided_average",
    inputs: { x, picks },
    ...dispatch(s),
    ...startedFor(s, 1, picks, dispatch(s).count),
    body: only(
      "used(1)",
      `${STRIP} ${PLACES}
        ${each((j) => `var sum${j} = 0.0; let wide${j} = ${insideOf(`(x0 + ${j})`, "w")};`)}
        for (var oy = 0; oy < uniforms.oh; oy++) {
          let rows = ${insideOf("oy", "h")};
          for (var r = 0; r < 2; r++) {
            let iy = 2 * oy + r;
            ${pixels((k) => `let v${k} = ${pixel(k, "iy", "0.0")};`)}
            ${each((j) => `let across${j} = v${2 * j} + v${2 * j + 1} + v${2 * j + 2}; sum${j} += across${j};`)}
            if (r == 1) {
              ${store("second + oy * outRow", (j) => `sum${j} / f32(rows * wide${j})`)}
              ${each((j) => `sum${j} = across${j};`)}
            }
          }
        }`,
    ),
    shape,
    into,
  });
};

/** Row oy of windows completes the pixels of rows 2·oy − 1 and 2·oy; those of a pool that is not picked add nothing. */
export const stridedAdjoint: GpuBody<SampledPools> = ([dy, places, picks], s, run) => {
  if (!dy || !places || !picks) throw new Error("SampledPoolsAdjoint needs dy, places and picks.");
  const windows = (line: (k: number) => string) => lines(STRIP_COLUMNS + 1, line);
  const chosen = (k: number, tap: number) => `select(0.0, m${k}, p${k} == ${tap}.0)`;
  /** Code of one pool: what it reads of a row, what that adds to pixel q of tap row t, and how results are kept. */
  const pool = (read: string, adds: (q: number, t: number) => string, keep: "=" | "+=") => {
    const across = range(2 * STRIP_COLUMNS);
    const put = (row: string, value: (q: number) => string) =>
      across
        .map(
          (q) =>
            `if (2 * x0 + ${q} < uniforms.w) { result[to + ${row} * rowSize + ${q} * uniforms.c] ${keep} ${value(q)}; }`,
        )
        .join("\n");
    return `${STRIP}
      let to = base + 2 * x0 * uniforms.c;
      ${windows((k) => `let on${k} = x0 + ${k} < uniforms.ow; let at${k} = select(0, ${k} * uniforms.c, on${k});`)}
      ${across.map((q) => `var above${q} = 0.0;`).join(" ")}
      for (var oy = 0; oy <= uniforms.oh; oy++) {
        let row = min(oy, uniforms.oh - 1) * outRow;
        let inside = oy < uniforms.oh;
        ${read}
        if (oy > 0 && 2 * oy - 1 < uniforms.h) { ${put("(2 * oy - 1)", (q) => `above${q} + ${adds(q, 0)}`)} }
        if (inside) { ${put("(2 * oy)", (q) => adds(q, 1))} }
        ${across.map((q) => `above${q} = ${adds(q, 2)};`).join("\n")}
      }`;
  };
  const maximum = (wanted: string, keep: "=" | "+=") =>
    pool(
      windows(
        (k) => `let p${k} = places[outBase + row + at${k}];
          let m${k} = select(0.0, dy[outBase + row + at${k}], on${k} && inside${wanted});`,
      ),
      (q, t) => {
        const j = Math.floor(q / 2);
        return q % 2 === 0 ? chosen(j, 3 * t + 1) : `${chosen(j, 3 * t + 2)} + ${chosen(j + 1, 3 * t)}`;
      },
      keep,
    );
  const average = pool(
    `let part = 1.0 / f32(${insideOf("min(oy, uniforms.oh - 1)", "h")});
    ${windows(
      (k) =>
        `let a${k} = select(0.0, dy[second + row + at${k}] * (part / f32(${insideOf(`(x0 + ${k})`, "w")})), on${k} && inside);`,
    )}`,
    (q) => (q % 2 === 0 ? `a${Math.floor(q / 2)}` : `a${Math.floor(q / 2)} + a${Math.floor(q / 2) + 1}`),
    "+=",
  );
  const { count } = dispatch(s);
  const into = run({
    name: "SampledPoolsAdjoint",
    variant: "strided_max",
    inputs: { dy, places, picks },
    ...dispatch(s),
    body: maximum(" && used(0)", "="),
    adding: { body: only("used(0)", maximum("", "+=")), slots: startedFor(s, 0, picks, count).slots },
    shape: inShape(s),
  });
  const body = only("used(1)", average);
  return run({
    name: "SampledPoolsAdjoint",
    variant: "strided_average",
    inputs: { dy, picks },
    ...dispatch(s),
    ...startedFor(s, 1, picks, count),
    body,
    adding: { body },
    shape: inShape(s),
    into,
  });
};
