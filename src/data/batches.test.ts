import { describe, expect, it } from "vitest";
import { DataError } from "../domain/dataset";
import { BatchStream, ValidationDraws } from "./batches";

const split = Uint32Array.from({ length: 53 }, (_, i) => 1000 + 2 * i);

describe("BatchStream", () => {
  it("shows each picture at most once in an epoch and drops the left-over ones", () => {
    const stream = new BatchStream(split, 8, 1);
    expect(stream.iterationsPerEpoch).toBe(6);
    const seen = Array.from({ length: 6 }, (_, i) => [...stream.at(i)]).flat();
    expect(seen).toHaveLength(48);
    expect(new Set(seen).size).toBe(48);
    expect(seen.every((picture) => split.includes(picture))).toBe(true);
  });

  it("takes a new order each epoch, so that no picture is left out for ever", () => {
    const stream = new BatchStream(split, 8, 1);
    expect([...stream.at(6)]).not.toEqual([...stream.at(0)]);
    const seen = Array.from({ length: 60 }, (_, i) => [...stream.at(i)]).flat();
    expect(new Set(seen).size).toBe(53);
  });

  it("gives the same batch for an iteration in whatever order it is asked", () => {
    const forward = new BatchStream(split, 8, 9);
    const wanted = Array.from({ length: 30 }, (_, i) => forward.at(i));
    const backward = new BatchStream(split, 8, 9);
    for (let i = 29; i >= 0; i--) expect(backward.at(i)).toEqual(wanted[i]);
    expect(new BatchStream(split, 8, 9).at(17)).toEqual(wanted[17]);
    expect(new BatchStream(split, 8, 10).at(17)).not.toEqual(wanted[17]);
  });

  it("counts epochs from 0", () => {
    const stream = new BatchStream(split, 8, 1);
    expect([0, 5, 6, 11, 12].map((iteration) => stream.epochOf(iteration))).toEqual([0, 0, 1, 1, 2]);
  });

  it("uses a split of exactly one batch whole", () => {
    const stream = new BatchStream(split, 53, 1);
    expect(stream.iterationsPerEpoch).toBe(1);
    expect([...stream.at(4)].sort((a, b) => a - b)).toEqual([...split]);
  });

  it("refuses a split smaller than one batch", () => {
    expect(() => new BatchStream(split, 54, 1)).toThrow(DataError);
    expect(() => new BatchStream(split, 54, 1)).toThrow(
      /search-train split has 53 pictures.*batch of 54.*Lower the batch/,
    );
  });
});

describe("ValidationDraws", () => {
  it("draws different pictures of the split for one batch, up to the whole split", () => {
    for (const batchSize of [2, 30, 53]) {
      const draws = new ValidationDraws(split, batchSize, 1, "explainer");
      for (let i = 0; i < 20; i++) {
        const batch = [...draws.at(i)];
        expect(new Set(batch).size).toBe(batchSize);
        expect(batch.every((picture) => split.includes(picture))).toBe(true);
      }
    }
  });

  it("repeats for the same seed and step, and differs between steps, seeds and readers", () => {
    const draw = (seed: number, reader: "explainer" | "audience", step: number) =>
      new ValidationDraws(split, 16, seed, reader).at(step).join();
    expect(draw(1, "explainer", 3)).toBe(draw(1, "explainer", 3));
    const others = [draw(1, "explainer", 3), draw(1, "explainer", 4), draw(2, "explainer", 3), draw(1, "audience", 3)];
    expect(new Set(others).size).toBe(4);
  });

  it("draws every picture about equally often", () => {
    const draws = new ValidationDraws(split, 10, 4, "audience");
    const counts = new Map<number, number>();
    for (let i = 0; i < 2000; i++)
      for (const picture of draws.at(i)) counts.set(picture, (counts.get(picture) ?? 0) + 1);
    // Expected 2000 · 10/53 = 377 of each, standard deviation √(2000 · p · (1 − p)) = 17.5; six of them.
    expect(counts.size).toBe(53);
    for (const count of counts.values()) expect(Math.abs(count - 377)).toBeLessThan(105);
  });

  it("refuses a split smaller than one batch", () => {
    expect(() => new ValidationDraws(split, 54, 1, "audience")).toThrow(/search-validation split has 53 pictures/);
  });
});
