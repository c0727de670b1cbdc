import { expect, it } from "vitest";
import { runName } from "../../domain/kept-run";
import { presetSettings } from "../../domain/presets";
import { nameText, sizeLine } from "./run-text";

it("calls a run by its method and seed until it has a name", () => {
  const settings = { ...presetSettings("demo"), seed: 7 };
  const unnamed = { name: runName(settings), settings };
  expect([nameText(unnamed), sizeLine(unnamed)]).toEqual(["DARTS 1st × LeaSE R18, seed 7", "Demo"]);
  const named = { name: "Best", settings: { ...settings, layers: 5 } };
  expect([nameText(named), sizeLine(named)]).toEqual([
    "Best",
    "DARTS 1st × LeaSE R18, 5 cells, 8 channels, batch 32, 600 iterations",
  ]);
});
