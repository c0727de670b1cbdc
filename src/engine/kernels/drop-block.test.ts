/** DropBlock's masks on the CPU reference: blocks, their rate, and the pixels kept. */
import { beforeAll, describe, expect, it } from "vitest";
import { STREAM } from "../../domain/random";
import { tf } from "../gpu/tensorflow";
import { dropBlock } from "./drop-block";
import type { Gate } from "./gate";

beforeAll(async () => {
  await tf.setBackend("cpu");
});

const [BATCH, SIDE, CHANNELS, SKIP] = [16, 16, 8, 3] as const;
const GATE: Gate = { kind: "own", rows: [0, 1], ops: [SKIP] };

/** Words of slot 0, which picks a skip; slot 1 does not. */
function masks(o: { readonly share: number; readonly block: number; readonly step?: number; readonly site?: number }) {
  const shape = [BATCH, SIDE, SIDE, CHANNELS];
  const picks = tf.tensor1d([SKIP, 0], "int32");
  const all = dropBlock(shape, tf.scalar(o.step ?? 0, "int32"), tf.scalar(o.share), picks, {
    ...{ seed: 4, stream: STREAM.check, block: o.block, site: o.site ?? 0, gate: GATE },
  }).dataSync<"int32">();
  const size = all.length / 2;
  expect(all.subarray(size).every((word) => word === 0)).toBe(true);
  return all.subarray(0, size);
}

const dropped = (words: Int32Array, n: number, c: number, y: number, x: number) =>
  (((words[(n * (SIDE + 1) + y) * CHANNELS + c] ?? 0) >>> x) & 1) === 1;

function eachMap(visit: (n: number, c: number) => void): void {
  for (let n = 0; n < BATCH; n++) for (let c = 0; c < CHANNELS; c++) visit(n, c);
}

describe("a DropBlock mask", () => {
  it.each([1, 3, 5])("drops about the share asked for, in blocks of side %i, and counts what is kept", (block) => {
    const words = masks({ share: 0.1, block });
    let all = 0;
    eachMap((n, c) => {
      let count = 0;
      for (let y = 0; y < SIDE; y++)
        for (let x = 0; x < SIDE; x++) {
          if (!dropped(words, n, c, y, x)) continue;
          count++;
          // Each dropped pixel lies in a block that is dropped as a whole.
          const inBlock = Array.from({ length: block ** 2 }, (_, i) => [
            y - Math.floor(i / block),
            x - (i % block),
          ]).some(([top = 0, left = 0]) =>
            Array.from({ length: block ** 2 }, (_, i) => [top + Math.floor(i / block), left + (i % block)]).every(
              ([yy = 0, xx = 0]) => yy >= 0 && xx >= 0 && yy < SIDE && xx < SIDE && dropped(words, n, c, yy, xx),
            ),
          );
          expect(inBlock).toBe(true);
        }
      expect(words[(n * (SIDE + 1) + SIDE) * CHANNELS + c]).toBe(SIDE ** 2 - count);
      all += count;
    });
    const share = all / (BATCH * CHANNELS * SIDE ** 2);
    // Blocks overlap, so that a little less than the share is dropped.
    expect(share).toBeGreaterThan(0.085);
    expect(share).toBeLessThan(0.103);
  });

  it("drops nothing for a share of 0, and repeats for a step and a site, but for no other", () => {
    expect(masks({ share: 0, block: 3 }).filter((_, i) => Math.floor(i / CHANNELS) % (SIDE + 1) < SIDE)).toEqual(
      new Int32Array(BATCH * SIDE * CHANNELS),
    );
    const one = masks({ share: 0.2, block: 3 });
    expect(masks({ share: 0.2, block: 3 })).toEqual(one);
    expect(masks({ share: 0.2, block: 3, step: 1 })).not.toEqual(one);
    expect(masks({ share: 0.2, block: 3, site: 4 })).not.toEqual(one);
  });

  it("is independent in each sample and channel", () => {
    const words = masks({ share: 0.2, block: 3 });
    const maps = new Set<string>();
    eachMap((n, c) => {
      maps.add(Array.from({ length: SIDE }, (_, y) => words[(n * (SIDE + 1) + y) * CHANNELS + c]).join());
    });
    expect(maps.size).toBe(BATCH * CHANNELS);
  });

  it("refuses pictures wider than a word", () => {
    const shape = [1, 33, 33, 1];
    const picks = tf.tensor1d([SKIP, 0], "int32");
    const options = { seed: 4, stream: STREAM.check, block: 3, site: 0, gate: GATE };
    expect(() => dropBlock(shape, tf.scalar(0, "int32"), tf.scalar(0.1), picks, options)).toThrow("at most 32 pixels");
  });
});
