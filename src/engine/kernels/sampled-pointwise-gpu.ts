/** Sampled 1×1 convolutions on WebGPU: an invocation computes a channel of a few pixels of a slot, in registers. */
import type { GpuBody } from "../gpu/kernel";
import { vectorFor } from "../gpu/program";
import { lines, range } from "./convolution-tiles";
import { PICK_OF, rowParams } from "./gate";
import { maskedInput } from "./masked-input";
import { constantsOf } from "./sampled-depthwise-shape";
import { columnsOf, inShape, outShape, pixelsOf, type SampledPointwise } from "./sampled-pointwise-shape";

/** Pixels of an invocation, and elements of channels: a value that is loaded serves all of the other. */
const blockOf = (pixels: number) => [8, 4, 2].find((n) => n <= pixels) ?? 1;
const channelsOf = (elements: number) => [4, 2].find((n) => elements % n === 0) ?? 1;

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

/** Declares the slot's first column, and returns where the slot is not used. */
const COLUMN = `
  let op = pickOf(slot) - uniforms.firstOp;
  if (op < 0 || op >= uniforms.ops) { return; }
  let first = (op * uniforms.edges + slot) * uniforms.outs;`;

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

export const sampledPointwiseForward: GpuBody<SampledPointwise> = (inputs, s, run) => {
  const [input, w] = inputs;
  const { z, picks } = constantsOf(inputs);
  if (!input || !w) throw new Error("SampledPointwise needs x and w.");
  const { x, rectify } = maskedInput(input, z, run);
  const { vector, outs, params } = elements(s);
  const pixels = pixelsOf(s);
  const block = blockOf(pixels);
  const wide = channelsOf(outs);
  const cells = range(block).flatMap((p) => range(wide).map((o) => ({ p, o })));
  const perSlot = (Math.ceil(pixels / block) * outs) / wide;
  const read = (at: string) => (rectify ? `max(x[${at}], T(0.0))` : `x[${at}]`);
  return run({
    name: "SampledPointwise",
    variant: [block, wide, s.shared?.stride ?? 0, rectify].join("_"),
    inputs: { x, w, picks },
    params: { perSlot, ...params },
    functions: PICK_OF + inputOf(s),
    body: `
      let slot = index / uniforms.perSlot;
      let rest = index - slot * uniforms.perSlot;
      ${COLUMN}
      let place = rest * ${wide} / uniforms.outs;
      let o = rest * ${wide} - place * uniforms.outs;
      let start = min(place * ${block}, uniforms.pixels - ${block});
      ${lines(block, (p) => `let at${p} = ${inputAt(s, `(start + ${p})`)};`)}
      ${cells.map((c) => `var s${c.p}_${c.o} = T(0.0);`).join(" ")}
      for (var i = 0; i < uniforms.ins; i++) {
        ${lines(block, (p) => `let x${p} = ${read(`at${p} + i`)};`)}
        ${lines(
          wide,
          (o) => `{ let m = ${matrixAt(vector, "i", `first + o + ${o}`)};
          ${lines(block, (p) => `s${p}_${o} += m * x${p};`)} }`,
        )}
      }
      let to = (slot * uniforms.pixels + start) * uniforms.outs + o;
      ${cells.map((c) => `result[to + ${c.p} * uniforms.outs + ${c.o}] = s${c.p}_${c.o};`).join("\n")}`,
    count: s.gate.rows.length * perSlot,
    shape: outShape(s),
    vector,
    scalars: ["picks"],
  });
};

export const sampledPointwiseGradX: GpuBody<SampledPointwise> = (inputs, s, run) => {
  const [dy, w] = inputs;
  const { z, picks } = constantsOf(inputs);
  if (!dy || !w) throw new Error("SampledPointwiseGradX needs dy and w.");
  const { vector, ins, params } = elements(s);
  if (s.shared) {
    const { height, width, stride } = s.shared;
    return run({
      name: "SampledPointwiseGradX",
      variant: ["shared", stride, z ? "z" : ""].join("_"),
      inputs: { dy, w, picks, ...(z ? { z } : {}) },
      params,
      functions: PICK_OF,
      body: `
        let i = index % uniforms.ins;
        let place = index / uniforms.ins;
        let line = place / uniforms.width;
        let n = line / uniforms.height;
        let y = line - n * uniforms.height - uniforms.offset;
        let x = place - line * uniforms.width - uniforms.offset;
        var sum = T(0.0);
        if (y >= 0 && x >= 0 && y % ${stride} == 0 && x % ${stride} == 0) {
          let pixel = (n * uniforms.outHeight + y / ${stride}) * uniforms.outWidth + x / ${stride};
          for (var slot = 0; slot < uniforms.edges; slot++) {
            let op = pickOf(slot) - uniforms.firstOp;
            if (op < 0 || op >= uniforms.ops) { continue; }
            let first = (op * uniforms.edges + slot) * uniforms.outs;
            for (var o = 0; o < uniforms.outs; o++) {
              sum += dy[(slot * uniforms.pixels + pixel) * uniforms.outs + o] * ${matrixAt(vector, "i", "first + o")};
            }
          }
        }
        result[index] = ${z ? "select(T(0.0), sum, z[index] > T(0.0))" : "sum"};`,
      count: s.batch * height * width * ins,
      shape: inShape(s),
      vector,
      scalars: ["picks"],
    });
  }
  const pixels = pixelsOf(s);
  const block = blockOf(pixels);
  const wide = channelsOf(ins);
  const cells = range(block).flatMap((p) =>
    range(wide).map((i) => ({ at: `${p} * uniforms.ins + ${i}`, name: `s${p}_${i}` })),
  );
  const perSlot = (Math.ceil(pixels / block) * ins) / wide;
  return run({
    name: "SampledPointwiseGradX",
    variant: [block, wide, z ? "z" : ""].join("_"),
    inputs: { dy, w, picks, ...(z ? { z } : {}) },
    params: { perSlot, ...params },
    functions: PICK_OF,
    body: `
      let slot = index / uniforms.perSlot;
      let rest = index - slot * uniforms.perSlot;
      ${COLUMN}
      let place = rest * ${wide} / uniforms.ins;
      let i = rest * ${wide} - place * uniforms.ins;
      let start = slot * uniforms.pixels + min(place * ${block}, uniforms.pixels - ${block});
      ${lines(block, (p) => `let at${p} = (start + ${p}) * uniforms.outs;`)}
      ${cells.map(({ name }) => `var ${name} = T(0.0);`).join(" ")}
      for (var o = 0; o < uniforms.outs; o++) {
        ${lines(block, (p) => `let d${p} = dy[at${p} + o];`)}
        ${lines(
          wide,
          (j) => `{ let m = ${matrixAt(vector, `i + ${j}`, "first + o")};
          ${lines(block, (p) => `s${p}_${j} += d${p} * m;`)} }`,
        )}
      }
      let to = start * uniforms.ins + i;
      ${cells.map(({ at, name }) => `result[to + ${at}] = ${z ? `select(T(0.0), ${name}, z[to + ${at}] > T(0.0))` : name};`).join("\n")}`,
    count: s.gate.rows.length * perSlot,
    shape: inShape(s),
    vector,
    scalars: ["picks"],
  });
};

/** Invocations worth having; more chunks only cost a longer second pass. */
const GRADW_INVOCATIONS = 512;

/** Sums over chunks of pixels for a block of inputs and outputs, then over chunks; zero for operations not picked. */
export const sampledPointwiseGradW: GpuBody<SampledPointwise> = (inputs, s, run) => {
  const [input, dy] = inputs;
  const { z, picks } = constantsOf(inputs);
  if (!input || !dy) throw new Error("SampledPointwiseGradW needs x and dy.");
  const { x, rectify } = maskedInput(input, z, run);
  const { vector, ins, outs, params } = elements(s);
  const edges = s.gate.rows.length;
  const [i, o] = [ins % 2 === 0 ? 2 : 1, outs % 2 === 0 ? 2 : 1];
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
    variant: [i, o, s.shared?.stride ?? 0, rectify].join("_"),
    inputs: { x, dy, picks },
    params: { ...params, perSlot: chunks * blocks, perChunk: Math.ceil(pixels / chunks), size },
    functions: PICK_OF + inputOf(s),
    body: `
      let slot = index / uniforms.perSlot;
      let rest = index - slot * uniforms.perSlot;
      ${COLUMN}
      let outBlocks = uniforms.outs / ${o};
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
    count: edges * chunks * blocks,
    shape: [chunks, edges, s.inChannels, s.outChannels],
    vector,
    scalars: ["picks"],
  });
  return run({
    name: "SampledPointwiseGradWSum",
    variant: s.shared ? "shared" : "",
    inputs: { partial, picks },
    params: { ...params, chunks, size },
    functions: PICK_OF,
    body: `
      let column = index % uniforms.columns;
      let row = index / uniforms.columns;
      let o = column % uniforms.outs;
      let slot = (column / uniforms.outs) % uniforms.edges;
      let op = column / (uniforms.outs * uniforms.edges);
      var sum = T(0.0);
      if (pickOf(slot) == uniforms.firstOp + op) {
        for (var c = 0; c < uniforms.chunks; c++) {
          sum += partial[(c * uniforms.edges + slot) * uniforms.size + row * uniforms.outs + o];
        }
      }
      result[index] = sum;`,
    count: (s.inChannels * columnsOf(s)) / vector,
    shape: [1, 1, s.inChannels, columnsOf(s)],
    vector,
    scalars: ["picks"],
  });
};
