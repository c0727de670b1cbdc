import { describe, expect, it } from "vitest";
import { historyAfter, NO_HISTORY } from "../domain/alpha-history";
import { historyToFile } from "../domain/history-file";
import { PRIMITIVES } from "../domain/primitives";
import { CHART_POINTS } from "./decimate";
import { cellsAt, entropyOf, type FileOfCells, readHistory } from "./file-history";
import { snapshotOf } from "./testing";

const rows = (alphas: Float32Array) => Array.from({ length: 14 }, (_, e) => [...alphas.subarray(e * 8, e * 8 + 8)]);

/** A run whose edges all favour another operation at each iteration. */
function fileOf(iterations: number): FileOfCells {
  let history = NO_HISTORY;
  for (let i = 0; i <= iterations; i++) {
    history = historyAfter(history, i, { ...snapshotOf(i, 1 + (i % 7)), betas: null });
  }
  const { alphas, genotype } = snapshotOf(iterations, 1 + (iterations % 7));
  return {
    ...{ iterations, genotype, history: historyToFile(history) },
    alphas: { normal: rows(alphas.normal), reduce: rows(alphas.reduce) },
  };
}

describe("the history of a file", () => {
  const file = fileOf(3);
  const history = readHistory(file);

  it("shows the cells of each moment, and those of the file at the end", () => {
    for (const at of [0, 1, 2, null]) {
      const { alphas, genes } = cellsAt(file, history, at);
      const leader = 1 + (at ?? 3);
      expect(alphas.reduce.indexOf(1)).toBe(leader);
      expect(genes.normal.map(([op]) => op)).toEqual(Array.from({ length: 8 }, () => PRIMITIVES[leader]));
    }
  });

  it("is none for a file without one, whose cells are shown nevertheless", () => {
    const { history: _history, ...old } = file;
    expect(readHistory(old)).toBeNull();
    expect(cellsAt(old, null, null).genes).toEqual(old.genotype);
  });

  it("has entropies from the start to the end, in few points", () => {
    if (!history) throw new Error("The file has a history.");
    expect(entropyOf(file, history).map(({ iteration }) => iteration)).toEqual([0, 1, 2, 3]);
    const long = fileOf(600);
    const points = entropyOf(long, readHistory(long) ?? history);
    expect(points.length).toBeLessThanOrEqual(CHART_POINTS + 1);
    expect(points.at(-1)?.iteration).toBe(600);
    expect(points[0]?.normal).toBeGreaterThan(1.5);
  });
});
