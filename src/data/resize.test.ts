import { describe, expect, it } from "vitest";
import { greyPictures, resizePictures } from "./resize";
import { makeShapes } from "./shapes";

describe("resizePictures", () => {
  it("gives the rounded mean of each 2×2 block, picture by picture", () => {
    const { pixels } = makeShapes({ seed: 2, count: 3 });
    const small = resizePictures(pixels, 32, 16);
    expect(small).toHaveLength(3 * 16 * 16 * 3);
    // Reference: the definition, written out with picture, row and column as separate indices.
    const at = (picture: number, row: number, column: number, channel: number) =>
      pixels[((picture * 32 + row) * 32 + column) * 3 + channel] ?? Number.NaN;
    for (const picture of [0, 1, 2]) {
      for (const [row, column] of [
        [0, 0],
        [3, 12],
        [15, 0],
        [15, 15],
      ] as const) {
        for (const channel of [0, 1, 2]) {
          const [y, x] = [2 * row, 2 * column];
          const sum =
            at(picture, y, x, channel) +
            at(picture, y, x + 1, channel) +
            at(picture, y + 1, x, channel) +
            at(picture, y + 1, x + 1, channel);
          expect(small[((picture * 16 + row) * 16 + column) * 3 + channel]).toBe(Math.round(sum / 4));
        }
      }
    }
  });

  it("averages over larger blocks too", () => {
    const pixels = Uint8Array.from({ length: 4 * 4 * 3 }, (_, i) => (i % 3 === 0 ? i : 200));
    expect([...resizePictures(pixels, 4, 1)]).toEqual([23, 200, 200]); // mean of 0, 3, …, 45 is 22.5
  });

  it("leaves pictures of the right size as they are", () => {
    const { pixels } = makeShapes({ seed: 2, count: 1 });
    expect(resizePictures(pixels, 32, 32)).toBe(pixels);
  });

  it("weighs what a new pixel covers, where the side does not divide and where it grows", () => {
    // 3 → 2: each new pixel covers 1.5 × 1.5 old ones. One channel is told; all three are the same.
    const three = Uint8Array.from({ length: 27 }, (_, i) => 10 * Math.floor(i / 3));
    const covered = (a: number, b: number, c: number, d: number) => Math.round((a + (b + c) / 2 + d / 4) / 2.25);
    const corners = [covered(0, 10, 30, 40), covered(20, 10, 50, 40), covered(60, 70, 30, 40), covered(80, 70, 50, 40)];
    expect([...resizePictures(three, 3, 2)]).toEqual(corners.flatMap((value) => [value, value, value]));
    // 2 → 4 repeats each pixel.
    const two = Uint8Array.from([1, 2, 3, 4].flatMap((value) => [value, value, value]));
    expect([...resizePictures(two, 2, 4)].filter((_, i) => i % 3 === 0)).toEqual([
      1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4,
    ]);
  });

  it("keeps the mean of every picture when it resizes", () => {
    const { pixels } = makeShapes({ seed: 2, count: 2 });
    const mean = (values: Uint8Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
    // Rounding moves each value by half a level at most.
    for (const side of [28, 20, 48])
      expect(Math.abs(mean(resizePictures(pixels, 32, side)) - mean(pixels))).toBeLessThan(0.5);
  });
});

it("gives the brightness in all channels", () => {
  expect([...greyPictures(Uint8Array.of(255, 0, 0, 0, 255, 0, 10, 20, 30))]).toEqual([
    76, 76, 76, 150, 150, 150, 18, 18, 18,
  ]);
});
