/** Every pair of search method and objective on the CPU. */
import { beforeAll, describe, expect, it } from "vitest";
import type { Engine } from "../src/domain/run";
import { OBJECTIVES, STRATEGIES } from "../src/domain/settings";
import { openEngine } from "../src/engine/gpu/backend";
import { checkPair, PAIRS } from "./pairs";

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine("cpu", undefined, () => Promise.resolve("cpu"));
});

describe("searches on the CPU", () => {
  it("are all that the table of settings names, DARTS with both orders", () => {
    expect(PAIRS).toHaveLength((STRATEGIES.length + 1) * OBJECTIVES.length);
  });

  it.each(PAIRS)("$method with $objective", (pair) => checkPair(engine, pair), 900_000);
});
