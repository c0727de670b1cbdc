/** A pair of each strategy on WebGPU; every pair when Tiny is asked for. */
import { beforeAll, describe, expect, it } from "vitest";
import type { Engine } from "../src/domain/run";
import { methodSettings, OBJECTIVES, STRATEGIES } from "../src/domain/settings";
import { openGpu } from "./gpu-engine";
import { checkPair, PAIRS, TINY } from "./pairs";

let engine: Engine;
beforeAll(async () => {
  engine = await openGpu();
});

// DARTS with an audience is searched by src/engine/run/search.gpu.test.ts.
const ONE_EACH = PAIRS.filter(({ method, objective }, i) => {
  const { strategy } = methodSettings(method);
  return objective === "bilevel" && PAIRS.findIndex((pair) => methodSettings(pair.method).strategy === strategy) === i;
});

const CHOSEN = TINY ? PAIRS : ONE_EACH;

describe("searches on WebGPU", () => {
  it("are one of each strategy, or all that the table of settings names, DARTS with both orders", () => {
    expect(CHOSEN).toHaveLength(TINY ? (STRATEGIES.length + 1) * OBJECTIVES.length : STRATEGIES.length);
  });

  it.each(CHOSEN)("$method with $objective", (pair) => checkPair(engine, pair), 1_800_000);
});
