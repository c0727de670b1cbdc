import { describe, expect, it } from "vitest";
import { stripGeometry } from "./strip-geometry";
import { leaderOf, topShare } from "./strip-row";

const TITLES = { spaced: 36, tight: 30 };

describe("the strip's extra row", () => {
  it("has a scale that holds the largest share and stands still between steps", () => {
    const top = (most: number) => topShare(Float32Array.of(0.1, most));
    expect([0.125, 0.2, 0.26, 0.5, 0.6, 1].map(top)).toEqual([0.2, 0.2, 0.3, 0.6, 0.6, 1]);
  });

  it("tells the operation drawn most, and none where all are drawn alike", () => {
    expect(leaderOf(Float32Array.of(0.1, 0.4, 0.4, 0.1))).toBe(1);
    expect(leaderOf(new Float32Array(8).fill(1 / 8))).toBe(-1);
    expect(leaderOf(new Float32Array(8))).toBe(-1);
  });

  it("names its columns so that titles do not touch, whatever the font", () => {
    const naming = (width: number, spaced: number) => stripGeometry(width, 10, { spaced, tight: 0.8 * spaced }).titles;
    expect([36, 40, 48, 60].map((spaced) => naming(726, spaced))).toEqual(["spaced", "tight", "tight", "parted"]);
    expect(naming(336, 36)).toBe("parted");
  });

  it("stands below the others and takes no room where there is none", () => {
    for (const width of [340, 740]) {
      const [without, withRow] = [stripGeometry(width, 10, TITLES), stripGeometry(width, 10, TITLES, true)];
      const { extra } = withRow;
      expect(without.extra).toBeNull();
      expect((extra?.base ?? 0) - (extra?.height ?? 0)).toBeGreaterThan(without.lead);
      expect(withRow.height - without.height).toBe((extra?.base ?? 0) - without.lead);
    }
  });
});
