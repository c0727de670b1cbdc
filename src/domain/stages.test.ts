import { describe, expect, it } from "vitest";
import { presetSettings } from "./presets";
import { parseSettings } from "./settings";
import { stageOf, stageProblems, stageShapes, stageText } from "./stages";

const staged = { strategy: "p-darts", objective: "bilevel" } as const;
const paper = presetSettings("paper", staged);
const lengths = (iterations: number) =>
  stageShapes({ ...paper, iterations }, 10).map(({ begins, iterations: length }) => [begins, length]);

describe("the stages of a run", () => {
  it("are one but for P-DARTS", () => {
    const [only, ...others] = stageShapes(presetSettings("paper", { strategy: "darts" }), 10);
    expect(others).toEqual([]);
    expect(only).toMatchObject({ begins: 0, iterations: 500, layers: 8, operationsPerEdge: 8, skipDropout: 0 });
  });

  it("are those of the code at Paper", () => {
    const shapes = stageShapes(paper, 10);
    expect(shapes.map(({ layers }) => layers)).toEqual([5, 11, 17]);
    expect(shapes.map(({ channels }) => channels)).toEqual([16, 16, 16]);
    expect(shapes.map(({ operationsPerEdge }) => operationsPerEdge)).toEqual([8, 5, 3]);
    expect(shapes.map(({ skipDropout }) => skipDropout)).toEqual([0.1, 0.4, 0.7]);
    expect(lengths(0)).toEqual([
      [0, 250],
      [250, 250],
      [500, 250],
    ]);
  });

  it("share what does not divide by three", () => {
    expect(lengths(3)).toEqual([
      [0, 1],
      [1, 1],
      [2, 1],
    ]);
    expect(lengths(8)).toEqual([
      [0, 2],
      [2, 3],
      [5, 3],
    ]);
  });

  it("are found by the iteration, the last one after the end", () => {
    const shapes = stageShapes({ ...paper, iterations: 8 }, 10);
    expect([0, 1, 2, 4, 5, 8].map((i) => stageOf(shapes, i)?.index)).toEqual([0, 0, 1, 1, 2, 2]);
  });

  it("are named for people", () => {
    const second = stageShapes(paper, 10)[1];
    expect(second && stageText(second, 3)).toBe(
      "Stage 2 of 3: 11 cells, 16 channels, 5 operations on each edge, 250 iterations",
    );
  });

  it("need a length, and operations that do not come back", () => {
    expect(stageProblems(paper)).toEqual([]);
    expect(() => parseSettings({ iterations: 2 }, paper)).toThrow("3 iterations");
    expect(() => parseSettings({ epochs: 2 }, paper)).toThrow("3 epochs");
    expect(() => parseSettings({ stage2Operations: 3, stage3Operations: 5 }, paper)).toThrow("Stage 3");
    expect(() => parseSettings({ stage2Width: 3 }, paper)).toThrow("even");
    expect(parseSettings({ iterations: 2 }, presetSettings("tiny", { strategy: "darts" })).iterations).toBe(2);
  });
});
