/** Whole searches on the CPU reference. */
import { beforeAll, describe, expect, it } from "vitest";
import { repeatable, smallSearch } from "../../../test/small-search";
import { cellsOf } from "../../domain/alpha-history";
import { historyOfFile } from "../../domain/history-file";
import type { Engine, Explanation } from "../../domain/run";
import { runFileSchema } from "../../domain/run";
import { type Settings, STRATEGIES } from "../../domain/settings";
import { openEngine } from "../gpu/backend";
import { tf } from "../gpu/tensorflow";
import type { Search } from "./search";

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine("cpu", undefined, () => Promise.resolve("cpu"));
});

async function iterate(search: Search, count: number): Promise<void> {
  for (let i = 0; i < count; i++) await search.iterate();
}

/** The methods and objectives by themselves: test/pairs.test.ts. */
const VARIANTS: readonly Partial<Settings>[] = [
  { objective: "bilevel", order: "2", hypergradient: "finite-difference" },
  { objective: "lease-r18", order: "2", audienceOnly: true, audiencePath: "indirect", deltaStep: "fixed" },
  { objective: "lease-r18", hypergradient: "finite-difference", audiencePath: "direct", weighting: "magnitude" },
];

describe.each(VARIANTS)("a search with %o", (settings) => {
  it("moves weights and alphas, repeats with its seed to the last bit and differs with another", async () => {
    const files: string[] = [];
    for (const seed of [1, 1, 2]) {
      const search = await smallSearch(engine, { ...settings, seed });
      const start = search.alphas.normal.slice();
      await iterate(search, 2);
      expect(search.alphas.normal).not.toEqual(start);
      files.push(await repeatable(search));
      const file = await search.file();
      const history = file.history && historyOfFile(file.history, file.iterations);
      expect(history?.moments.map(({ iteration }) => iteration)).toEqual([0, 1, 2]);
      expect(cellsOf(history?.moments[0]?.alphas ?? start).normal).toEqual(start);
      expect(cellsOf(history?.moments[2]?.alphas ?? start)).toEqual(search.alphas);
      expect(runFileSchema.safeParse(JSON.parse(JSON.stringify(file))).error).toBeUndefined();
      const numbers = file.records.flatMap((record) => Object.values(record)).filter((v) => typeof v === "number");
      expect(numbers.every(Number.isFinite)).toBe(true);
      expect(file.records[0]?.audienceTrainLoss === null).toBe(settings.objective === "bilevel");
      search.dispose();
    }
    expect(files[1]).toBe(files[0]);
    expect(files[2]).not.toBe(files[0]);
  });
});

describe("LeaSE at second order", () => {
  it.each(STRATEGIES)("moves the alphas otherwise than at first order (%s)", async (strategy) => {
    const record = async (order: Settings["order"]) => {
      const search = await smallSearch(engine, { strategy, order, objective: "lease-r18", alphaWarmUp: 0 });
      const first = await search.iterate();
      search.dispose();
      return first;
    };
    const [first, second] = [await record("1"), await record("2")];
    expect(second.explainerTrainLoss).toBe(first.explainerTrainLoss);
    const ratio = (second.hypergradientNorm ?? Number.NaN) / (first.hypergradientNorm ?? Number.NaN);
    expect(Math.abs(ratio - 1)).toBeGreaterThan(1e-5);
    // The audience's term is told apart from the explainer's own only where that has one order.
    expect(first.audienceTermNorm).toBeGreaterThan(0);
    expect(second.audienceTermNorm).toBeNull();
  });
});

describe("a search", () => {
  it("holds as many tensors and bytes after 50 iterations as after 5", async () => {
    const before = tf.memory().numTensors;
    const search = await smallSearch(engine, { batchSize: 2 });
    const held = async (count: number) => {
      await iterate(search, count);
      return { tensors: tf.memory().numTensors, bytes: tf.memory().numBytes };
    };
    const after5 = await held(5);
    expect(await held(45)).toEqual(after5);
    search.dispose();
    expect(tf.memory().numTensors).toBe(before);
  }, 180_000);

  it("makes the δ step three times as large as the noise", async () => {
    const search = await smallSearch(engine);
    expect((await search.iterate()).deltaStepRatio).toBeCloseTo(3, 4);
    search.dispose();
  });

  it("shows explained pictures when asked", async () => {
    const search = await smallSearch(engine);
    let shown: readonly Explanation[] = [];
    await search.iterate((explanations) => {
      shown = explanations;
    });
    expect(shown).toHaveLength(2);
    for (const { size, image, magnitude, product, explainerClean, audience } of shown) {
      expect([image.length, magnitude.length, product.length]).toEqual([size * size * 3, size * size, size * size * 3]);
      expect(Math.max(...magnitude)).toBe(255);
      expect(explainerClean).toBeGreaterThan(0);
      expect(audience).toBeLessThan(1);
    }
    search.dispose();
  });

  it("compares the exact hypergradient with the finite difference and changes nothing", async () => {
    const [search, undisturbed] = [await smallSearch(engine), await smallSearch(engine)];
    const { cosine, exactNorm, finiteDifferenceNorm } = await search.compareHypergradients();
    expect(Math.abs(cosine)).toBeLessThanOrEqual(1);
    expect(Math.min(exactNorm, finiteDifferenceNorm)).toBeGreaterThan(0);
    expect(exactNorm).not.toBe(finiteDifferenceNorm);
    await iterate(search, 1);
    await iterate(undisturbed, 1);
    expect(await repeatable(search)).toBe(await repeatable(undisturbed));
    search.dispose();
    undisturbed.dispose();
    const first = await smallSearch(engine, { objective: "bilevel" });
    await expect(first.compareHypergradients()).rejects.toThrow("no second derivative");
    first.dispose();
  });

  it("stops with a clear message when the numbers are not finite, and keeps the last good alphas", async () => {
    const search = await smallSearch(engine, {
      objective: "bilevel",
      learningRate: 10,
      weightDecay: 1,
      gradientClip: 1e6,
    });
    await expect(iterate(search, 60)).rejects.toThrow("not finite");
    expect(search.alphas.normal.every(Number.isFinite)).toBe(true);
    search.dispose();
  });

  it("draws by changed switches as if they had been so from the start, where their schedules begin at nothing", async () => {
    const shared = {
      strategy: "msg-das",
      objective: "bilevel",
      iterations: 3,
      guidanceMax: 1,
      dropBlockShare: 0.5,
    } as const;
    const changes = { guidance: true, dropBlock: true, dropBlockSize: 2 };
    /** The second iteration, before which some switches change. */
    const second = async (start: Partial<Settings>, change: Partial<Settings>) => {
      const search = await smallSearch(engine, { ...shared, ...start });
      await search.iterate();
      search.change(change);
      const { milliseconds: _milliseconds, ...record } = await search.iterate();
      const after = { record, alphas: search.alphas };
      search.dispose();
      return after;
    };
    const before = { guidance: false, dropBlock: false, dropBlockSize: 1 };
    const wanted = await second(changes, {});
    expect(wanted.record.schedules).toMatchObject({ lambda: 0.5, dropBlock: 0.2 });
    expect(await second(before, changes)).toEqual(wanted);
    // Each of them counts.
    for (const left of ["guidance", "dropBlock", "dropBlockSize"] as const) {
      const { record } = await second(before, { ...changes, [left]: before[left] });
      expect(record.explainerValidationLoss, left).not.toBe(wanted.record.explainerValidationLoss);
    }
  });

  it("takes a change of rate from the next iteration on and logs it, and refuses a change of shape", async () => {
    const search = await smallSearch(engine, { objective: "bilevel" });
    await search.iterate();
    expect(search.change({ learningRate: 0.5, schedule: "iteration" })).toEqual([
      { iteration: 1, name: "learningRate", from: 0.1, to: 0.5 },
    ]);
    expect((await search.iterate()).learningRate).toBeGreaterThan(0.4);
    expect(() => search.change({ layers: 5 })).toThrow("Cells");
    expect(search.settings.layers).toBe(3);
    expect((await search.file()).settingChanges).toHaveLength(1);
    search.dispose();
  });
});
