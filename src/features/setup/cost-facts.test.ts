import { describe, expect, it } from "vitest";
import { presetSettings } from "../../domain/presets";
import { partsText } from "../texts";
import { advice, costFacts, segments } from "./cost-facts";

const plan = { activations: 1.02e9, audience: 2.6e8, weights: 1.4e8, rest: 0, largest: 1e9, dispatches: 9 };
const shares = (limit: number) => segments(plan, limit).reduce((sum, { share }) => sum + share, 0);

describe("segments", () => {
  it("fills the bar up to the limit, and no further than its end", () => {
    expect(shares(4e9)).toBeCloseTo(1.42 / 4, 12);
    expect(shares(1e9)).toBeCloseTo(1, 12);
  });
});

it("writes the parts in one unit and leaves out what is not there", () => {
  expect(partsText(plan)).toBe("activations 1.02, audience 0.26, weights 0.14 GB");
});

describe("advice", () => {
  const settings = { ...presetSettings("small"), batchSize: 64 };
  it("names the batch that would fit", () => {
    expect(advice(settings, 2e9, 1e9)).toContain("Lower the batch from 64 to about 32.");
  });
  it("names only what the search has", () => {
    const bilevel = { ...settings, objective: "bilevel", order: "1" } as const;
    expect(advice(bilevel, 2e9, 1e9).join()).not.toContain("Hypergradient");
    expect(advice({ ...settings, strategy: "msg-das", sideBySide: true }, 2e9, 1e9)[0]).toContain("Side by side");
  });
});

describe("costFacts", () => {
  const estimate = { backend: "webgpu", ran: 0, refused: null, budget: null, software: false } as const;
  it("shows memory and time, and advises where it is tight", () => {
    const facts = costFacts(
      { ...estimate, plan: { stages: [plan], largestBuffer: 1.5e9 }, time: [{ moves: 500, rests: null }] },
      presetSettings("demo"),
      10,
    );
    expect(facts).toMatchObject({ needed: 1.42e9, each: 500, total: 300_000, stage: null, verdict: { fit: "tight" } });
    expect(facts.advice.length).toBeGreaterThan(0);
  });
  it("says which stage of a run takes most", () => {
    const small = { ...plan, activations: 1 };
    const settings = presetSettings("demo", { strategy: "p-darts" });
    const facts = costFacts(
      { ...estimate, plan: { stages: [small, small, plan], largestBuffer: 4e9 }, time: null },
      settings,
      10,
    );
    expect(facts).toMatchObject({ stage: { index: 2, count: 3 }, needed: 1.42e9, total: null, advice: [] });
  });
});
