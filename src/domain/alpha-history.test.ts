import { describe, expect, it } from "vitest";
import {
  type AlphaHistory,
  cellsOf,
  genesOf,
  historyAfter,
  historySince,
  joinHistory,
  keptOperations,
  lastAt,
  MOMENTS,
  momentStride,
  NO_HISTORY,
} from "./alpha-history";
import { type Alphas, deriveGenotype } from "./genotype";
import { historyFits, historyOfFile, historySchema, historyToFile } from "./history-file";
import { CELL_KINDS } from "./primitives";

/** Alphas that tell the iteration, with another leader each `period` iterations. */
function alphasAt(iteration: number, period: number): Alphas {
  const leader = 1 + (Math.floor(iteration / period) % 7);
  const cell = (offset: number) =>
    Float32Array.from({ length: 112 }, (_, i) => (i % 8 === leader ? 1 : 0) + offset + iteration / 2 ** 16);
  return { normal: cell(0), reduce: cell(0.25) };
}

function run(iterations: number, period = 100, from = NO_HISTORY): AlphaHistory {
  let history = from;
  for (let i = from.iteration + 1; i <= iterations; i++) {
    const alphas = alphasAt(i, period);
    history = historyAfter(history, i, { alphas, betas: null, genotype: deriveGenotype(alphas) });
  }
  return history;
}

/** Enough to tell two histories apart, in less time than a comparison of all alphas. */
function summary({ iteration, moments, changes }: AlphaHistory): unknown {
  return [iteration, moments.map((m) => [m.iteration, m.alphas[0]]), changes.map((c) => [c.iteration, c.kept.join()])];
}

describe("the history of alphas", () => {
  it("holds every iteration of a short run and at most so many of a long one, from the start on", () => {
    expect(run(5).moments.map(({ iteration }) => iteration)).toEqual([0, 1, 2, 3, 4, 5]);
    expect([MOMENTS, MOMENTS + 1, 2 * MOMENTS + 1, 10_000].map(momentStride)).toEqual([1, 2, 4, 16]);
    const long = run(MOMENTS * 2 + 7);
    const stride = momentStride(MOMENTS * 2 + 7);
    expect(long.moments.length).toBeLessThanOrEqual(MOMENTS + 1);
    expect(long.moments.map(({ iteration }) => iteration)).toEqual(long.moments.map((_, i) => i * stride));
  });

  it("is the same for a run that went on from any iteration", () => {
    const whole = run(MOMENTS + 20);
    for (const stop of [3, MOMENTS - 1, MOMENTS, MOMENTS + 1]) {
      expect(summary(run(MOMENTS + 20, 100, run(stop)))).toEqual(summary(whole));
    }
  });

  it("keeps every change of the cells, however many moments go", () => {
    const { changes } = run(MOMENTS + 50, 7);
    expect(changes.map(({ iteration }) => iteration)).toEqual(
      Array.from({ length: Math.floor((MOMENTS + 50) / 7) + 1 }, (_, i) => 7 * i),
    );
  });

  it("is the same for who follows it by news at any rate", () => {
    const whole = run(MOMENTS + 20, 7);
    let followed = NO_HISTORY;
    let source = NO_HISTORY;
    for (const to of [0, 1, 40, MOMENTS - 1, MOMENTS + 3, MOMENTS + 20]) {
      source = run(to, 7, source);
      followed = joinHistory(followed, to, historySince(source, followed.iteration));
    }
    expect(summary(followed)).toEqual(summary(whole));
  });

  it("takes the alphas of the moment itself, not of what became of them", () => {
    const alphas = alphasAt(0, 1);
    const before = alphas.reduce.slice();
    const history = historyAfter(NO_HISTORY, 0, { alphas, betas: null, genotype: deriveGenotype(alphas) });
    alphas.reduce.fill(7);
    expect(cellsOf(history.moments[0]?.alphas ?? before).reduce).toEqual(before);
  });

  it("finds the last moment at or before an iteration", () => {
    const all = [0, 4, 8].map((iteration) => ({ iteration }));
    expect([-1, 0, 3, 4, 7, 8, 99].map((at) => lastAt(all, at)?.iteration)).toEqual([undefined, 0, 0, 4, 4, 8, 8]);
  });

  it("gives back the genes that a genotype keeps", () => {
    const genotype = deriveGenotype(alphasAt(3, 1));
    const kept = keptOperations(genotype);
    for (const kind of CELL_KINDS) {
      const byNode = genotype[kind].map(([op, state], i) => `${Math.floor(i / 2)} ${state} ${op}`).sort();
      expect(genesOf(kept, kind).map(([op, state], i) => `${Math.floor(i / 2)} ${state} ${op}`)).toEqual(byNode);
    }
  });
});

describe("the history in a file", () => {
  const betas = { normal: new Float32Array(14).fill(0.5), reduce: new Float32Array(14).fill(-0.5) };
  const alphas = alphasAt(1, 1);
  alphas.reduce[3] = Number.NEGATIVE_INFINITY;
  const small = [0, 1].reduce(
    (history, i) => historyAfter(history, i, { alphas, betas, genotype: deriveGenotype(alphas) }),
    NO_HISTORY,
  );

  it("comes back to the last bit, with betas and operations that are off", () => {
    for (const history of [small, run(50, 7)]) {
      const file = JSON.parse(JSON.stringify(historyToFile(history)));
      const checked = historySchema.parse(file);
      expect(historyFits(checked, history.iteration)).toBe(true);
      expect(historyOfFile(checked, history.iteration)).toEqual(history);
    }
  });

  it("is little endian float32", () => {
    const bytes = Uint8Array.from(atob(historyToFile(small).alphas), (char) => char.charCodeAt(0));
    expect(new DataView(bytes.buffer).getFloat32(4 * (112 + 4), true)).toBe(alphas.reduce[4]);
  });

  it("is refused where it is none", () => {
    const file = historyToFile(small);
    const refused = (change: object) =>
      historySchema.safeParse({ ...file, ...change }).error?.issues[0]?.path.join(".");
    expect(refused({})).toBeUndefined();
    expect(refused({ alphas: "~" })).toBe("alphas");
    expect(refused({ alphas: file.alphas.slice(0, -8) })).toBe("alphas");
    expect(refused({ alphas: btoa("\u0000\u0000\u00c0\u007f".repeat(224)) })).toBe("alphas");
    expect(refused({ betas: file.alphas.slice(0, 16) })).toBe("betas");
    expect(refused({ changes: { ...file.changes, iterations: [1] } })).toBe("changes.iterations");
    expect(refused({ changes: { ...file.changes, kept: btoa("\u0009".repeat(28)) } })).toBe("changes.kept");
    expect(historyFits(file, 2)).toBe(false);
    expect(historyFits({ ...file, changes: { ...file.changes, iterations: [0, 1] } }, 1)).toBe(false);
  });
});
