/** Demo and Small are for the graphics memory of a laptop, with every strategy; docs/presets.md tells what each takes. */
import { beforeAll, expect, it } from "vitest";
import documented from "../../../docs/presets.md?raw";
import { openGpu } from "../../../test/gpu-engine";
import { largestStage, stageBytes } from "../../domain/cost";
import { presetSettings } from "../../domain/presets";
import { methodSettings, type ObjectiveName, type SearchMethod } from "../../domain/settings";
import { planRun } from "./cost";

beforeAll(openGpu);

const GB = 1e9;
/** The most that a preset may take, GB. */
const LIMITS = { demo: 3.2, small: 4 } as const;
const CLASSES = 10;

/** What a run takes, GB; of a run in stages its largest stage. */
function memory(preset: keyof typeof LIMITS, method: SearchMethod, objective: ObjectiveName): number {
  const settings = presetSettings(preset, { ...methodSettings(method), objective });
  const plan = planRun({ settings, classes: CLASSES, iterationsPerEpoch: 100, variants: {} });
  return stageBytes(largestStage(plan).plan) / GB;
}

/** LeaSE R50 takes the most of the objectives; without an audience the second order does. */
it.each<[SearchMethod, ObjectiveName, string]>([
  ["darts-2", "bilevel", "DARTS 2nd order, bilevel"],
  ["darts-2", "lease-r50", "DARTS 2nd order, LeaSE R50"],
  ["pc-darts", "lease-r50", "PC-DARTS, LeaSE R50"],
  ["p-darts", "lease-r50", "P-DARTS, LeaSE R50"],
  ["gdas", "lease-r50", "GDAS, LeaSE R50"],
  ["msg-das", "lease-r50", "MSG-DAS, LeaSE R50"],
])("of %s with %s is within the limits, as documented", (method, objective, name) => {
  const [demo, small] = [memory("demo", method, objective), memory("small", method, objective)];
  expect(demo).toBeLessThanOrEqual(LIMITS.demo);
  expect(small).toBeLessThanOrEqual(LIMITS.small);
  const row = documented.split("\n").find((line) => line.startsWith(`| ${name} |`));
  expect(row).toBe(`| ${name} | ${demo.toFixed(1)} | ${small.toFixed(1)} |`);
});
