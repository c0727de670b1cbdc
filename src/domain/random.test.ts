import { describe, expect, it } from "vitest";
import { CounterRandom, pcg4d, STREAM, unitFromBits } from "./random";

describe("CounterRandom", () => {
  it("depends on seed, stream, step and index, and on nothing else", () => {
    const value = (seed: number, stream: 1 | 2, step: number, index: number) =>
      new CounterRandom(seed, stream, step).bits(index);
    const base = value(7, 1, 3, 5);
    expect(value(7, 1, 3, 5)).toBe(base);
    for (const other of [value(8, 1, 3, 5), value(7, 2, 3, 5), value(7, 1, 4, 5), value(7, 1, 3, 6)])
      expect(other).not.toBe(base);
  });

  it("is uniform: a chi-square of 64 cells and the mean of each output word are where they should be", () => {
    const count = 64_000;
    for (const word of [0, 1, 2, 3]) {
      const cells = new Float64Array(64);
      for (let i = 0; i < count; i++) {
        const u = unitFromBits(pcg4d(i, 0, STREAM.check, 1)[word] ?? 0);
        expect(u > 0 && u < 1).toBe(true);
        cells[Math.floor(u * 64)] = (cells[Math.floor(u * 64)] ?? 0) + 1;
      }
      const chi = cells.reduce((sum, n) => sum + (n - count / 64) ** 2 / (count / 64), 0);
      // 63 degrees of freedom: between the 0.01 % points.
      expect(chi).toBeGreaterThan(27);
      expect(chi).toBeLessThan(118);
    }
  });

  it("makes normal values with mean 0, variance 1 and the tails of a normal", () => {
    const random = new CounterRandom(1, STREAM.check);
    const values = Float64Array.from({ length: 40_000 }, (_, i) => random.normal(i));
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    expect(Math.abs(mean)).toBeLessThan(0.02);
    expect(Math.abs(values.reduce((a, b) => a + b * b, 0) / values.length - 1)).toBeLessThan(0.03);
    expect(Math.abs(values.filter((v) => Math.abs(v) > 1.96).length / values.length - 0.05)).toBeLessThan(0.005);
  });

  it("permutes: every number once, another order at each step", () => {
    const order = new CounterRandom(1, STREAM.trainOrder, 0).permutation(500);
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 500 }, (_, i) => i));
    expect(new CounterRandom(1, STREAM.trainOrder, 1).permutation(500)).not.toEqual(order);
  });
});
