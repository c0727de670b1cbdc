/** The stages of a run: each has a network, optimisers and schedules of its own. P-DARTS has three, other strategies one. */
import { type Operations, PRIMITIVES } from "./primitives";
import type { Settings } from "./settings";

/** A stage as the settings have it. */
export interface StageShape {
  /** 0 for the first. */
  readonly index: number;
  /** Iterations of the run before it. */
  readonly begins: number;
  readonly iterations: number;
  readonly layers: number;
  /** Width of its first cells. */
  readonly channels: number;
  readonly operationsPerEdge: number;
  /** Skip dropout at the start; 0 for none. */
  readonly skipDropout: number;
}

/** A stage of a run. */
export interface RunStage extends StageShape {
  /** What its edges mix; null before it begins. */
  readonly operations: Operations | null;
}

/** Stages of a P-DARTS run. */
export const STAGES = 3;

const single = (settings: Settings): Omit<StageShape, "index" | "begins" | "iterations"> => ({
  layers: settings.layers,
  channels: settings.initChannels,
  operationsPerEdge: PRIMITIVES.length,
  skipDropout: 0,
});

const staged = (settings: Settings): readonly Omit<StageShape, "index" | "begins" | "iterations">[] => [
  { ...single(settings), skipDropout: settings.stage1Dropout },
  {
    layers: settings.layers + settings.stage2Layers,
    channels: settings.initChannels + settings.stage2Width,
    operationsPerEdge: settings.stage2Operations,
    skipDropout: settings.stage2Dropout,
  },
  {
    layers: settings.layers + settings.stage3Layers,
    channels: settings.initChannels + settings.stage3Width,
    operationsPerEdge: settings.stage3Operations,
    skipDropout: settings.stage3Dropout,
  },
];

/** Iterations of the whole run. */
export function runIterations({ iterations, epochs }: Settings, iterationsPerEpoch: number): number {
  return iterations > 0 ? iterations : epochs * iterationsPerEpoch;
}

/** The stages of a run, as long as each other: whole epochs, or iterations where the settings count them. */
export function stageShapes(settings: Settings, iterationsPerEpoch: number): readonly StageShape[] {
  const shapes = settings.strategy === "p-darts" ? staged(settings) : [single(settings)];
  const { iterations, epochs } = settings;
  const [total, unit] = iterations > 0 ? [iterations, 1] : [epochs, iterationsPerEpoch];
  const start = (index: number) => Math.floor((index * total) / shapes.length) * unit;
  return shapes.map((shape, index) => ({
    ...shape,
    index,
    begins: start(index),
    iterations: start(index + 1) - start(index),
  }));
}

/** The stage that an iteration belongs to, counted from 0; the last one for those after the end. */
export function stageOf<S extends StageShape>(stages: readonly S[], iteration: number): S | undefined {
  return stages.findLast(({ begins }) => begins <= iteration);
}

/** "Stage 2 of 3: 11 cells, 16 channels, 5 operations on each edge, 391 iterations" */
export function stageText(stage: StageShape, count: number): string {
  const { index, layers, channels, operationsPerEdge, iterations } = stage;
  const size = `${layers} cells, ${channels} channels, ${operationsPerEdge} operations on each edge`;
  return `Stage ${index + 1} of ${count}: ${size}, ${iterations} iterations`;
}

/** What is wrong with the stages of a P-DARTS run, where each setting by itself is right. */
export function stageProblems(settings: Settings): string[] {
  if (settings.strategy !== "p-darts") return [];
  const { iterations, epochs, stage2Operations, stage3Operations } = settings;
  return [
    ...((iterations > 0 ? iterations : epochs) < STAGES
      ? [`P-DARTS needs ${STAGES} ${iterations > 0 ? "iterations" : "epochs"} at least, one for each stage.`]
      : []),
    ...(stage3Operations > stage2Operations
      ? [`Stage 3 cannot have more operations on an edge (${stage3Operations}) than stage 2 (${stage2Operations}).`]
      : []),
  ];
}
