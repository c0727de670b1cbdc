import { expect, it } from "vitest";
import { meanAndStd } from "./mean-std";

it("divides by n − 1, and knows no spread of one value", () => {
  // statistics.stdev of Python for the same values: 2.138089935299395.
  const { count, mean, std } = meanAndStd([2, 4, 4, 4, 5, 5, 7, 9]) ?? {};
  expect(count).toBe(8);
  expect(mean).toBe(5);
  expect(std).toBeCloseTo(2.138089935299395, 12);
  expect(meanAndStd([3])).toEqual({ count: 1, mean: 3, std: null });
  expect(meanAndStd([])).toBeNull();
});
