/** Plans runs in a worker of their own: recording a large step takes seconds, in which the engine answers as ever. */
import { type Remote, wrap } from "comlink";
import type { PlanRequest, RunPlan } from "../domain/cost";
import { openEngine } from "../engine/gpu/backend";
import { planRun } from "../engine/run/cost";
import type { Planner } from "./costs";

/** Name of the worker that plans; it runs the engine's own script. */
export const PLANNER = "planner";

/** The planning worker's face. */
export class PlannerWorker {
  /** Opens a device, for its limits and features alone. @throws Error when there is no adapter */
  async plan(request: PlanRequest): Promise<RunPlan> {
    await openEngine("webgpu", navigator.gpu, async () => "webgpu");
    return planRun(request);
  }
}

/** @param start starts the worker */
export function workerPlanner(start: () => Worker): Planner {
  let giveUp: (() => void) | null = null;
  const cancel = () => giveUp?.();
  return {
    cancel,
    plan: async (request) => {
      cancel();
      const worker = start();
      const remote: Remote<PlannerWorker> = wrap<PlannerWorker>(worker);
      try {
        return await new Promise<RunPlan>((done, fail) => {
          giveUp = () => fail(new Error("The planning was given up."));
          worker.addEventListener("error", () => fail(new Error("The planning worker could not be started.")));
          remote.plan(request).then(done, fail);
        });
      } finally {
        giveUp = null;
        worker.terminate();
      }
    },
  };
}
