/**
 * The sampled 3×3 pools with stride 1 and padding 1 on WebGPU in strips, as in pooling-strips: an invocation walks down four
 * columns of a channel and loads each row once. What no edge picks is not started.
 */
import type { GpuBody } from "../gpu/kernel";
import type { TensorInfo } from "../gpu/tensorflow";
import { lines, range } from "./depthwise-plan";
import { type Gate, gateCode, gateParams, launched, only } from "./gate";
import { inShape, outShape, type PoolShape } from "./pooling-shape";
import { dispatch, each, insideOf, STRIP_COLUMNS, strip } from "./pooling-strips";

/** Pools of one state; the gate is any, of two slots: maximum, average. */
export interface SampledPools extends PoolShape {
  readonly gate: Gate;
}

const gated = (s: SampledPools) => {
  const { params, ...rest } = dispatch(s);
  return { functions: gateCode(s.gate), ...rest, params: { ...params, ...gateParams(s.gate) } };
};
/** The same, started only where an edge picks the maximum (0) or the average (1). */
export const startedFor = (s: SampledPools, pool: 0 | 1, picks: TensorInfo, count: number) =>
  launched({ ...s.gate, ops: [s.gate.ops[pool] as number] }, picks, count);
const columns = (line: (k: number) => string) => lines(STRIP_COLUMNS + 2, line);
/** Less than what any pixel holds. */
export const LOWEST = "-3.4028234e38";
const store = (at: string, value: (j: number) => string) =>
  each((j) => `if (on${j + 1}) { result[${at} + at${j + 1}] = ${value(j)}; }`);

const add = (at: string, value: (j: number) => string) =>
  each((j) => `if (on${j + 1}) { result[${at} + at${j + 1}] += ${value(j)}; }`);

/** Keeps the best pixel so far of each column and its place; a later one wins only if it is larger. */
export const stripsPlaces: GpuBody<SampledPools> = ([x, picks], s, run) => {
  if (!x || !picks) throw new Error("SampledMaxPlaces needs x and picks.");
  return run({
    name: "SampledMaxPlaces",
    variant: "strips",
    inputs: { x, picks },
    ...gated(s),
    ...startedFor(s, 0, picks, gated(s).count),
    body: only(
      "used(0)",
      `${strip}
      let base = n * uniforms.h * rowSize;
      ${each((j) => `var best${j} = ${LOWEST}; var place${j} = 0.0; var next${j} = ${LOWEST}; var nextPlace${j} = 0.0;`)}
      for (var row = 0; row <= uniforms.h; row++) {
        ${columns((k) => `var v${k} = ${LOWEST};`)}
        if (row < uniforms.h) { ${columns((k) => `v${k} = select(${LOWEST}, x[base + row * rowSize + at${k}], on${k});`)} }
        ${each(
          (j) => `let first${j} = max(v${j}, v${j + 1});
          let across${j} = max(first${j}, v${j + 2});
          let tap${j} = select(select(0.0, 1.0, v${j + 1} > v${j}), 2.0, v${j + 2} > first${j});`,
        )}
        if (row > 0) { ${store("base + (row - 1) * rowSize", (j) => `select(place${j}, tap${j} + 6.0, across${j} > best${j})`)} }
        ${each(
          (j) => `best${j} = max(next${j}, across${j});
          place${j} = select(nextPlace${j}, tap${j} + 3.0, across${j} > next${j});
          next${j} = across${j};
          nextPlace${j} = tap${j};`,
        )}
      }`,
    ),
    shape: outShape(s),
  });
};

export const stripsPools: GpuBody<SampledPools> = ([x, places, picks], s, run) => {
  if (!x || !places || !picks) throw new Error("SampledPools needs x, places and picks.");
  const shape = [2, ...outShape(s)];
  const into = run({
    name: "SampledPools",
    variant: "strips_max",
    inputs: { x, places, picks },
    ...gated(s),
    ...startedFor(s, 0, picks, gated(s).count),
    body: `${strip}
      let base = n * uniforms.h * rowSize;
      for (var row = select(uniforms.h, 0, used(0)); row < uniforms.h; row++) {
        ${each(
          (j) => `if (on${j + 1}) {
            let pixel = base + row * rowSize + at${j + 1};
            let tap = i32(places[pixel]);
            let down = (tap * 11) >> 5u;
            result[pixel] = x[pixel + (down - 1) * rowSize + (tap - 3 * down - 1) * uniforms.c];
          }`,
        )}
      }`,
    shape,
  });
  return run({
    name: "SampledPools",
    variant: "strips_average",
    inputs: { x, picks },
    ...gated(s),
    ...startedFor(s, 1, picks, gated(s).count),
    body: `${strip}
      let base = n * uniforms.h * rowSize;
      let second = uniforms.n * uniforms.h * rowSize + base;
      ${each((j) => `var above${j} = 0.0; var middle${j} = 0.0; let wide${j} = ${insideOf(`(x0 + ${j})`, "w")};`)}
      for (var row = select(uniforms.h + 1, 0, used(1)); row <= uniforms.h; row++) {
        ${columns((k) => `var v${k} = 0.0;`)}
        if (row < uniforms.h) { ${columns((k) => `v${k} = select(0.0, x[base + row * rowSize + at${k}], on${k});`)} }
        ${each((j) => `let below${j} = v${j} + v${j + 1} + v${j + 2};`)}
        if (row > 0) {
          let rows = ${insideOf("(row - 1)", "h")};
          ${store("second + (row - 1) * rowSize", (j) => `(above${j} + middle${j} + below${j}) / f32(rows * wide${j})`)}
        }
        ${each((j) => `above${j} = middle${j}; middle${j} = below${j};`)}
      }`,
    shape,
    into,
  });
};

/** What the windows of a row add to the pixels of three rows; those of a pool that is not picked add nothing. */
export const stripsAdjoint: GpuBody<SampledPools> = ([dy, places, picks], s, run) => {
  if (!dy || !places || !picks) throw new Error("SampledPoolsAdjoint needs dy, places and picks.");
  /** What the windows of a row add to the row of pixels that is tap row t of theirs. */
  const most = (j: number, t: number) =>
    range(3)
      .map((k) => `select(0.0, m${j + k}, p${j + k} == ${3 * t + 2 - k}.0)`)
      .join(" + ");
  /** Code of one pool: what it reads of a row, what that adds to tap row t, and how results are kept. */
  const pool = (read: string, adds: (j: number, t: number) => string, keep: typeof store) => `${strip}
    let base = n * uniforms.h * rowSize;
    let second = uniforms.n * uniforms.h * rowSize;
    ${each((j) => `var above${j} = 0.0; var middle${j} = 0.0;`)}
    for (var row = 0; row < uniforms.h; row++) {
      let line = base + row * rowSize;
      ${read}
      if (row > 0) { ${keep("line - rowSize", (j) => `above${j} + ${adds(j, 0)}`)} }
      ${each((j) => `above${j} = middle${j} + ${adds(j, 1)}; middle${j} = ${adds(j, 2)};`)}
    }
    let last = base + (uniforms.h - 1) * rowSize;
    ${keep("last", (j) => `above${j}`)}`;
  const maximum = (wanted: string, keep: typeof store) =>
    pool(
      columns((k) => `let p${k} = places[line + at${k}]; let m${k} = select(0.0, dy[line + at${k}], on${k}${wanted});`),
      most,
      keep,
    );
  const average = pool(
    `let part = 1.0 / f32(${insideOf("row", "h")});
    ${columns((k) => `let a${k} = select(0.0, dy[second + line + at${k}] * (part / f32(${insideOf(`(x0 + ${k - 1})`, "w")})), on${k});`)}
    ${each((j) => `let all${j} = a${j} + a${j + 1} + a${j + 2};`)}`,
    (j) => `all${j}`,
    add,
  );
  const { count } = gated(s);
  const into = run({
    name: "SampledPoolsAdjoint",
    variant: "strips_max",
    inputs: { dy, places, picks },
    ...gated(s),
    body: maximum(" && used(0)", store),
    adding: { body: only("used(0)", maximum("", add)), slots: startedFor(s, 0, picks, count).slots },
    shape: inShape(s),
  });
  const body = only("used(1)", average);
  return run({
    name: "SampledPoolsAdjoint",
    variant: "strips_average",
    inputs: { dy, picks },
    ...gated(s),
    ...startedFor(s, 1, picks, count),
    body,
    adding: { body },
    shape: inShape(s),
    into,
  });
};
