/**
 * Sampled 1×1 convolutions on WebGPU: an invocation holds a slot's filter in registers and streams pixels past it. The
 * gradient of x is the same with the filter transposed.
 */
import type { GpuBody } from "../gpu/kernel";
import { vectorFor } from "../gpu/program";
import type { TensorInfo } from "../gpu/tensorflow";
import { lines, range } from "./convolution-tiles";
import { bitsOf, launched, only, rowParams, SLOT_AT } from "./gate";
import { maskedInput } from "./masked-input";
import { constantsOf } from "./sampled-depthwise-shape";
import { columnsOf, inShape, outShape, pixelsOf, type SampledPointwise } from "./sampled-pointwise-shape";

/** Multiply-adds of a pixel, if that is possible: all are written out, and compilers take their time. */
const PRODUCTS = 256;
/** Pixels of an invocation: enough to be worth its filter, and no more than these while invocations are many. */
const [LEAST_PIXELS, MOST_PIXELS, INVOCATIONS] = [16, 64, 64];
/** Invocations of a workgroup: small, so that few workgroups keep a few cores equally busy. */
const WORKGROUP = 16;

/** Elements of channels and columns, and what the kernels read as uniforms. */
function elements(s: SampledPointwise) {
  const vector = vectorFor(s.inChannels, s.outChannels);
  return {
    vector,
    ins: s.inChannels / vector,
    outs: s.outChannels / vector,
    params: {
      ins: s.inChannels / vector,
      outs: s.outChannels / vector,
      pixels: pixelsOf(s),
      columns: columnsOf(s) / vector,
      edges: s.gate.rows.length,
      firstOp: s.gate.ops[0] ?? 0,
      ops: s.gate.ops.length,
      ...rowParams(s.gate.rows),
      ...(s.shared && {
        width: s.shared.width,
        height: s.shared.height,
        outWidth: s.outWidth,
        outHeight: s.outHeight,
        offset: s.shared.offset,
      }),
    },
  };
}

/** Code of the invocation's slot in use, which sees its first column and its place in the slot. */
const inSlot = ({ gate }: SampledPointwise, body: string) => `
  let inUse = index / uniforms.perSlot;
  let slot = slotAt(inUse, ${bitsOf(gate.ops)});
  ${only(
    "slot < uniforms.edges",
    `let rest = index - inUse * uniforms.perSlot;
    let first = ((pickOf(slot) - uniforms.firstOp) * uniforms.edges + slot) * uniforms.outs;
    ${body}`,
  )}`;

/** Code of the index of the first channel of a slot's pixel in x. */
const inputAt = (s: SampledPointwise, pixel: string) =>
  s.shared ? `inputOf(${pixel})` : `(slot * uniforms.pixels + ${pixel}) * uniforms.ins`;

const inputOf = ({ shared }: SampledPointwise) =>
  shared
    ? `fn inputOf(p : i32) -> i32 {
        let row = p / uniforms.outWidth;
        let n = row / uniforms.outHeight;
        let y = (row - n * uniforms.outHeight) * ${shared.stride} + uniforms.offset;
        let x = (p - row * uniforms.outWidth) * ${shared.stride} + uniforms.offset;
        return ((n * uniforms.height + y) * uniforms.width + x) * uniforms.ins;
      }`
    : "";

/** The filter's part between an element of inputs and one of outputs: the columns or the elements of a matrix. */
function matrixAt(vector: 1 | 4, input: string, column: string): string {
  if (vector === 1) return `w[(${input}) * uniforms.columns + ${column}]`;
  return `mat4x4<f32>(${range(4)
    .map((j) => `w[((${input}) * 4 + ${j}) * uniforms.columns + ${column}]`)
    .join(", ")})`;
}

interface Stream {
  readonly name: string;
  readonly variant: string;
  readonly inputs: Readonly<Record<string, TensorInfo>>;
  readonly picks: TensorInfo;
  readonly shape: readonly number[];
  /** Elements of a pixel that are read and written. */
  readonly sources: number;
  readonly targets: number;
  /** Code of the filter's part between source element i and target element t, and of its product with a value. */
  readonly matrix: (i: string, t: string) => string;
  readonly times: (value: string, matrix: string) => string;
  /** Code of a pixel's first element, and of an element's value. */
  readonly from: string;
  readonly read: (at: string) => string;
  readonly store: (at: string, value: string) => string;
}

/** Each invocation holds the filter of a block of targets of a slot and streams pixels past it. */
function streamed(s: SampledPointwise, c: Stream, run: Parameters<GpuBody<SampledPointwise>>[2]): TensorInfo {
  const { vector, params } = elements(s);
  const pixels = pixelsOf(s);
  const products = c.sources * vector * vector;
  const wide = Math.max(1, ...range(c.targets + 1).filter((n) => c.targets % n === 0 && n * products <= PRODUCTS));
  const blocks = c.targets / wide;
  const wanted = Math.max(Math.ceil(INVOCATIONS / blocks), Math.ceil(pixels / MOST_PIXELS));
  const chunks = Math.min(Math.ceil(pixels / LEAST_PIXELS), wanted);
  const sum = (t: number) =>
    range(c.sources)
      .map((i) => c.times(`v${i}`, `m${i}_${t}`))
      .join(" + ");
  return run({
    name: c.name,
    variant: [c.sources, wide, s.shared?.stride ?? 0, ...s.gate.ops, c.variant].join("_"),
    inputs: c.inputs,
    params: { ...params, perSlot: blocks * chunks, blocks, perChunk: Math.ceil(pixels / chunks), targets: c.targets },
    functions: SLOT_AT + inputOf(s),
    body: inSlot(
      s,
      `let chunk = rest / uniforms.blocks;
        let target0 = (rest - chunk * uniforms.blocks) * ${wide};
        ${range(c.sources)
          .map((i) => lines(wide, (t) => `let m${i}_${t} = ${c.matrix(`${i}`, `target0 + ${t}`)};`))
          .join("\n")}
        let end = min((chunk + 1) * uniforms.perChunk, uniforms.pixels);
        for (var p = chunk * uniforms.perChunk; p < end; p++) {
          let at = ${c.from};
          ${lines(c.sources, (i) => `let v${i} = ${c.read(`at + ${i}`)};`)}
          let to = (slot * uniforms.pixels + p) * uniforms.targets + target0;
          ${lines(wide, (t) => c.store(`to + ${t}`, sum(t)))}
        }`,
    ),
    ...launched(s.gate, c.picks, blocks * chunks),
    shape: c.shape,
    vector,
    scalars: ["picks"],
    workgroup: WORKGROUP,
  });
}

export const sampledPointwiseForward: GpuBody<SampledPointwise> = (inputs, s, run) => {
  const [input, w] = inputs;
  const { z, picks } = constantsOf(inputs);
  if (!input || !w) throw new Error("SampledPointwise needs x and w.");
  const { x, rectify } = maskedInput(input, z, run);
  const { vector, ins, outs } = elements(s);
  return streamed(
    s,
    {
      name: "SampledPointwise",
      variant: `${rectify}`,
      inputs: { x, w, picks },
      picks,
      shape: outShape(s),
      sources: ins,
      targets: outs,
      matrix: (i, t) => matrixAt(vector, i, `first + ${t}`),
      times: (v, m) => `${m} * ${v}`,
      from: inputAt(s, "p"),
      read: (at) => (rectify ? `max(x[${at}], T(0.0))` : `x[${at}]`),
      store: (at, value) => `result[${at}] = ${value};`,
    },
    run,
  );
};

export const sampledPointwiseGradX: GpuBody<SampledPointwise> = (inputs, s, run) => {
  const [dy, w] = inputs;
  const { z, picks } = constantsOf(inputs);
  if (!dy || !w) throw new Error("SampledPointwiseGradX needs dy and w.");
  const { vector, ins, outs, params } = elements(s);
  if (s.shared) {
    const { height, stride } = s.shared;
    const ops = bitsOf(s.gate.ops);
    // An invocation owns an element of a row of pixels. Most rows and pixels have no gradient, and few edges skip.
    const declare = `
      let line = index / uniforms.ins;
      let i = index - line * uniforms.ins;
      let row = line * uniforms.width * uniforms.ins + i;`;
    const value = "dy[source + p * uniforms.outs] * m";
    const add = `
      let n = line / uniforms.height;
      let y = line - n * uniforms.height - uniforms.offset;
      let on = y >= 0 && y % ${stride} == 0;
      let pixel0 = (n * uniforms.outHeight + y / ${stride}) * uniforms.outWidth;
      let first0 = row + uniforms.offset * uniforms.ins;
      for (var slot = select(uniforms.edges, slotFrom(0, ${ops}), on); slot < uniforms.edges; slot = slotFrom(slot + 1, ${ops})) {
        let op = pickOf(slot) - uniforms.firstOp;
        let first = (op * uniforms.edges + slot) * uniforms.outs;
        for (var o = 0; o < uniforms.outs; o++) {
          let m = ${matrixAt(vector, "i", "first + o")};
          let source = (slot * uniforms.pixels + pixel0) * uniforms.outs + o;
          for (var p = 0; p < uniforms.outWidth; p++) {
            let to = first0 + p * ${stride} * uniforms.ins;
            result[to] += ${z ? `select(T(0.0), ${value}, z[to] > T(0.0))` : value};
          }
        }
      }`;
    return run({
      name: "SampledPointwiseGradX",
      variant: ["shared", stride, ...s.gate.ops, z ? "z" : ""].join("_"),
      inputs: { dy, w, picks, ...(z ? { z } : {}) },
      params,
      functions: SLOT_AT,
      body: `${declare}
        for (var x = 0; x < uniforms.width; x++) { result[row + x * uniforms.ins] = T(0.0); }
        ${add}`,
      adding: { body: `${declare} ${add}` },
      count: s.batch * height * ins,
      shape: inShape(s),
      vector,
      scalars: ["picks"],
      workgroup: WORKGROUP,
    });
  }
  return streamed(
    s,
    {
      name: "SampledPointwiseGradX",
      variant: z ? "z" : "",
      inputs: { dy, w, picks, ...(z ? { z } : {}) },
      picks,
      shape: inShape(s),
      sources: outs,
      targets: ins,
      matrix: (o, i) => matrixAt(vector, i, `first + ${o}`),
      times: (v, m) => `${v} * ${m}`,
      from: "(slot * uniforms.pixels + p) * uniforms.outs",
      read: (at) => `dy[${at}]`,
      store: (at, value) =>
        z ? `{ let at = ${at}; result[at] = select(T(0.0), ${value}, z[at] > T(0.0)); }` : `result[${at}] = ${value};`,
    },
    run,
  );
};

/** Invocations worth having; more chunks only cost a longer second pass. */
const GRADW_INVOCATIONS = 256;

/** Sums over chunks of pixels for a block of inputs and outputs, then over chunks; zero for operations not picked. */
export const sampledPointwiseGradW: GpuBody<SampledPointwise> = (inputs, s, run) => {
  const [input, dy] = inputs;
  const { z, picks } = constantsOf(inputs);
  if (!input || !dy) throw new Error("SampledPointwiseGradW needs x and dy.");
  const { x, rectify } = maskedInput(input, z, run);
  const { vector, ins, outs, params } = elements(s);
  const edges = s.gate.rows.length;
  const [i, o] = [ins, outs].map((n) => [4, 2].find((side) => n % side === 0) ?? 1) as [number, number];
  const blocks = (ins / i) * (outs / o);
  const pixels = pixelsOf(s);
  const chunks = Math.max(1, Math.min(Math.ceil(pixels / 8), Math.round(GRADW_INVOCATIONS / (blocks * edges))));
  const size = s.inChannels * outs;
  const lane = (j: number) => (vector === 4 ? `[${j}]` : "");
  const cells = range(i).flatMap((a) =>
    range(vector).flatMap((j) => range(o).map((b) => ({ a, j, b, name: `s${a}_${j}_${b}` }))),
  );
  const partial = run({
    name: "SampledPointwiseGradW",
    variant: [i, o, s.shared?.stride ?? 0, ...s.gate.ops, rectify].join("_"),
    inputs: { x, dy, picks },
    params: { ...params, perSlot: chunks * blocks, perChunk: Math.ceil(pixels / chunks), size },
    functions: SLOT_AT + inputOf(s),
    body: inSlot(
      s,
      `let outBlocks = uniforms.outs / ${o};
      let inBlocks = uniforms.ins / ${i};
      let outFirst = (rest % outBlocks) * ${o};
      let place = rest / outBlocks;
      let inFirst = (place % inBlocks) * ${i};
      let chunk = place / inBlocks;
      let last = min((chunk + 1) * uniforms.perChunk, uniforms.pixels);
      ${cells.map(({ name }) => `var ${name} = T(0.0);`).join(" ")}
      for (var p = chunk * uniforms.perChunk; p < last; p++) {
        let source = ${inputAt(s, "p")} + inFirst;
        let at = (slot * uniforms.pixels + p) * uniforms.outs + outFirst;
        ${lines(i, (a) => `let x${a} = ${rectify ? `max(x[source + ${a}], T(0.0))` : `x[source + ${a}]`};`)}
        ${lines(o, (b) => `let d${b} = dy[at + ${b}];`)}
        ${cells.map(({ a, j, b, name }) => `${name} += x${a}${lane(j)} * d${b};`).join("\n")}
      }
      let to = (chunk * uniforms.edges + slot) * uniforms.size;
      ${cells.map(({ a, j, b, name }) => `result[to + ((inFirst + ${a}) * ${vector} + ${j}) * uniforms.outs + outFirst + ${b}] = ${name};`).join("\n")}`,
    ),
    ...launched(s.gate, picks, chunks * blocks),
    shape: [chunks, edges, s.inChannels, s.outChannels],
    vector,
    scalars: ["picks"],
    workgroup: WORKGROUP,
  });
  return run({
    name: "SampledPointwiseGradWSum",
    variant: s.gate.ops.join("."),
    inputs: { partial, picks },
    params: { ...params, rows: s.inChannels, chunks, size },
    functions: SLOT_AT,
    body: `
      let inUse = index / uniforms.rows;
      let row = index - inUse * uniforms.rows;
      let slot = slotAt(inUse, ${bitsOf(s.gate.ops)});
      let block = (pickOf(min(slot, uniforms.edges - 1)) - uniforms.firstOp) * uniforms.edges + slot;
      let to = row * uniforms.columns + block * uniforms.outs;
      for (var o = select(uniforms.outs, 0, slot < uniforms.edges); o < uniforms.outs; o++) {
        var sum = T(0.0);
        for (var c = 0; c < uniforms.chunks; c++) {
          sum += partial[(c * uniforms.edges + slot) * uniforms.size + row * uniforms.outs + o];
        }
        result[to + o] = sum;
      }`,
    ...launched(s.gate, picks, s.inChannels),
    sparse: true,
    shape: [1, 1, s.inChannels, columnsOf(s)],
    vector,
    scalars: ["picks"],
  });
};
