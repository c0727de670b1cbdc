/** What a run will take on the device, planned without running it: nothing is allocated, compiled or tuned. WebGPU only. */
import { dearestOperations, type PlanRequest, type RunPlan, type StagePlan } from "../../domain/cost";
import { type StageShape, stageShapes } from "../../domain/stages";
import type { Recording } from "../gpu/recording";
import { type Held, recordingBackend, recordStep, type Tensors } from "../gpu/step";
import { tf } from "../gpu/tensorflow";
import { setVariants } from "../gpu/variants";
import { emptyBatches } from "./batches";
import { emptyTensors, iteration, iterationInputs } from "./iteration";
import { searchedBy } from "./searched";

/** Bytes of the tensors whose names fit. */
function bytesOf({ tensors }: Held<Tensors>, fits: (name: string) => boolean): number {
  return Object.entries(tensors).reduce((sum, [name, { size }]) => sum + (fits(name) ? 4 * size : 0), 0);
}

const ofAudience = (name: string) => name.startsWith("audience");
const isPictures = (name: string) => name === "explainedPictures" || name === "explainedDelta";

function stagePlan({ bytes, dispatches, layout }: Recording, state: Held<Tensors>, inputs: Held<Tensors>): StagePlan {
  const tensors = [...Object.values(state.tensors), ...Object.values(inputs.tensors)];
  return {
    activations: bytes.scratch,
    audience: bytesOf(state, ofAudience),
    weights: bytesOf(state, (name) => !ofAudience(name) && !isPictures(name)),
    rest: bytesOf(state, isPictures) + bytesOf(inputs, () => true) + bytes.constants + bytes.uniforms + bytes.results,
    largest: Math.max(...layout.banks, ...tensors.map(({ size }) => 4 * size)),
    dispatches,
  };
}

function planStage({ settings, classes }: PlanRequest, shape: StageShape): StagePlan {
  const searched = searchedBy(settings, shape, dearestOperations(shape), classes);
  const state = { tensors: emptyTensors(searched, settings) };
  const batches = { tensors: () => emptyBatches(settings, Number(settings.imageSize), classes) };
  const inputs = { tensors: iterationInputs(searched, settings, batches, [0, 0, 0, 1, 1, 1]) };
  try {
    return stagePlan(recordStep(iteration(searched, settings), state, inputs).recording, state, inputs);
  } finally {
    tf.dispose([...Object.values(state.tensors), ...Object.values(inputs.tensors)]);
  }
}

/** The plan of an iteration of each stage. Of later stages the operations are not known: theirs are bounds from above. */
export function planRun(request: PlanRequest): RunPlan {
  const backend = recordingBackend();
  if (!backend) throw new Error("Only WebGPU plans a run.");
  setVariants(request.variants);
  const shapes = stageShapes(request.settings, request.iterationsPerEpoch);
  return {
    stages: shapes.map((shape) => planStage(request, shape)),
    largestBuffer: backend.device.limits.maxBufferSize,
  };
}
