/** What the GPU kernels of a depthwise bank share: where blocks begin, how x is read under a mask, and code helpers. */
import type { TensorInfo } from "../gpu/tensorflow";
import type { DepthwiseBlock, DepthwiseShape, PlacedBlock } from "./depthwise-cpu";

export function place(blocks: readonly DepthwiseBlock[]): PlacedBlock[] {
  let outOffset = 0;
  let filterOffset = 0;
  return blocks.map((block) => {
    const placed = { ...block, outOffset, filterOffset };
    outOffset += block.outChannels;
    filterOffset += block.kernel ** 2 * block.outChannels;
    return placed;
  });
}

export const outChannels = (s: DepthwiseShape) => s.blocks.reduce((sum, b) => sum + b.outChannels, 0);
export const filterSize = (s: DepthwiseShape) => s.blocks.reduce((sum, b) => sum + b.kernel ** 2 * b.outChannels, 0);

/** Names the blocks and the stride within a pipeline's key. */
export const bankKey = (s: DepthwiseShape) =>
  `${s.stride}_` +
  s.blocks.map((b) => [b.kernel, b.dilation, b.pad, b.outChannels, b.inOffset, b.inChannels].join("x")).join("_");

/** How a kernel reads x, as WGSL function `load`: whole, max(x, 0), or x where the mask z > 0. */
export function reading(x: TensorInfo, z: TensorInfo | undefined) {
  const how = !z ? "" : z.dataId === x.dataId ? "r" : "z";
  const value = { "": "x[i]", r: "max(x[i], T(0.0))", z: "select(T(0.0), x[i], z[i] > T(0.0))" }[how];
  return {
    how,
    inputs: z && how === "z" ? { x, z } : { x },
    functions: `fn load(i : i32) -> T { return ${value}; }`,
  };
}

export const range = (n: number) => Array.from({ length: n }, (_, i) => i);

/** One line of code for each i < n. */
export const lines = (n: number, line: (i: number) => string) => range(n).map(line).join("\n");
