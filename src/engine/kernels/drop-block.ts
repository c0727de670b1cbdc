/**
 * DropBlock masks (Ghiasi et al., arXiv 1810.12890) for the identity skips that a sampler picks: for each sample and channel
 * blocks of b×b pixels are dropped, their corners chosen at rate γ = p/b² · s²/(s − b + 1)². A mask is kept as bits, a word
 * for each row of pixels, and the number of pixels kept, so that it costs little memory.
 */
import { pcg4d, type Stream, unitFromBits } from "../../domain/random";
import { defineKernel, type Values } from "../gpu/kernel";
import type { Tensor } from "../gpu/tensorflow";
import { eachUsed, type Gate, gateCode, gateParams, launched } from "./gate";
import { PCG4D } from "./noise";

interface Masks {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly block: number;
  readonly seed: number;
  readonly stream: Stream;
  /** Names the skips of one state of one cell of one sub-graph: the slot's number is added. */
  readonly site: number;
  /** own, of skip_connect. */
  readonly gate: Gate;
}

/** Bits of a word. */
const WORD = 32;
/** Room in a stream's name for the site. */
const SITE = 256;

const maskShape = (s: Masks) => [s.gate.rows.length, s.batch, s.height + 1, s.channels];

/** Rate at which a place becomes the corner of a dropped block, for a dropped share p. */
const rateOf = (s: Masks, p: number) =>
  (p / s.block ** 2) * ((s.height * s.width) / ((s.height - s.block + 1) * (s.width - s.block + 1)));

const kernel = defineKernel<Masks>("SearchlightDropBlock", {
  dtype: "int32",
  shape: maskShape,
  cpu: ([step, share, picks], out, s) => {
    const rate = Math.fround(rateOf(s, (share as Values)[0] as number));
    const size = s.batch * (s.height + 1) * s.channels;
    const [rows, columns] = [s.height - s.block + 1, s.width - s.block + 1];
    eachUsed(s.gate, picks as Values, (slot) => {
      for (let n = 0; n < s.batch; n++)
        for (let c = 0; c < s.channels; c++) {
          const dropped = new Uint32Array(s.height);
          for (let y = 0; y < rows; y++)
            for (let x = 0; x < columns; x++) {
              const place = (n * s.channels + c) * s.height * s.width + y * s.width + x;
              const words = pcg4d(
                place >>> 2,
                (step as Values)[0] as number,
                s.stream + SITE * (s.site + slot),
                s.seed,
              );
              if (unitFromBits(words[place & 3] as number) >= rate) continue;
              const bits = (s.block === WORD ? 0xffffffff : 2 ** s.block - 1) << x;
              for (let d = 0; d < s.block; d++) dropped[y + d] = (dropped[y + d] as number) | bits;
            }
          let kept = 0;
          for (let y = 0; y < s.height; y++) {
            const word = dropped[y] as number;
            for (let x = 0; x < s.width; x++) kept += 1 - ((word >>> x) & 1);
            out[slot * size + (n * (s.height + 1) + y) * s.channels + c] = word;
          }
          out[slot * size + (n * (s.height + 1) + s.height) * s.channels + c] = kept;
        }
    });
  },
  gpu: ([step, share, picks], s, run) => {
    if (!step || !share || !picks) throw new Error("DropBlock needs the step, the share and picks.");
    const perSlot = s.batch * s.channels;
    return run({
      name: "DropBlock",
      variant: s.gate.kind,
      inputs: { step, share, picks },
      params: {
        perSlot,
        h: s.height,
        w: s.width,
        c: s.channels,
        block: s.block,
        seed: s.seed,
        stream: s.stream + SITE * s.site,
        ...gateParams(s.gate),
      },
      functions: `${PCG4D} ${gateCode(s.gate)}`,
      body: `
        let inUse = index / uniforms.perSlot;
        let slot = slotIn(inUse);
        if (slot == uniforms.slots) { return; }
        let unitAt = index - inUse * uniforms.perSlot;
        let n = unitAt / uniforms.c;
        let c = unitAt - n * uniforms.c;
        let places = (uniforms.h - uniforms.block + 1) * (uniforms.w - uniforms.block + 1);
        let b = f32(uniforms.block);
        let rate = share[0] / (b * b) * (f32(uniforms.h * uniforms.w) / f32(places));
        var row : array<u32, ${WORD}>;
        for (var y = 0; y < uniforms.h; y++) { row[y] = 0u; }
        let bits = select((1u << u32(uniforms.block)) - 1u, 0xffffffffu, uniforms.block == ${WORD});
        var words = vec4<u32>(0u);
        var known = -1;
        for (var y = 0; y <= uniforms.h - uniforms.block; y++) {
          for (var x = 0; x <= uniforms.w - uniforms.block; x++) {
            let place = unitAt * uniforms.h * uniforms.w + y * uniforms.w + x;
            if (place / 4 != known) {
              known = place / 4;
              words = pcg4d(vec4<u32>(u32(known), u32(step[0]), u32(uniforms.stream + ${SITE} * slot), bitcast<u32>(uniforms.seed)));
            }
            if (unit(words[place % 4]) < rate) {
              for (var d = 0; d < uniforms.block; d++) { row[y + d] |= bits << u32(x); }
            }
          }
        }
        let first = (slot * uniforms.perSlot + n * uniforms.c) * (uniforms.h + 1) + c;
        let inside = select((1u << u32(uniforms.w)) - 1u, 0xffffffffu, uniforms.w == ${WORD});
        var kept = 0;
        for (var y = 0; y < uniforms.h; y++) {
          kept += uniforms.w - i32(countOneBits(row[y] & inside));
          result[first + y * uniforms.c] = bitcast<i32>(row[y]);
        }
        result[first + uniforms.h * uniforms.c] = kept;`,
      ...launched(s.gate, picks, perSlot),
      shape: maskShape(s),
      dtype: "int32",
    });
  },
});

/** Seeded by the run. */
export interface DropBlockSeed {
  readonly seed: number;
  readonly stream: Stream;
}

/**
 * Masks of the edges that pick an identity skip, int32 [edges, N, H + 1, C]: bit x of row y is 1 where pixel (y, x) is
 * dropped; row H holds how many pixels are kept.
 * @param shape of the state, [N, H, W, C]
 * @param step int32 [] @param share p, the share dropped, a scalar
 * @throws Error for pictures wider than 32 pixels
 */
export function dropBlock(
  [batch = 0, height = 0, width = 0, channels = 0]: readonly number[],
  step: Tensor,
  share: Tensor,
  picks: Tensor,
  o: DropBlockSeed & { readonly block: number; readonly site: number; readonly gate: Gate },
): Tensor {
  if (Math.max(height, width) > WORD) throw new Error(`DropBlock takes pictures of at most ${WORD} pixels a side.`);
  return kernel([step, share, picks], { batch, height, width, channels, ...o });
}
