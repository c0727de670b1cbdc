import { describe, expect, it } from "vitest";
import { recordOf } from "../../state/testing";
import { COLLAPSE_LASTS, COLLAPSE_SKIPS, collapse } from "./collapse";

const run = (...skips: number[]) => skips.map((count, i) => recordOf(i + 1, { skips: count }));
const many = (length: number) => new Array<number>(length).fill(COLLAPSE_SKIPS);

describe("collapse", () => {
  it("is told when skips have been many for a while, with how many there are", () => {
    expect(collapse(run(0, ...many(COLLAPSE_LASTS)))).toBe(COLLAPSE_SKIPS);
    expect(collapse(run(...many(COLLAPSE_LASTS - 1), 7))).toBe(7);
  });

  it("is not told for a moment's chance, nor once it is over", () => {
    expect(collapse(run(...many(COLLAPSE_LASTS - 1)))).toBeNull();
    expect(collapse(run(...many(COLLAPSE_LASTS), COLLAPSE_SKIPS - 1))).toBeNull();
    expect(collapse([])).toBeNull();
  });
});
