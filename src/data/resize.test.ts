import { describe, expect, it } from "vitest";
import { DataError } from "../domain/dataset";
import { averageDown } from "./resize";
import { makeShapes } from "./shapes";

describe("averageDown", () => {
  it("gives the rounded mean of each 2×2 block, picture by picture", () => {
    const { pixels } = makeShapes({ seed: 2, count: 3 });
    const small = averageDown(pixels, 32, 16);
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
    expect([...averageDown(pixels, 4, 1)]).toEqual([23, 200, 200]); // mean of 0, 3, …, 45 is 22.5
  });

  it("leaves pictures of the right size as they are", () => {
    const { pixels } = makeShapes({ seed: 2, count: 1 });
    expect(averageDown(pixels, 32, 32)).toBe(pixels);
  });

  it("refuses to enlarge, and sides that do not divide", () => {
    const pixels = new Uint8Array(16 * 16 * 3);
    expect(() => averageDown(pixels, 16, 32)).toThrow(DataError);
    expect(() => averageDown(pixels, 16, 32)).toThrow(/16×16.*32.*choose a picture side of 16 or less/);
    expect(() => averageDown(pixels, 16, 12)).toThrow(/must divide 16/);
  });
});
