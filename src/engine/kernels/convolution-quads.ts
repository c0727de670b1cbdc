/**
 * 1×1 convolutions on the GPU whose filter is shared between lanes: the four invocations of a quad compute different pixels
 * of the same channels, so each loads one row of a 4×4 block of the filter and reads the other three from its neighbours.
 */
import { filterIndex, type GatherWay, operandsOf, product } from "./convolution-call";
import type { ConvolutionShape } from "./convolution-cpu";
import { isFlat, lines, range } from "./convolution-tiles";

/** Invocations of a workgroup, all of the same channels, and pixels of each. */
const [WORKGROUP, EACH] = [64, 4];

/** Whether the way can compute a shape, where there are subgroups. */
export function fitsQuads(s: ConvolutionShape): boolean {
  return isFlat(s) && s.inChannels % 4 === 0 && s.outChannels % 4 === 0;
}

export const quads: GatherWay = (call) => {
  const { name, g, shape, run } = call;
  const [perTarget, steps] = [g.channels / 4, g.sourceChannels / 4];
  const elements = perTarget % 2 === 0 ? 2 : 1;
  const blocks = (g.groups * perTarget) / elements;
  const { operands, filterStep, key, read, store } = operandsOf(call);
  const { matrix, times } = product(g.transposed, 4, 4);
  const filterOf = filterIndex(call, elements);
  const cells = (p: number, line: (e: number) => string) =>
    lines(elements, (e) => line(e).replaceAll("#", `${p}_${e}`));
  return run({
    name,
    variant: ["quads", elements, ...key].join("_"),
    ...operands,
    params: {
      blocks,
      perGroup: perTarget / elements,
      pixels: g.width,
      steps,
      sourceStep: g.groups * steps,
      all: g.groups * perTarget,
      filterStep,
    },
    together: true,
    // Which lane of its quad an invocation is, is the adapter's to say.
    body: `
      let lane0 = quadBroadcast(localIndex, 0u);
      let lane1 = quadBroadcast(localIndex, 1u);
      let lane2 = quadBroadcast(localIndex, 2u);
      var lane = 3;
      if (localIndex == lane0) { lane = 0; } else if (localIndex == lane1) { lane = 1; } else if (localIndex == lane2) { lane = 2; }
      let workgroup = index / ${WORKGROUP};
      let block = workgroup % uniforms.blocks;
      let group = block / uniforms.perGroup;
      let sourceFirst = group * uniforms.steps;
      ${g.transposed ? `let first = (block - group * uniforms.perGroup) * ${elements};` : ""}
      let pixel = workgroup / uniforms.blocks * ${WORKGROUP * EACH} + index % ${WORKGROUP};
      ${lines(
        EACH,
        (p) => `let from${p} = min(pixel + ${p * WORKGROUP}, uniforms.pixels - 1) * uniforms.sourceStep + sourceFirst;
          ${cells(p, () => "var s# = vec4<f32>();")}`,
      )}
      for (var i = 0; i < uniforms.steps; i++) {
        ${lines(EACH, (p) => `let v${p} = ${read(`from${p} + i`)};`)}
        ${lines(elements, (e) => {
          const { row, element } = filterOf("i", e, "lane");
          const rows = range(4).map((j) => `quadBroadcast(mine, ${j}u)`);
          return `{ let mine = w[(${row}) * uniforms.filterStep + ${element}];
            let m = ${matrix(rows.join(", "))};
            ${lines(EACH, (p) => `s${p}_${e} += ${times.replace("v", `v${p}`)};`)} }`;
        })}
      }
      ${lines(
        EACH,
        (p) => `if (pixel + ${p * WORKGROUP} < uniforms.pixels) {
          let to = (pixel + ${p * WORKGROUP}) * uniforms.all + block * ${elements};
          ${lines(elements, (e) => store(`to + ${e}`, `s${p}_${e}`))} }`,
      )}`,
    count: blocks * Math.ceil(g.width / (WORKGROUP * EACH)) * WORKGROUP,
    shape,
    workgroup: WORKGROUP,
  });
};
