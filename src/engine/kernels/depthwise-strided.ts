/**
 * The gradient of x of a strided depthwise bank on WebGPU: an invocation owns a tile of input pixels of one channel, stride²
 * of them to each pixel of dy, and adds block after block to it in registers. Which taps meet a pixel depends only on its
 * place in the square of stride² pixels, so that a value of dy is loaded once for all of them.
 */
import type { GpuBody } from "../gpu/kernel";
import type { TensorInfo } from "../gpu/tensorflow";
import type { DepthwiseShape, PlacedBlock } from "./depthwise-cpu";
import { lines, outChannels, place, range } from "./depthwise-plan";

/** Pixels of dy that a tile belongs to, across and down, at most: more would save loads, but take long to compile. */
const [ACROSS, DOWN] = [2, 4];
const WORKGROUP = 16;

/** Taps that reach pixel p of a square from dy: tap k lies `offset` pixels of dy from the square. */
function reaching(b: PlacedBlock, stride: number, p: number): { k: number; offset: number }[] {
  return range(b.kernel)
    .filter((k) => (((p + b.pad - k * b.dilation) % stride) + stride) % stride === 0)
    .map((k) => ({ k, offset: (p + b.pad - k * b.dilation) / stride }));
}

/** Everything of a block but where its channels begin. */
const sameTaps = (b: PlacedBlock, stride: number, squares: number) =>
  range(stride).flatMap((p) => reaching(b, stride, p).flatMap(({ offset }) => range(squares).map((c) => c + offset)));

const id = (n: number) => (n < 0 ? `m${-n}` : `${n}`);

export function stridedGradX(
  [dy, w, z]: readonly TensorInfo[],
  s: DepthwiseShape,
  run: Parameters<GpuBody<DepthwiseShape>>[2],
): TensorInfo {
  if (!dy || !w) throw new Error("DepthwiseGradX needs dy and w.");
  const { stride } = s;
  const placed = place(s.blocks);
  const squares = { across: Math.ceil(s.width / stride), down: Math.ceil(s.height / stride) };
  const tile = { across: Math.min(ACROSS, squares.across), down: Math.min(DOWN, squares.down) };
  const tiles = { across: Math.ceil(squares.across / tile.across), down: Math.ceil(squares.down / tile.down) };
  const columns = [...new Set(placed.flatMap((b) => sameTaps(b, stride, tile.across)))].sort((a, b) => a - b);
  const rows = [...new Set(placed.flatMap((b) => sameTaps(b, stride, tile.down)))].sort((a, b) => a - b);
  const sums = range(tile.down * stride).flatMap((r) => range(tile.across * stride).map((c) => ({ r, c })));
  const params: Record<string, number> = {
    channels: s.channels,
    width: s.width,
    height: s.height,
    outWidth: s.outWidth,
    outHeight: s.outHeight,
    outChannels: outChannels(s),
    tilesAcross: tiles.across,
    tilesDown: tiles.down,
  };
  const code = placed.map((b, i) => {
    const whole = b.inOffset === 0 && b.inChannels === s.channels;
    Object.assign(params, { [`ins${i}`]: b.inChannels, [`outs${i}`]: b.outChannels });
    Object.assign(params, { [`filter${i}`]: b.filterOffset - b.inOffset, [`first${i}`]: b.outOffset - b.inOffset });
    if (!whole) params[`offset${i}`] = b.inOffset;
    const used = (size: number) => new Set(sameTaps(b, stride, size));
    const [usedRows, usedColumns] = [used(tile.down), used(tile.across)];
    const loads = [...usedRows].map((r) =>
      [...usedColumns]
        .map(
          (c) =>
            `let v${id(r)}_${id(c)} = select(0.0, dy[row${id(r)} + column${id(c)} + y], in${id(r)} && on${id(c)});`,
        )
        .join("\n"),
    );
    const products = lines(b.kernel, (ky) =>
      lines(b.kernel, (kx) => {
        const terms = range(stride).flatMap((py) =>
          reaching(b, stride, py)
            .filter(({ k }) => k === ky)
            .flatMap((down) =>
              range(stride).flatMap((px) =>
                reaching(b, stride, px)
                  .filter(({ k }) => k === kx)
                  .flatMap((across) =>
                    range(tile.down).flatMap((r) =>
                      range(tile.across).map(
                        (c) =>
                          `s${r * stride + py}_${c * stride + px} += t * v${id(r + down.offset)}_${id(c + across.offset)};`,
                      ),
                    ),
                  ),
              ),
            ),
        );
        return terms.length > 0
          ? `{ let t = w[f + ${ky * b.kernel + kx} * uniforms.outs${i}]; ${terms.join(" ")} }`
          : "";
      }),
    );
    const each = `for (var m = ic; m < uniforms.outs${i}${whole ? "" : ` + uniforms.offset${i}`}; m += uniforms.ins${i}) {
      let y = uniforms.first${i} + m;
      let f = uniforms.filter${i} + m;
      ${loads.join("\n")}
      ${products}
    }`;
    return whole ? each : `if (ic >= uniforms.offset${i} && ic < uniforms.offset${i} + uniforms.ins${i}) { ${each} }`;
  });
  const masked = (value: string) => (z ? `select(0.0, ${value}, z[at] > 0.0)` : value);
  const partial = { across: s.width % (tile.across * stride) !== 0, down: s.height % (tile.down * stride) !== 0 };
  const store = ({ r, c }: { readonly r: number; readonly c: number }) => {
    const inside = [
      partial.down ? `iy + ${r} < uniforms.height` : "",
      partial.across ? `ix + ${c} < uniforms.width` : "",
    ].filter((t) => t);
    return `${inside.length > 0 ? `if (${inside.join(" && ")})` : ""} {
      let at = to + (${r} * uniforms.width + ${c}) * uniforms.channels; store(at, ${masked(`s${r}_${c}`)}); }`;
  };
  const kinds = placed.map((b) =>
    [b.kernel, b.dilation, b.pad, b.inOffset === 0 && b.inChannels === s.channels].join("x"),
  );
  return run({
    name: "DepthwiseGradXStrided",
    variant: [z ? "z" : "", stride, tile.across, tile.down, partial.across, partial.down, ...kinds].join("_"),
    inputs: { dy, w, ...(z ? { z } : {}) },
    params,
    body: `
      let ic = index % uniforms.channels;
      let place = index / uniforms.channels;
      let a = (place % uniforms.tilesAcross) * ${tile.across};
      let line = place / uniforms.tilesAcross;
      let n = line / uniforms.tilesDown;
      let b = (line - n * uniforms.tilesDown) * ${tile.down};
      ${columns.map((c) => `let at${id(c)} = a + ${c}; let on${id(c)} = at${id(c)} >= 0 && at${id(c)} < uniforms.outWidth; let column${id(c)} = select(0, at${id(c)} * uniforms.outChannels, on${id(c)});`).join("\n")}
      ${rows.map((r) => `let down${id(r)} = b + ${r}; let in${id(r)} = down${id(r)} >= 0 && down${id(r)} < uniforms.outHeight; let row${id(r)} = (n * uniforms.outHeight + select(0, down${id(r)}, in${id(r)})) * uniforms.outWidth * uniforms.outChannels;`).join("\n")}
      ${sums.map(({ r, c }) => `var s${r}_${c} = 0.0;`).join(" ")}
      ${code.join("\n")}
      let iy = b * ${stride};
      let ix = a * ${stride};
      let to = ((n * uniforms.height + iy) * uniforms.width + ix) * uniforms.channels + ic;
      ${sums.map(store).join("\n")}`,
    count: s.batch * tiles.across * tiles.down * s.channels,
    shape: [s.batch, s.height, s.width, s.channels],
    workgroup: WORKGROUP,
  });
}
