/** What runs cost on an adapter: planned beside the engine, remembered from one visit to the next. */
import {
  type CostEstimate,
  type CostMemory,
  costKey,
  type PlanRequest,
  type RunPlan,
  type RunTime,
  withKnown,
  withRan,
  withRefused,
} from "../domain/cost";
import type { Engine, Variants } from "../domain/run";
import type { Settings } from "../domain/settings";
import type { TuningPlace } from "../domain/tuning";
import { byteBudget, OutOfMemoryError } from "../engine/gpu/memory";

/** Plans runs where that holds up nothing else. One plan at a time: asking again gives up the one before. */
export interface Planner {
  /** @throws Error when it was given up, or cannot be planned */
  plan(request: PlanRequest): Promise<RunPlan>;
  cancel(): void;
}

/** A size of run on an adapter. */
export interface CostPlace {
  readonly settings: Settings;
  readonly classes: number;
  readonly place: TuningPlace;
}

export class Costs {
  constructor(
    private readonly memory: CostMemory,
    private readonly planner: Planner,
  ) {}

  async estimate(
    { settings, classes, place }: CostPlace,
    { backend, webgpu }: Engine,
    iterationsPerEpoch: number,
    variants: () => Promise<Variants>,
  ): Promise<CostEstimate> {
    this.planner.cancel();
    const key = costKey(settings, classes);
    const { known, ran, refused } = await this.memory.recall(place);
    let plan = known[key]?.plan ?? null;
    if (backend === "webgpu" && !plan) {
      plan = await this.planner.plan({ settings, classes, iterationsPerEpoch, variants: await variants() });
      const made = plan;
      await this.memory.change(place, (costs) => withKnown(costs, key, { plan: made }));
    }
    const budget = Number.isFinite(byteBudget()) ? byteBudget() : null;
    const software = webgpu.ok && webgpu.software;
    return { backend, plan, time: known[key]?.time ?? null, ran, refused, budget, software };
  }

  cancel(): void {
    this.planner.cancel();
  }

  /** Remembers what a run took. @param bytes of its largest stage so far, 0 where that is not known */
  async ran({ settings, classes, place }: CostPlace, time: RunTime | null, bytes: number): Promise<void> {
    await this.memory.change(place, (costs) => {
      const more = withRan(costs, bytes);
      return time ? withKnown(more, costKey(settings, classes), { time: [...time] }) : more;
    });
  }

  /** Remembers a size that the adapter itself refused. */
  async failed({ place }: CostPlace, error: unknown): Promise<void> {
    if (!(error instanceof OutOfMemoryError) || error.by !== "device") return;
    await this.memory.change(place, (costs) => withRefused(costs, error.bytes));
  }
}
