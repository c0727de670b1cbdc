import { describe, expect, it } from "vitest";
import { apart, formatLoss, formatMillions, formatRate, iterationTicks, niceAxis, spread, tickDigits } from "./format";

describe("niceAxis", () => {
  it("covers the values with round ticks", () => {
    const { min, max, ticks } = niceAxis([0.84, 2.31]);
    expect(min).toBeLessThanOrEqual(0.84);
    expect(max).toBeGreaterThanOrEqual(2.31);
    expect(ticks.length).toBeGreaterThanOrEqual(3);
    expect(ticks.length).toBeLessThanOrEqual(5);
  });
  it("has a height for one value, for none and for values that are not finite", () => {
    for (const values of [[2.08], [], [Number.NaN, 1]]) {
      const { min, max } = niceAxis(values);
      expect(max).toBeGreaterThan(min);
    }
  });
});

it("writes ticks as they are", () => {
  expect(tickDigits([1, 2, 3])).toBe(1);
  expect(tickDigits([1.5, 2, 2.5])).toBe(1);
  expect(tickDigits([1.5, 1.75])).toBe(2);
  // Those of losses need no third digit, for which there is no room.
  for (const high of [1, 1.58, 2.25, 9]) {
    for (const span of [0, 0.02, 0.07, 0.3, 0.69, 3]) {
      const { ticks } = niceAxis([high - span, high]);
      expect(tickDigits(ticks), `${span} below ${high}`).toBeLessThanOrEqual(2);
      expect(ticks.length).toBeGreaterThanOrEqual(2);
    }
  }
});

describe("iterationTicks", () => {
  it("starts at 0 and stays within the end", () => {
    expect(iterationTicks(412)).toEqual([0, 200, 400]);
    expect(iterationTicks(60)).toEqual([0, 20, 40, 60]);
    expect(iterationTicks(2)).toEqual([0, 1, 2]);
    expect(iterationTicks(45, 2)).toEqual([0, 20, 40]);
  });
});

it("writes losses and rates shortly", () => {
  expect(formatLoss(null)).toBe("–");
  expect(formatLoss(2.0794)).toBe("2.079");
  expect(formatLoss(0.0000123)).toBe("1.2e-5");
  expect(formatRate(0.0193211)).toBe("0.0193");
});

describe("apart", () => {
  it("leaves labels that are far enough from each other", () => {
    expect(apart(20, 60, 12, 0, 100)).toEqual([20, 60]);
    expect(apart(60, 20, 12, 0, 100)).toEqual([60, 20]);
  });
  it("spreads labels around their middle, in their order", () => {
    expect(apart(50, 50, 12, 0, 100)).toEqual([44, 56]);
    expect(apart(52, 50, 12, 0, 100)).toEqual([57, 45]);
  });
  it("keeps both labels within the drawing", () => {
    expect(apart(3, 3, 12, 7, 100)).toEqual([7, 19]);
    expect(apart(99, 98, 12, 7, 100)).toEqual([100, 88]);
  });
});

describe("spread", () => {
  it("leaves labels that are far enough from each other, in whatever order they come", () => {
    expect(spread([60, 20, 90], 12, 0, 100)).toEqual([60, 20, 90]);
    expect(spread([], 12, 0, 100)).toEqual([]);
  });
  it("moves the others apart, in their order and within the drawing", () => {
    expect(spread([50, 51, 49], 12, 0, 100)).toEqual([61, 73, 49]);
    expect(spread([99, 98, 97], 12, 0, 100)).toEqual([100, 88, 76]);
    expect(spread([1, 1], 12, 8, 100)).toEqual([8, 20]);
  });
});

it("counts in millions with three digits or more", () => {
  expect([3_349_342, 528_123_456, 1_234_567_890, 2858].map(formatMillions)).toEqual([
    ...["3.35 M", "528 M", "1,235 M", "0.00286 M"],
  ]);
});
