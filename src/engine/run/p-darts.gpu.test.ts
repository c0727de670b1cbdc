/** A P-DARTS search through all its stages, on WebGPU. */
import { beforeAll, expect, it } from "vitest";
import { openGpu } from "../../../test/gpu-engine";
import { smallSearch } from "../../../test/small-search";
import type { Engine, PlanSize } from "../../domain/run";
import { engineMemory } from "../gpu/backend";
import { recordingBackend } from "../gpu/step";

let engine: Engine;
beforeAll(async () => {
  engine = await openGpu();
});

it("goes through its stages and releases what each stage held", async () => {
  // The tests before share the device: what TF.js keeps for reuse is not this search's, on either side of it.
  recordingBackend()?.releaseIdle();
  const before = engineMemory();
  const search = await smallSearch(engine, { strategy: "p-darts", objective: "bilevel", iterations: 3 });
  const tensors: number[] = [];
  const planned: number[] = [];
  let largest = 0;
  for (let i = 0; i < 3; i++) {
    const own: PlanSize[] = [];
    await search.prepare((doing) => {
      if (doing.kind === "planned") own.push(doing);
    });
    planned.push(...own.map(({ dispatches }) => dispatches));
    await search.iterate();
    tensors.push(engineMemory().tensors);
    // Nothing is left of the stages before but the arena, where that was larger.
    largest = Math.max(largest, own[0]?.bytes ?? 0);
    const held = engineMemory().bytes - before.bytes;
    expect(held).toBeGreaterThan(0.9 * (own[0]?.bytes ?? Number.NaN));
    expect(held).toBeLessThan(1.1 * largest);
  }
  expect(search.stage).toBe(2);
  // Each stage has a plan of its own.
  expect(new Set(planned).size).toBe(3);
  expect(new Set(tensors).size).toBe(1);
  search.dispose();
  recordingBackend()?.releaseIdle();
  expect(engineMemory()).toEqual(before);
});
