/**
 * The gradient of a convolution's filter on the GPU as a matrix product in workgroup memory: a workgroup computes a block of
 * input × output channels of one tap over a chunk of the pixels. It stages slices of the pixels' input and gradient in memory
 * that its invocations share; each multiplies its channels in registers. Then chunks are summed.
 */
import type { GpuBody } from "../gpu/kernel";
import type { ConvolutionShape } from "./convolution-cpu";
import { leastWaste, PLACE_OF } from "./convolution-shared";
import { forwardGather, lines, range } from "./convolution-tiles";
import { maskedInput } from "./masked-input";
import { sumChunks } from "./reduce";

const INVOCATIONS = 64;
/** Pixels of a slice. */
const SLICE = 32;
/** Workgroups worth having, and slices of each at least. */
const [WORKGROUPS, LEAST_SLICES] = [256, 4];

export const sharedGradW: GpuBody<ConvolutionShape> = ([x, dy, z], s, run) => {
  if (!x || !dy) throw new Error("ConvolutionGradW needs x and dy.");
  const g = forwardGather(s);
  const { x: source, rectify } = maskedInput(x, z, run);
  // Elements of four channels: of a group, of a workgroup, and output elements of an invocation.
  const [ins, outs] = [s.inChannels / 4, s.outChannels / 4];
  const [inTile, outTile] = [leastWaste(ins, [8, 4]), leastWaste(outs, [8, 4])];
  const own = outTile / 4;
  const across = outTile / own;
  const lanes = inTile * across;
  /** Invocations that share channels take pixels in turn. */
  const parts = INVOCATIONS / lanes;
  const [inBlocks, outBlocks] = [Math.ceil(ins / inTile), Math.ceil(outs / outTile)];
  const places = s.kernel ** 2 * s.groups * inBlocks * outBlocks;
  const pixels = g.batch * g.height * g.width;
  const slices = Math.ceil(pixels / SLICE);
  const wanted = Math.min(Math.ceil(WORKGROUPS / places), Math.ceil(slices / LEAST_SLICES));
  const perChunk = Math.ceil(slices / wanted);
  const chunks = Math.ceil(slices / perChunk);
  const outAll = s.groups * outs;
  const size = s.kernel ** 2 * s.inChannels * outAll;
  const flat = g.height === 1 && g.kernel === 1 && g.step === 1;
  const ragged = pixels % (SLICE * perChunk) !== 0;
  const inside = [
    ...(ragged ? ["pixel < uniforms.pixels"] : []),
    ...(g.borders
      ? ["sourceY >= 0", "sourceY < uniforms.sourceHeight", "sourceX >= 0", "sourceX < uniforms.sourceWidth"]
      : []),
  ].join(" && ");
  const stage = (tile: number, text: string) =>
    lines((SLICE * tile) / INVOCATIONS, (k) => {
      const q = `(local + ${k * INVOCATIONS})`;
      return `{ let pixel = begin + ${q} / ${tile}; let e = ${q} % ${tile}; ${text.replace("#", q)} }`;
    });
  const value = "x[at * uniforms.xStep + xFirst + e]";
  const read = rectify ? `max(${value}, vec4<f32>())` : value;
  const sources = stage(
    inTile,
    `${
      flat
        ? "let at = pixel;"
        : `let place = placeOf(pixel);
          let sourceY = place.y * ${g.step} - uniforms.pad + ky;
          let sourceX = place.z * ${g.step} - uniforms.pad + kx;
          let at = (place.x * uniforms.sourceHeight + sourceY) * uniforms.sourceWidth + sourceX;`
    }
    sources[#] = ${inside ? `select(vec4<f32>(), ${read}, ${inside})` : read};`,
  );
  const cells = range(own).flatMap((r) => range(4).map((j) => ({ r, j, name: `s${r}_${j}` })));
  const partial = run({
    name: "ConvolutionGradW",
    variant: [
      "shared",
      s.kernel,
      g.step,
      flat,
      g.borders,
      ragged,
      inTile,
      outTile,
      ins % inTile,
      outs % outTile,
      rectify,
    ].join("_"),
    inputs: { x: source, dy },
    params: {
      inBlocks,
      outBlocks,
      groups: s.groups,
      ins,
      outs,
      rows: g.height,
      columns: g.width,
      pixels,
      perChunk,
      chunks,
      sourceHeight: g.sourceHeight,
      sourceWidth: g.sourceWidth,
      pad: g.pad,
      xStep: s.groups * ins,
      yStep: outAll,
      size,
    },
    shared: `var<workgroup> sources : array<vec4<f32>, ${SLICE * inTile}>;
      var<workgroup> gradients : array<vec4<f32>, ${SLICE * outTile}>;`,
    functions: PLACE_OF,
    body: `
      let local = index % ${INVOCATIONS};
      let workgroup = index / ${INVOCATIONS};
      let outBlock = workgroup % uniforms.outBlocks;
      let r1 = workgroup / uniforms.outBlocks;
      let inBlock = r1 % uniforms.inBlocks;
      let r2 = r1 / uniforms.inBlocks;
      let group = r2 % uniforms.groups;
      let r3 = r2 / uniforms.groups;
      let tap = r3 % ${s.kernel ** 2};
      let chunk = r3 / ${s.kernel ** 2};
      let ky = tap / ${s.kernel};
      let kx = tap % ${s.kernel};
      let part = local / ${lanes};
      let row = local % ${lanes} / ${across};
      let column = local % ${across};
      let xFirst = group * uniforms.ins + inBlock * ${inTile};
      let yFirst = group * uniforms.outs + outBlock * ${outTile};
      ${cells.map(({ name }) => `var ${name} = vec4<f32>();`).join(" ")}
      for (var slice = 0; slice < uniforms.perChunk; slice++) {
        let begin = (chunk * uniforms.perChunk + slice) * ${SLICE};
        workgroupBarrier();
        ${sources}
        ${stage(outTile, "gradients[#] = dy[pixel * uniforms.yStep + yFirst + e];")}
        workgroupBarrier();
        for (var p = part; p < ${SLICE}; p += ${parts}) {
          let v = sources[p * ${inTile} + row];
          ${lines(
            own,
            (r) => `{ let d = gradients[p * ${outTile} + column + ${r * across}];
            ${lines(4, (j) => `s${r}_${j} += v[${j}] * d;`)} }`,
          )}
        }
      }
      let i = inBlock * ${inTile} + row;
      let first = (chunk * ${parts} + part) * uniforms.size + (tap * uniforms.ins + i) * 4 * uniforms.yStep + yFirst + column;
      ${lines(
        own,
        (
          r,
        ) => `if (chunk < uniforms.chunks && i < uniforms.ins && outBlock * ${outTile} + column + ${r * across} < uniforms.outs) {
          ${lines(4, (j) => `result[first + ${j} * uniforms.yStep + ${r * across}] = s${r}_${j};`)} }`,
      )}`,
    count: places * chunks * INVOCATIONS,
    shape: [chunks * parts, size * 4],
    vector: 4,
    workgroup: INVOCATIONS,
  });
  return sumChunks(run, partial, chunks * parts, [s.kernel, s.kernel, s.inChannels, s.groups * s.outChannels]);
};
