/** Times the iterations of a run before it starts: two steps of each kind in each stage; nothing of them is kept. */
import { dearestOperations, type RunTime } from "../../domain/cost";
import type { Dataset } from "../../domain/dataset";
import type { Engine } from "../../domain/run";
import { checkSettings, type Settings } from "../../domain/settings";
import { type StageShape, stageShapes } from "../../domain/stages";
import type { Preparation } from "../gpu/compile";
import { ScratchArena } from "../gpu/plan";
import { tf } from "../gpu/tensorflow";
import type { VariantTable } from "../gpu/variants";
import { Batches } from "./batches";
import { RunVariants } from "./run-variants";
import { type RunParts, Stage } from "./stage";

export interface MeasureOptions {
  readonly settings: Settings;
  /** Of the settings' picture side. */
  readonly dataset: Dataset;
  readonly engine: Engine;
  readonly variants: VariantTable;
  readonly report: (doing: Preparation) => void;
  /** Asked between two steps. */
  readonly stopped: () => boolean;
}

export interface Measured {
  /** null when it was stopped. */
  readonly time: RunTime | null;
  /** Kernel variants that were found on the way. */
  readonly variants: VariantTable;
}

/** Milliseconds of the second of two steps: the first makes what the others find made. null when stopped. */
async function secondOfTwo(stage: Stage, index: number, stopped: () => boolean): Promise<number | null> {
  await stage.iterate(index);
  if (stopped()) return null;
  const began = performance.now();
  await stage.iterate(index);
  return performance.now() - began;
}

/** @throws OutOfMemoryError */
export async function measureRun(options: MeasureOptions): Promise<Measured> {
  const { settings, dataset, engine, report, stopped } = options;
  checkSettings(settings);
  if (tf.getBackend() !== engine.backend) await tf.setBackend(engine.backend);
  const batches = new Batches(dataset, settings);
  const variants = new RunVariants(options.variants);
  const run: RunParts = { dataset, batches, arena: new ScratchArena(), variants };
  const times: { moves: number; rests: number | null }[] = [];
  try {
    for (const shape of stageShapes(settings, batches.iterationsPerEpoch)) {
      const time = stopped() ? null : await measureStage(run, settings, shape, report, stopped);
      if (!time) return { time: null, variants: variants.called };
      times.push(time);
    }
    return { time: times, variants: variants.called };
  } finally {
    run.arena.dispose();
  }
}

async function measureStage(
  run: RunParts,
  settings: Settings,
  shape: StageShape,
  report: (doing: Preparation) => void,
  stopped: () => boolean,
): Promise<{ moves: number; rests: number | null } | null> {
  const stage = new Stage(run, settings, shape, dearestOperations(shape));
  try {
    // Warm-ups come first, so the last iteration moves the architecture.
    const [first, last] = [shape.begins, shape.begins + shape.iterations - 1];
    await stage.prepare(last, report);
    if (stopped()) return null;
    const moves = await secondOfTwo(stage, last, stopped);
    if (moves === null) return null;
    const rests = stage.rests(first) ? await secondOfTwo(stage, first, stopped) : null;
    return { moves, rests };
  } finally {
    stage.dispose();
  }
}
