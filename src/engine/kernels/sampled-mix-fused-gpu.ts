/** The passes of sampled-mix-fused on WebGPU. */
import { PRIMITIVES } from "../../domain/primitives";
import type { GpuBody } from "../gpu/kernel";
import type { TensorInfo } from "../gpu/tensorflow";
import { lines } from "./convolution-tiles";
import { type Gate, gateCode, gateParams, launched, only, PICK_OF, rowParams } from "./gate";
import { joinStatistics, rateOf } from "./join-statistics";
import { sumChunks } from "./reduce";
import {
  casesOf,
  DECLARE_EDGE,
  dropBlockCode,
  edgeInvocations,
  edgePasses,
  mixKey,
  named,
  params,
  vectorOf,
} from "./sampled-mix-gpu";
import {
  inputShape,
  type MixInput,
  outShape,
  partsOf,
  pixelsOf,
  type SampledMix,
  type SampledMixInput,
} from "./sampled-mix-shape";

const OPS = PRIMITIVES.length;
const HEAD = 4;
/** Invocations worth having for sums; more only cost a longer second pass. */
const SUM_INVOCATIONS = 512;
/** Pixels of an invocation of the gradient. */
const RUN = 32;

/** WGSL of the table, whose elements are those of the pixels: `tablePick(g)`, `tableWeight(g)`, `meanAt(g, c)`, `rateAt(g, c)`. */
const tableCode = (s: SampledMix) => {
  const wide = vectorOf(s) === 4;
  const head = wide ? 1 : HEAD;
  return `fn tableRow(g : i32) -> i32 { return g * (${head} + 2 * uniforms.c); }
    fn tablePick(g : i32) -> i32 { return i32(table[tableRow(g)]${wide ? ".x" : ""}); }
    fn tableWeight(g : i32) -> f32 { return table[tableRow(g)${wide ? "" : " + 1"}]${wide ? ".y" : ""}; }
    fn meanAt(g : i32, c : i32) -> T { return table[tableRow(g) + ${head} + c]; }
    fn rateAt(g : i32, c : i32) -> T { return table[tableRow(g) + ${head} + uniforms.c + c]; }`;
};

const rowSize = (s: SampledMix) => HEAD + 2 * s.channels;

export const fusedTable: GpuBody<SampledMix> = ([weights, picks, ...stats], s, run) => {
  if (!weights || !picks) throw new Error("SampledMixTable needs weights and picks.");
  const vector = vectorOf(s);
  const { c } = params(s);
  const edges = s.rows.length;
  const normalised = s.inputs.filter(({ parts }) => parts > 0);
  const join = (input: MixInput, i: number) => {
    const slots = input.kind === "own" ? edges : input.ops.length;
    const slot = input.kind === "own" ? "g" : input.ops.map((op, k) => `select(0, ${k}, pick == ${op})`).join(" + ");
    const width = input.width === s.channels ? "uniforms.c" : "uniforms.half";
    const holds = width === "uniforms.c" ? "true" : input.first > 0 ? "c >= uniforms.half" : "c < uniforms.half";
    return only(
      `(${input.ops.map((op) => `pick == ${op}`).join(" || ")}) && ${holds}`,
      `let own = ${slot};
      ${joinStatistics({
        stats: `stats${i}`,
        parts: input.parts,
        rows: "uniforms.pixels",
        slots,
        slot: "own",
        width,
        channel: `c${input.first > 0 ? " - uniforms.half" : ""}`,
      })}
      rate = ${rateOf("uniforms.pixels")};`,
    );
  };
  const head = vector === 4 ? 1 : HEAD;
  const first = vector === 4 ? "vec4<f32>(f32(pick), w, 0.0, 0.0)" : "f32(pick)";
  return run({
    name: "SampledMixTable",
    variant: `${mixKey(s)}|${edges}|${s.inputs.map(({ parts }) => parts).join(".")}`,
    inputs: { weights, picks, ...Object.fromEntries(stats.map((x, i) => [`stats${i}`, x])) },
    params: { ...params(s), ...rowParams(s.rows) },
    functions: PICK_OF,
    body: `
      let g = index / uniforms.c;
      let c = index - g * uniforms.c;
      let pick = pickOf(g);
      let w = weights[rowOf(g) * ${OPS} + pick];
      var mean = T(0.0);
      var rate = T(1.0);
      ${normalised.map(join).join("\n")}
      let row = g * (${head} + 2 * uniforms.c);
      if (c == 0) { result[row] = ${first}; ${vector === 4 ? "" : "result[row + 1] = w; result[row + 2] = 0.0; result[row + 3] = 0.0;"} }
      result[row + ${head} + c] = mean;
      result[row + ${head} + uniforms.c + c] = rate;`,
    count: edges * c,
    shape: [edges, rowSize(s)],
    vector,
    scalars: ["weights", "picks"],
    workgroup: 16,
  });
};

export const fusedForward: GpuBody<SampledMix> = (tensors, s, run) => {
  const { sums, inputs, masks, rest } = partsOf(tensors, s);
  const { params: own, count } = edgeInvocations(s);
  return run({
    name: "SampledMix",
    variant: `fused|${mixKey(s)}`,
    inputs: {
      ...(sums ? { sums } : {}),
      ...named(inputs),
      ...(masks ? { masks } : {}),
      table: rest[0] as TensorInfo,
    },
    params: own,
    functions: tableCode(s) + dropBlockCode(s),
    body: `${DECLARE_EDGE}
      let pick = tablePick(g);
      let w = tableWeight(g);
      let mean = meanAt(g, c);
      let factor = w * rateAt(g, c);
      ${edgePasses(s, ({ parts }, value) => (parts > 0 ? `factor * (${value} - mean)` : `w * ${value}`))}`,
    count,
    shape: outShape(s),
    vector: vectorOf(s),
    workgroup: 16,
  });
};

export const fusedSums: GpuBody<SampledMix> = ([dy, ...tensors], s, run) => {
  const { inputs, masks, rest } = partsOf(tensors, { ...s, sums: false });
  const table = rest[0];
  if (!dy || !table) throw new Error("SampledMixSums needs dy and the table.");
  const vector = vectorOf(s);
  const own = params(s);
  const edges = s.rows.length;
  const parts = Math.max(1, Math.min(Math.ceil(own.pixels / 16), Math.round(SUM_INVOCATIONS / (edges * own.c))));
  const partial = run({
    name: "SampledMixSums",
    variant: mixKey(s),
    inputs: { dy, ...named(inputs), ...(masks ? { masks } : {}), table },
    params: { ...own, parts, perEdge: parts * own.c, edges },
    functions: tableCode(s) + dropBlockCode(s),
    body: `
      let g = index / uniforms.perEdge;
      let rest = index - g * uniforms.perEdge;
      let part = rest / uniforms.c;
      let c = rest - part * uniforms.c;
      let pick = tablePick(g);
      let mean = meanAt(g, c);
      let rate = rateAt(g, c);
      let node = g * uniforms.pixels * uniforms.c + c;
      var s0 = T(0.0);
      var s1 = T(0.0);
      ${casesOf(s, "g", "pick")
        .map(
          ({ condition, input, value }) => `
      for (var pixel = select(uniforms.pixels, part, ${condition}); pixel < uniforms.pixels; pixel += uniforms.parts) {
        let d = dy[pixel * uniforms.c + node];
        s0 += d;
        s1 += d * ${input.parts > 0 ? `((${value("pixel")} - mean) * rate)` : value("pixel")};
      }`,
        )
        .join("\n")}
      let to = 2 * (part * uniforms.edges + g) * uniforms.c + c;
      result[to] = s0;
      result[to + uniforms.c] = s1;`,
    count: edges * parts * own.c,
    shape: [parts, edges, 2, s.channels],
    vector,
    workgroup: 16,
  });
  return sumChunks(run, partial, parts, [edges, 2, s.channels]);
};

export const fusedGradX: GpuBody<SampledMixInput> = ([dy, x, table, sums, picks], s, run) => {
  if (!dy || !x || !table || !sums || !picks)
    throw new Error("SampledMixFusedGradX needs dy, x, the table, sums and picks.");
  const input = s.inputs[s.input] as MixInput;
  if (input.kind === "picture") throw new Error("A picture is not normalised.");
  const vector = vectorOf(s);
  const width = input.width / vector;
  const groups = Math.ceil(pixelsOf(s) / RUN);
  const gate: Gate = { kind: input.kind, rows: s.rows, ops: input.ops };
  const at = "(slot * uniforms.pixels + pixel) * uniforms.width + own";
  const each = (condition: string, body: string) =>
    `for (var pixel = select(uniforms.pixels, first, ${condition}); pixel < uniforms.pixels; pixel += uniforms.groups) { let at = ${at}; ${body} }`;
  const isPicked = `(${input.ops.map((op) => `pick == ${op}`).join(" || ")})`;
  const means = (g: string) => `let t0 = sums[2 * ${g} * uniforms.c + c] / f32(uniforms.pixels);
    let t1 = sums[(2 * ${g} + 1) * uniforms.c + c] / f32(uniforms.pixels);`;
  // A slot of its own: one edge. A slot for all: each edge that picks it adds its part.
  const ownEdge = `let pick = tablePick(slot);
    let mean = meanAt(slot, c);
    let rate = rateAt(slot, c);
    let factor = rate * tableWeight(slot);
    let node = slot * uniforms.pixels * uniforms.c + c;
    ${means("slot")}
    ${each(isPicked, `result[at] = factor * (dy[pixel * uniforms.c + node] - t0 - (x[at] - mean) * rate * t1);`)}`;
  const allEdges = `var fresh = true;
    let op = OPS[slot];
    for (var g = 0; g < uniforms.edges; g++) {
      let picked = tablePick(g) == op;
      let mean = meanAt(g, c);
      let rate = rateAt(g, c);
      let factor = rate * tableWeight(g);
      let node = g * uniforms.pixels * uniforms.c + c;
      ${means("g")}
      ${each("picked && fresh", `result[at] = factor * (dy[pixel * uniforms.c + node] - t0 - (x[at] - mean) * rate * t1);`)}
      ${each("picked && !fresh", `result[at] += factor * (dy[pixel * uniforms.c + node] - t0 - (x[at] - mean) * rate * t1);`)}
      fresh = fresh && !picked;
    }`;
  return run({
    name: "SampledMixNormGrad",
    variant: `${s.input}|${mixKey(s)}`,
    inputs: { dy, x, table, sums, picks },
    params: { ...params(s), groups, width, perSlot: groups * width, ...gateParams(gate) },
    functions: [
      gateCode(gate),
      tableCode(s),
      `const OPS = array<i32, ${input.ops.length}>(${input.ops.join(", ")});`,
    ].join("\n"),
    body: `
      let inUse = index / uniforms.perSlot;
      let slot = slotIn(inUse);
      if (slot == uniforms.slots) { return; }
      let local = index - inUse * uniforms.perSlot;
      let first = local / uniforms.width;
      let own = local - first * uniforms.width;
      let c = own${input.first > 0 ? " + uniforms.half" : ""};
      ${input.kind === "own" ? ownEdge : allEdges}`,
    ...launched(gate, picks, groups * width),
    shape: inputShape(s, s.input),
    vector,
    scalars: ["picks"],
    workgroup: 16,
  });
};

export const gradWeights: GpuBody<SampledMix> = ([sums, picks], s, run) => {
  if (!sums || !picks) throw new Error("SampledMixWeightsGrad needs sums and picks.");
  return run({
    name: "SampledMixWeightsGrad",
    variant: `${s.rows.length}`,
    inputs: { sums, picks },
    params: { ...rowParams(s.rows), channels: s.channels },
    functions: PICK_OF,
    body: `
      let row = index / ${OPS};
      let op = index % ${OPS};
      var sum = 0.0;
      ${lines(s.rows.length, (g) =>
        only(
          `row == uniforms.row${g} && pickOf(${g}) == op`,
          `for (var k = 0; k < uniforms.channels; k++) { sum += sums[${2 * g + 1} * uniforms.channels + k]; }`,
        ),
      )}
      result[index] = sum;`,
    count: s.weightRows * OPS,
    shape: [s.weightRows, OPS],
  });
};
