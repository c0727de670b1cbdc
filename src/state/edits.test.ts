import { describe, expect, it } from "vitest";
import { presetSettings } from "../domain/presets";
import { changedFromPreset, liveChanges, waiting } from "./edits";

const running = presetSettings("tiny");

describe("an edit of a paused run", () => {
  const wanted = { ...running, momentum: 0.5, initChannels: 8, seed: 3 };
  it("sends what fixes no shape", () => {
    expect(liveChanges(wanted, running)).toEqual({ momentum: 0.5 });
  });
  it("keeps the rest for Reset", () => {
    expect(waiting(wanted, running)).toEqual(["initChannels", "seed"]);
  });
});

it("marks what differs from the preset, apart from method, seed and backend", () => {
  const settings = { ...presetSettings("demo"), seed: 5, objective: "bilevel", backend: "cpu", gamma: 2 } as const;
  expect(changedFromPreset(settings, "demo")).toEqual(["gamma"]);
});
