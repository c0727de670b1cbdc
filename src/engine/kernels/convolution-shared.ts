/**
 * Convolutions on the GPU as a matrix product in workgroup memory: a workgroup computes a tile of pixels × channels of one
 * group. For each tap and each slice of the source's channels it stages the source of its pixels and the filter in memory
 * that its invocations share; then each invocation multiplies its few pixels and channels in registers.
 */
import { filterIndex, type GatherCall, type GatherWay, operandsOf, product } from "./convolution-call";
import type { ConvolutionShape } from "./convolution-cpu";
import { type Gather, lines, range } from "./convolution-tiles";

/** A tile's pixels: those of an invocation are ROWS apart, so that neighbours read neighbouring memory. */
const [ROWS, EACH] = [16, 4];
const PIXELS = ROWS * EACH;
/** From one of the source's channels to the next in workgroup memory: odd, for writes to fall into different banks. */
const PITCH = PIXELS + 1;
/** Fewer channels of a group are not worth the barriers. */
const LEAST_CHANNELS = 16;

/** Sizes in elements of four channels. */
interface SharedTile {
  /** Target elements of a workgroup, and of an invocation. */
  readonly elements: number;
  readonly own: number;
  /** Source elements of a slice. */
  readonly depth: number;
  readonly invocations: number;
}

/** The size that leaves least of its last tile empty; the first of several. */
export const leastWaste = (all: number, sizes: readonly number[]) =>
  sizes.reduce((best, size) => (Math.ceil(all / size) * size < Math.ceil(all / best) * best ? size : best));

/** WGSL: picture, row and column of a pixel of pictures with `rows` and `columns`. */
export const PLACE_OF = `
  fn placeOf(pixel : i32) -> vec3<i32> {
    let line = pixel / uniforms.columns;
    let n = line / uniforms.rows;
    return vec3<i32>(n, line - n * uniforms.rows, pixel - line * uniforms.columns);
  }`;

/** At most 128 invocations and 8.2 KiB of workgroup memory. */
export function sharedTile(g: Gather): SharedTile {
  const elements = leastWaste(g.channels / 4, [16, 8, 4]);
  const own = elements > 4 ? 2 : 1;
  return { elements, own, depth: leastWaste(g.sourceChannels / 4, [4, 2]), invocations: (ROWS * elements) / own };
}

export function fitsShared({ inChannels, outChannels }: ConvolutionShape): boolean {
  return [inChannels, outChannels].every((c) => c % 4 === 0 && c >= LEAST_CHANNELS);
}

/** WGSL that stages the slice of the source from channel element `slice` on: what stays the same for all slices, and the rest. */
function stageSource(g: Gather, { depth, invocations }: SharedTile, read: (i: string) => string, ragged: boolean) {
  const count = (PIXELS * depth) / invocations;
  const { spread } = g;
  const origin = (at: string, p: "x" | "y") =>
    g.transposed ? `${at} + (${p}Phase + uniforms.pad - ${p}Tap) / ${spread}` : `${at} * ${g.step} - uniforms.pad`;
  const sign = g.transposed ? "-" : "+";
  const inside = [
    ...(g.borders
      ? ["sourceY >= 0", "sourceY < uniforms.sourceHeight", "sourceX >= 0", "sourceX < uniforms.sourceWidth"]
      : []),
    ...(g.kernel % spread !== 0 ? [`yTap + ty * ${spread} < ${g.kernel}`, `xTap + tx * ${spread} < ${g.kernel}`] : []),
    ...(ragged ? ["i < uniforms.steps"] : []),
  ].join(" && ");
  const once = lines(
    count,
    (q) => `let pixel${q} = (local + ${q * invocations}) / ${depth};
      let i${q} = (local + ${q * invocations}) % ${depth};
      let place${q} = placeOf(min(tile * ${PIXELS} + pixel${q}, uniforms.pixels - 1));
      let y${q} = ${origin(`place${q}.y`, "y")};
      let x${q} = ${origin(`place${q}.z`, "x")};
      let n${q} = place${q}.x * uniforms.sourceHeight;`,
  );
  const slice = lines(count, (q) => {
    const value = read(`((n${q} + sourceY) * uniforms.sourceWidth + sourceX) * uniforms.sourceStep + sourceFirst + i`);
    return `{ let sourceY = y${q} ${sign} ty; let sourceX = x${q} ${sign} tx; let i = slice + i${q};
      sources[i${q} * ${PITCH} + pixel${q}] = ${inside ? `select(vec4<f32>(), ${value}, ${inside})` : value}; }`;
  });
  return { once, slice };
}

/** WGSL that stages the same slice of the filter: row j of the matrix of source element i and target element e. */
function stageFilter(call: GatherCall, { elements, depth, invocations }: SharedTile): string {
  const all = depth * 4 * elements;
  const { row, element } = filterIndex(call, elements)("(slice + i)", 0, "j");
  // Neighbouring invocations load neighbouring memory.
  const place = call.g.transposed
    ? `let i = q % ${depth}; let e = q / ${4 * depth}; let j = q / ${depth} % 4;`
    : `let e = q % ${elements}; let i = q / ${4 * elements}; let j = q / ${elements} % 4;`;
  const at = call.g.transposed
    ? `(tap + ${row} + 4 * e) * uniforms.filterStep + ${element}`
    : `(tap + ${row}) * uniforms.filterStep + group * uniforms.elements + first + e`;
  return lines(Math.ceil(all / invocations), (k) => {
    const text = `let q = local + ${k * invocations}; ${place} filters[(i * 4 + j) * ${elements} + e] = w[${at}];`;
    return (k + 1) * invocations > all ? `if (local + ${k * invocations} < ${all}) { ${text} }` : `{ ${text} }`;
  });
}

export const shared: GatherWay = (call) => {
  const { name, g, shape, run } = call;
  const tile = sharedTile(g);
  const { elements, own, depth, invocations } = tile;
  const { operands, filterStep, key, read, store } = operandsOf(call);
  const { matrix, times } = product(g.transposed, 4, 4);
  const { spread } = g;
  // Target pixels that are congruent modulo the spread use the same taps: a tile has pixels of one such phase.
  const phases = spread ** 2;
  const [rows, columns] = [Math.ceil(g.height / spread), Math.ceil(g.width / spread)];
  const pixels = g.batch * rows * columns;
  const [all, steps] = [g.channels / 4, g.sourceChannels / 4];
  const perGroup = Math.ceil(all / elements);
  const across = elements / own;
  const source = stageSource(g, tile, read, steps % depth !== 0);
  const taps = Math.ceil(g.kernel / spread);
  const cells = range(EACH).flatMap((p) => range(own).map((r) => ({ p, r, name: `s${p}_${r}` })));
  const firstTap = (p: string) => `((${p} + uniforms.pad) % ${spread} + ${spread}) % ${spread}`;
  const put = (p: number) => {
    const stores = lines(own, (r) => {
      const text = store(`at + ${r * across}`, `s${p}_${r}`);
      return all % elements === 0 ? text : `if (first + column + ${r * across} < uniforms.elements) { ${text} }`;
    });
    return `{ let pixel = tile * ${PIXELS} + row + ${p * ROWS};
      let place = placeOf(pixel);
      let targetY = place.y * ${spread} + yPhase;
      let targetX = place.z * ${spread} + xPhase;
      if (pixel < uniforms.pixels && targetY < uniforms.height && targetX < uniforms.width) {
        let at = ((place.x * uniforms.height + targetY) * uniforms.width + targetX) * uniforms.all + group * uniforms.elements + first + column;
        ${stores} } }`;
  };
  return run({
    name,
    variant: [
      "shared",
      g.kernel,
      g.step,
      spread,
      g.borders,
      elements,
      depth,
      steps % depth,
      all % elements,
      ...key,
    ].join("_"),
    ...operands,
    params: {
      blocks: g.groups * perGroup,
      perGroup,
      rows,
      columns,
      pixels,
      height: g.height,
      width: g.width,
      sourceHeight: g.sourceHeight,
      sourceWidth: g.sourceWidth,
      sourceStep: g.groups * steps,
      steps,
      elements: all,
      all: g.groups * all,
      filterRows: g.transposed ? g.channels : g.sourceChannels,
      filterStep,
      pad: g.pad,
    },
    shared: `var<workgroup> sources : array<vec4<f32>, ${depth * PITCH}>;
      var<workgroup> filters : array<vec4<f32>, ${depth * 4 * elements}>;`,
    functions: PLACE_OF,
    body: `
      let local = index % ${invocations};
      let workgroup = index / ${invocations};
      let block = workgroup % uniforms.blocks;
      let phase = workgroup / uniforms.blocks % ${phases};
      let tile = workgroup / uniforms.blocks / ${phases};
      let yPhase = phase / ${spread};
      let xPhase = phase % ${spread};
      let yTap = ${g.transposed ? firstTap("yPhase") : "0"};
      let xTap = ${g.transposed ? firstTap("xPhase") : "0"};
      let group = block / uniforms.perGroup;
      let first = (block - group * uniforms.perGroup) * ${elements};
      let sourceFirst = group * uniforms.steps;
      let column = local % ${across};
      let row = local / ${across};
      ${source.once}
      ${cells.map((cell) => `var ${cell.name} = vec4<f32>();`).join(" ")}
      for (var ty = 0; ty < ${taps}; ty++) { for (var tx = 0; tx < ${taps}; tx++) {
        let tap = ((yTap + ty * ${spread}) * ${g.kernel} + xTap + tx * ${spread}) * uniforms.filterRows;
        for (var slice = 0; slice < uniforms.steps; slice += ${depth}) {
          workgroupBarrier();
          ${source.slice}
          ${stageFilter(call, tile)}
          workgroupBarrier();
          for (var k = 0; k < ${depth}; k++) {
            ${lines(EACH, (p) => `let v${p} = sources[k * ${PITCH} + row + ${p * ROWS}];`)}
            ${lines(own, (r) => {
              const columnAt = (j: number) => `filters[(k * 4 + ${j}) * ${elements} + column + ${r * across}]`;
              return `{ let m = ${matrix(range(4).map(columnAt).join(", "))};
                ${lines(EACH, (p) => `s${p}_${r} += ${times.replace("v", `v${p}`)};`)} }`;
            })}
          }
        }
      } }
      ${lines(EACH, put)}`,
    count: g.groups * perGroup * phases * Math.ceil(pixels / PIXELS) * invocations,
    shape,
    workgroup: invocations,
  });
};
