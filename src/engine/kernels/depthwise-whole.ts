/**
 * Depthwise banks over small pictures on WebGPU: an invocation holds a whole picture of one channel in registers and every
 * product is written out, so that only taps inside the picture are computed and a value is loaded once for all of them.
 * Sides and kinds of blocks are part of the code; channels and offsets are uniforms. For the gradient of x, which would hold
 * the sums of all blocks as well, strips are faster.
 */
import type { GpuBody } from "../gpu/kernel";
import type { DepthwiseShape, PlacedBlock } from "./depthwise-cpu";
import { filterSize, lines, outChannels, place, range } from "./depthwise-plan";
import { maskedInput } from "./masked-input";
import { sumChunks } from "./reduce";

/** Pixels of an output and of an input, at most: larger ones take long to compile and gain nothing over strips. */
const [MOST_OUTPUTS, MOST_INPUTS] = [16, 64];
/** Invocations of a workgroup: few, so that few workgroups keep a few cores equally busy. */
const WORKGROUP = 8;
/** Invocations worth having for a filter's gradient; more chunks only cost a longer second pass. */
const GRADW_INVOCATIONS = 256;

/** A product of the convolution: output pixel, tap and input pixel, each counted row by row. */
interface Product {
  readonly o: number;
  readonly t: number;
  readonly i: number;
}

type Kind = Pick<PlacedBlock, "kernel" | "dilation" | "pad">;

/** Along one side, what meets inside the picture. */
function meetings({ kernel, dilation, pad }: Kind, side: number, outSide: number, stride: number): Product[] {
  return range(kernel).flatMap((t) =>
    range(outSide)
      .map((o) => ({ o, t, i: o * stride + t * dilation - pad }))
      .filter(({ i }) => i >= 0 && i < side),
  );
}

function productsOf(s: DepthwiseShape, kind: Kind): Product[] {
  const across = meetings(kind, s.width, s.outWidth, s.stride);
  return meetings(kind, s.height, s.outHeight, s.stride).flatMap((down) =>
    across.map((a) => ({
      o: down.o * s.outWidth + a.o,
      t: down.t * kind.kernel + a.t,
      i: down.i * s.width + a.i,
    })),
  );
}

const kindOf = ({ kernel, dilation, pad }: Kind) => `${kernel},${dilation},${pad}`;

/** The kinds of a bank's blocks, each once, with their products. */
function kindsOf(s: DepthwiseShape) {
  const names = [...new Set(s.blocks.map(kindOf))];
  return names.map((name) => {
    const [kernel = 0, dilation = 0, pad = 0] = name.split(",").map(Number);
    const products = productsOf(s, { kernel, dilation, pad });
    return { name, taps: kernel ** 2, products, used: [...new Set(products.map(({ t }) => t))] };
  });
}

/** Whether a bank's pictures are small enough. */
export function fitsWhole(s: DepthwiseShape): boolean {
  return s.outHeight * s.outWidth <= MOST_OUTPUTS && s.height * s.width <= MOST_INPUTS;
}

type Numbers = "first" | "kind" | "ins" | "outs" | "inOffset" | "outOffset" | "filterOffset";

/** The blocks as uniforms, and code that declares the numbers of the invocation's. */
function blockTable(entries: readonly Readonly<Record<Numbers, number>>[]) {
  const names = Object.keys(entries[0] ?? {}) as Numbers[];
  const set = (i: number) => names.map((name) => `${name} = uniforms.${name}${i};`).join(" ");
  return {
    params: Object.fromEntries(entries.flatMap((e, i) => names.map((name) => [`${name}${i}`, e[name]]))),
    code: `${names.map((name) => `var ${name} = uniforms.${name}0;`).join(" ")}
      ${range(entries.length)
        .slice(1)
        .map((i) => `if (index >= uniforms.first${i}) { ${set(i)} }`)
        .join("\n")}`,
  };
}

/** The table of a bank; block b has `each(b)` invocations. */
function tableOf(s: DepthwiseShape, each: (b: PlacedBlock) => number) {
  const kinds = kindsOf(s).map(({ name }) => name);
  let count = 0;
  const entries = place(s.blocks).map((b) => {
    const first = count;
    count += each(b);
    return {
      first,
      kind: kinds.indexOf(kindOf(b)),
      ins: b.inChannels,
      outs: b.outChannels,
      inOffset: b.inOffset,
      outOffset: b.outOffset,
      filterOffset: b.filterOffset,
    };
  });
  return { count, ...blockTable(entries) };
}

const sidesOf = (s: DepthwiseShape) => [s.height, s.width, s.outHeight, s.outWidth, s.stride];
const keyOf = (s: DepthwiseShape) =>
  ["whole", ...sidesOf(s), s.blocks.length, ...kindsOf(s).map(({ name }) => name)].join("_");

/** Products grouped by what they add to. */
function sums(products: readonly Product[], to: "o" | "t", term: (p: Product) => string): Map<number, string> {
  const found = new Map<number, string[]>();
  for (const p of products) {
    const list = found.get(p[to]) ?? [];
    list.push(term(p));
    found.set(p[to], list);
  }
  return new Map([...found].map(([target, terms]) => [target, terms.join(" + ")]));
}

/** Code that runs a kind's part where `kind` is it. */
const eachKind = (s: DepthwiseShape, part: (kind: ReturnType<typeof kindsOf>[number]) => string) =>
  kindsOf(s)
    .map((kind, i) => `if (kind == ${i}) { ${part(kind)} }`)
    .join("\n");

const taps = ({ used }: { readonly used: readonly number[] }) =>
  used.map((t) => `let w${t} = w[filterOffset + local + ${t} * outs];`).join(" ");

/** x is read as max(x, floor), the floor being 0 or −∞, whose bits are a uniform: one code for both. */
const floorOf = (rectify: boolean) => (rectify ? 0 : -(2 ** 23));
const loadPicture = (s: DepthwiseShape) => {
  const used = [...new Set(kindsOf(s).flatMap(({ products }) => products.map(({ i }) => i)))].sort((a, b) => a - b);
  return `let lowest = bitcast<f32>(uniforms.floor);
    ${used.map((i) => `let v${i} = max(x[source + ${i} * uniforms.step], lowest);`).join("\n")}`;
};

export const wholeForward: GpuBody<DepthwiseShape> = ([input, w, z], s, run) => {
  if (!input || !w) throw new Error("Depthwise needs x and w.");
  const { x, rectify } = maskedInput(input, z, run);
  const table = tableOf(s, (b) => s.batch * b.inChannels);
  const pixels = s.outHeight * s.outWidth;
  return run({
    name: "Depthwise",
    variant: keyOf(s),
    inputs: { x, w },
    params: { floor: floorOf(rectify), step: s.channels, outStep: outChannels(s), ...table.params },
    body: `${table.code}
      let n = (index - first) / ins;
      let c = index - first - n * ins;
      let source = n * ${s.height * s.width} * uniforms.step + inOffset + c;
      ${loadPicture(s)}
      for (var local = c; local < outs; local += ins) {
        ${lines(pixels, (o) => `var s${o} = 0.0;`)}
        ${eachKind(s, (kind) => {
          const found = sums(kind.products, "o", ({ t, i }) => `v${i} * w${t}`);
          return `${taps(kind)} ${[...found].map(([o, sum]) => `s${o} = ${sum};`).join("\n")}`;
        })}
        let to = n * ${pixels} * uniforms.outStep + outOffset + local;
        ${lines(pixels, (o) => `store(to + ${o} * uniforms.outStep, s${o});`)}
      }`,
    count: table.count,
    shape: [s.batch, s.outHeight, s.outWidth, outChannels(s)],
    workgroup: WORKGROUP,
  });
};

/** Each invocation sums the taps of a channel over a chunk of the pictures; then the chunks are summed. */
export const wholeGradW: GpuBody<DepthwiseShape> = ([input, dy, z], s, run) => {
  if (!input || !dy) throw new Error("DepthwiseGradW needs x and dy.");
  const { x, rectify } = maskedInput(input, z, run);
  const perChunk = Math.ceil(s.batch / Math.ceil(GRADW_INVOCATIONS / outChannels(s)));
  const chunks = Math.ceil(s.batch / perChunk);
  const table = tableOf(s, (b) => b.outChannels * chunks);
  const outPixels = s.outHeight * s.outWidth;
  const kinds = kindsOf(s);
  const most = Math.max(...kinds.map((kind) => kind.taps));
  const partial = run({
    name: "DepthwiseGradW",
    variant: keyOf(s),
    inputs: { x, dy },
    params: {
      floor: floorOf(rectify),
      step: s.channels,
      outStep: outChannels(s),
      size: filterSize(s),
      batch: s.batch,
      perChunk,
      ...table.params,
    },
    body: `${table.code}
      let chunk = (index - first) / outs;
      let local = index - first - chunk * outs;
      let c = local % ins;
      let last = min((chunk + 1) * uniforms.perChunk, uniforms.batch);
      ${lines(most, (t) => `var g${t} = 0.0;`)}
      for (var n = chunk * uniforms.perChunk; n < last; n++) {
        let source = n * ${s.height * s.width} * uniforms.step + inOffset + c;
        ${loadPicture(s)}
        let to = n * ${outPixels} * uniforms.outStep + outOffset + local;
        ${lines(outPixels, (o) => `let d${o} = dy[to + ${o} * uniforms.outStep];`)}
        ${eachKind(s, ({ products }) =>
          [...sums(products, "t", ({ i, o }) => `v${i} * d${o}`)].map(([t, sum]) => `g${t} += ${sum};`).join("\n"),
        )}
      }
      let at = chunk * uniforms.size + filterOffset + local;
      ${eachKind(s, (kind) => lines(kind.taps, (t) => `result[at + ${t} * outs] = g${t};`))}`,
    count: table.count,
    shape: [chunks, filterSize(s)],
    workgroup: WORKGROUP,
  });
  return sumChunks(run, partial, chunks, [filterSize(s)]);
};
