/** The sampled mix on WebGPU: what an edge adds is chosen by its pick, the same way for all pixels. */
import { PRIMITIVES } from "../../domain/primitives";
import type { GpuBody } from "../gpu/kernel";
import { vectorFor } from "../gpu/program";
import type { TensorInfo } from "../gpu/tensorflow";
import { lines } from "./convolution-tiles";
import { gateCode, gateParams, PICK_OF, rowParams } from "./gate";
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
/** Pixels of an invocation, far apart so that neighbours read neighbours. */
const [EDGE_PIXELS, RUN] = [32, 16];

export const vectorOf = (s: SampledMix) =>
  vectorFor(s.channels, ...s.inputs.flatMap(({ first, width }) => [first, width]));
export const mixKey = (s: SampledMix) => {
  const inputs = s.inputs.map(({ kind, ops, first, width, masked, parts }) =>
    [kind, ...ops, first > 0, width === s.channels, masked, parts > 0].join("."),
  );
  return [s.sums, ...inputs].join("_");
};

export const params = (s: SampledMix) => ({
  c: s.channels / vectorOf(s),
  pixels: pixelsOf(s),
  w: s.width,
  h: s.height,
  batch: s.batch,
  // Of inputs that reach half of the channels.
  half: Math.floor(s.channels / 2 / vectorOf(s)),
});

/** `dropped(v, g, pixel, c)`: v times DropBlock's factor. */
export const dropBlockCode = (s: SampledMix) => {
  if (!s.inputs.some(({ masked }) => masked)) return "";
  const ints = vectorOf(s) === 4 ? "vec4<i32>" : "i32";
  const bits = vectorOf(s) === 4 ? "vec4<u32>" : "u32";
  return `fn dropped(v : T, g : i32, pixel : i32, c : i32) -> T {
    let line = pixel / uniforms.w;
    let n = line / uniforms.h;
    let first = (g * uniforms.batch + n) * (uniforms.h + 1) * uniforms.c + c;
    let word = masks[first + (line - n * uniforms.h) * uniforms.c];
    let out = (word >> ${bits}(u32(pixel - line * uniforms.w))) & ${ints}(1);
    let kept = max(T(masks[first + uniforms.h * uniforms.c]), T(1.0));
    return select(v * (T(f32(uniforms.h * uniforms.w)) / kept), T(0.0), out == ${ints}(1));
  }`;
};

/** Code of an input's value at channel c of a pixel for edge `g` and pick `op`. */
function valueAt(s: SampledMix, name: string, input: MixInput, g: number | string, op: number, pixel: string): string {
  const slot = { picture: 0, own: g, any: input.ops.indexOf(op) }[input.kind];
  const width = input.width === s.channels ? "uniforms.c" : "uniforms.half";
  const c = input.first > 0 ? "(c - uniforms.half)" : "c";
  const value = `${name}[(${slot} * uniforms.pixels + ${pixel}) * ${width} + ${c}]`;
  return input.masked ? `dropped(${value}, ${g}, ${pixel}, c)` : value;
}

/** Whether channel c is among the input's. */
const holds = (s: SampledMix, { first, width }: MixInput) =>
  width === s.channels ? "" : first > 0 ? " && c >= uniforms.half" : " && c < uniforms.half";

/** What an edge may add: a condition on its pick, and the value at a pixel. */
export function casesOf(s: SampledMix, g: number | string, pick: string) {
  return s.inputs.flatMap((input, i) =>
    (input.kind === "any" ? input.ops.map((op) => [op]) : [input.ops]).map((ops) => ({
      input,
      condition: `(${ops.map((op) => `${pick} == ${op}`).join(" || ")})${holds(s, input)}`,
      value: (pixel: string) => valueAt(s, `x${i}`, input, g, ops[0] ?? 0, pixel),
    })),
  );
}

export const named = (inputs: readonly (TensorInfo | undefined)[]) =>
  Object.fromEntries(inputs.map((x, i) => [`x${i}`, x as TensorInfo]));

/**
 * The passes over an edge's pixels, one for each of its cases; `g`, `pick`, `w` and `c` are declared. What an edge adds may be
 * nothing: then the sums are copied.
 */
export function edgePasses(s: SampledMix, term: (input: MixInput, value: string) => string): string {
  const cases = casesOf(s, "g", "pick");
  const each = (condition: string, value: string) =>
    `for (var pixel = select(uniforms.pixels, first, ${condition}); pixel < uniforms.pixels; pixel += uniforms.groups) {
      let at = (g * uniforms.pixels + pixel) * uniforms.c + c;
      result[at] = ${s.sums ? "sums[at]" : "T(0.0)"}${value};
    }`;
  const none = cases.length > 0 ? `!(${cases.map(({ condition }) => `(${condition})`).join(" || ")})` : "true";
  return [
    ...cases.map(({ condition, input, value }) => each(condition, ` + ${term(input, value("pixel"))}`)),
    each(none, ""),
  ].join("\n");
}

/** Declares edge, channel and first pixel of an invocation of `edgePasses`, and of how many there are. */
export const DECLARE_EDGE = `
  let g = index / uniforms.perEdge;
  let local = index - g * uniforms.perEdge;
  let first = local / uniforms.c;
  let c = local - first * uniforms.c;`;
export function edgeInvocations(s: SampledMix) {
  const own = params(s);
  const groups = Math.ceil(own.pixels / EDGE_PIXELS);
  return { params: { ...own, groups, perEdge: groups * own.c }, count: s.rows.length * groups * own.c };
}

export const mixForward: GpuBody<SampledMix> = (tensors, s, run) => {
  const { sums, inputs, masks, rest } = partsOf(tensors, s);
  const [weights, picks] = rest as [TensorInfo, TensorInfo];
  // Both in one, since a kernel has seven inputs at most.
  const table = run({
    name: "SampledMixWeights",
    inputs: { weights, picks },
    params: rowParams(s.rows),
    functions: PICK_OF,
    body: `
      let g = index / 2;
      let pick = pickOf(g);
      result[index] = select(f32(pick), weights[rowOf(g) * ${OPS} + pick], index % 2 == 1);`,
    count: 2 * s.rows.length,
    shape: [s.rows.length, 2],
  });
  const { params: own, count } = edgeInvocations(s);
  return run({
    name: "SampledMix",
    variant: mixKey(s),
    inputs: { ...(sums ? { sums } : {}), ...named(inputs), ...(masks ? { masks } : {}), table },
    params: own,
    functions: dropBlockCode(s),
    body: `${DECLARE_EDGE}
      let pick = i32(table[2 * g]);
      let w = table[2 * g + 1];
      ${edgePasses(s, (_, value) => `w * ${value}`)}`,
    count,
    shape: outShape(s),
    vector: vectorOf(s),
    scalars: ["table"],
    workgroup: 16,
  });
};

export const mixGradX: GpuBody<SampledMixInput> = ([dy, ...tensors], s, run) => {
  const masks = tensors.length > 2 ? tensors[0] : undefined;
  const [weights, picks] = tensors.slice(-2) as [TensorInfo, TensorInfo];
  if (!dy) throw new Error("SampledMixGradX needs dy.");
  const input = s.inputs[s.input] as MixInput;
  const vector = vectorOf(s);
  const width = input.width / vector;
  const groups = Math.ceil(pixelsOf(s) / RUN);
  const gradientAt = (g: number | string, pixel: string) => {
    const value = `dy[(${g} * uniforms.pixels + ${pixel}) * uniforms.c + c${input.first > 0 ? " + uniforms.half" : ""}]`;
    return input.masked ? `dropped(${value}, ${g}, ${pixel}, c)` : value;
  };
  const slots = { picture: 1, own: s.rows.length, any: input.ops.length }[input.kind];
  const at = "result[(slot * uniforms.pixels + pixel) * uniforms.width + c]";
  // Loops, which end after a turn where there is nothing to do.
  const eachPixel = (condition: string, body: string) =>
    `for (var pixel = select(uniforms.pixels, first, ${condition}); pixel < uniforms.pixels; pixel += uniforms.groups) { ${body} }`;
  const ownEdge = `let pick = pickOf(slot);
    let w = weights[rowOf(slot) * ${OPS} + pick];
    ${eachPixel("used(slot)", `${at} = w * ${gradientAt("slot", "pixel")};`)}`;
  const zero = eachPixel(input.kind === "any" ? "used(slot)" : "true", `${at} = T(0.0);`);
  const anyEdges = `${input.kind === "any" ? "let op = (uniforms.ops >> u32(4 * slot)) & 15;" : ""}
    ${lines(s.rows.length, (g) => {
      const condition = input.kind === "any" ? "pick == op" : input.ops.map((op) => `pick == ${op}`).join(" || ");
      return `{ let pick = pickOf(${g}); let w = weights[uniforms.row${g} * ${OPS} + pick];
        ${eachPixel(condition, `${at} += w * ${gradientAt(g, "pixel")};`)} }`;
    })}`;
  const declare = `
    let slot = index / uniforms.perSlot;
    let local = index - slot * uniforms.perSlot;
    let first = local / uniforms.width;
    let c = local - first * uniforms.width;`;
  const gate = input.kind === "picture" ? null : ({ kind: input.kind, rows: s.rows, ops: input.ops } as const);
  return run({
    name: "SampledMixGradX",
    variant: `${s.input}|${s.rows.length}|${mixKey(s)}`,
    inputs: { dy, weights, picks, ...(input.masked && masks ? { masks } : {}) },
    params: {
      ...params(s),
      groups,
      width,
      perSlot: groups * width,
      ...(gate ? gateParams(gate) : rowParams(s.rows)),
    },
    functions: [gate ? gateCode(gate) : PICK_OF, input.masked ? dropBlockCode(s) : ""].join("\n"),
    body: `${declare} ${input.kind === "own" ? ownEdge : `${zero} ${anyEdges}`}`,
    ...(input.kind === "picture" && {
      adding: {
        body: `${declare} ${anyEdges}`,
        slots: { gate: { kind: "any", rows: s.rows, ops: input.ops }, picks, each: groups * width },
      },
    }),
    count: slots * groups * width,
    shape: inputShape(s, s.input),
    vector,
    scalars: ["weights", "picks"],
  });
};

export const mixGradW: GpuBody<SampledMix> = (tensors, s, run) => {
  const { inputs, masks, rest } = partsOf(tensors, { ...s, sums: false });
  const [dy, picks] = rest as [TensorInfo, TensorInfo];
  const vector = vectorOf(s);
  const { c } = params(s);
  const edges = s.rows.length;
  // As many partial sums of an edge as terms of each, so that neither pass is long.
  const chunks = Math.max(1, Math.round(Math.sqrt((pixelsOf(s) * c) / 4) / c));
  const partial = run({
    name: "SampledMixGradW",
    variant: mixKey(s),
    inputs: { ...named(inputs), ...(masks ? { masks } : {}), dy, picks },
    params: { ...params(s), ...rowParams(s.rows), chunks, perEdge: chunks * c },
    functions: `${PICK_OF} ${dropBlockCode(s)}`,
    body: `
      let g = index / uniforms.perEdge;
      let rest = index - g * uniforms.perEdge;
      let c = rest % uniforms.c;
      let pick = pickOf(g);
      var sum = T(0.0);
      ${casesOf(s, "g", "pick")
        .map(
          ({ condition, value }) => `
      for (var pixel = select(uniforms.pixels, rest / uniforms.c, ${condition}); pixel < uniforms.pixels; pixel += uniforms.chunks) {
        sum += dy[(g * uniforms.pixels + pixel) * uniforms.c + c] * ${value("pixel")};
      }`,
        )
        .join("\n")}
      result[index] = total(sum);`,
    count: edges * chunks * c,
    shape: [edges, chunks * c],
    vector,
    scalars: ["picks", "result"],
  });
  return run({
    name: "SampledMixGradWSum",
    variant: `${edges}`,
    inputs: { partial, picks },
    params: { ...rowParams(s.rows), chunks: chunks * c },
    functions: PICK_OF,
    body: `
      let row = index / ${OPS};
      let op = index % ${OPS};
      var sum = 0.0;
      ${lines(
        edges,
        (g) => `if (row == uniforms.row${g} && pickOf(${g}) == op) {
          for (var k = 0; k < uniforms.chunks; k++) { sum += partial[${g} * uniforms.chunks + k]; } }`,
      )}
      result[index] = sum;`,
    count: s.weightRows * OPS,
    shape: [s.weightRows, OPS],
  });
};
