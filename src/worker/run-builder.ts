/** Makes the search of a run ready: pictures, engine, kernel variants, plans. */
import { type Checkpoint, CheckpointError } from "../domain/checkpoint";
import { type CostEstimate, type RunTime, timeOf } from "../domain/cost";
import type { BackendName, Engine, Environment, PlanSize, Progress, Variants } from "../domain/run";
import type { Settings } from "../domain/settings";
import { repeatedVariants, type TuningMemory, type TuningPlace } from "../domain/tuning";
import type { Preparation } from "../engine/gpu/compile";
import { PLAIN } from "../engine/gpu/variants";
import { measureRun } from "../engine/run/measure";
import { Search } from "../engine/run/search";
import type { EngineEvent } from "./api";
import type { CostPlace, Costs } from "./costs";
import type { Engines } from "./engines";
import type { LoadedData } from "./loaded-data";
import { preparationTexts } from "./preparation";

export interface BuilderOptions {
  readonly engines: Engines;
  readonly data: LoadedData;
  readonly costs: Costs;
  readonly tuningMemory: TuningMemory;
  readonly version: string;
  readonly runtime: string;
  readonly post: (event: EngineEvent) => void;
  /** Hears what takes its time. */
  readonly busy: (what: string, progress?: Progress) => void;
}

export class RunBuilder {
  readonly #o: BuilderOptions;
  #shown: Engine | null = null;
  /** Bytes of the plan made last. */
  #planned = 0;

  constructor(options: BuilderOptions) {
    this.#o = options;
  }

  /** The engine that the page was told of. */
  get engine(): Engine | null {
    return this.#shown;
  }

  async showEngine(engine: Engine): Promise<void> {
    const known = this.#shown;
    this.#shown = engine;
    if (known?.backend === engine.backend && known.adapter === engine.adapter) return;
    this.#o.post({ kind: "engine", engine });
    await this.showTuned(engine);
  }

  async showTuned(engine: Engine): Promise<void> {
    const names = Object.values(await this.#o.tuningMemory.recall(this.#place(engine)));
    const changed = names.filter((name) => name !== PLAIN).length;
    this.#o.post({ kind: "tuned", tuned: { calls: names.length, changed } });
  }

  /** A run from its seed. @param repeats where the run that is to be repeated was made */
  async create(settings: Settings, repeats: Environment | null): Promise<Search> {
    const { data, engines, version, runtime } = this.#o;
    const dataset = await data.assemble(settings);
    const engine = await this.#open(() => engines.open(settings.backend));
    const variants = await this.#variants(settings, engine, repeats);
    return Search.create({ settings, dataset, engine, version, runtime, variants });
  }

  /** A run from its checkpoint. @throws CheckpointError when it cannot go on here */
  async restore(checkpoint: Checkpoint): Promise<Search> {
    const { data, engines, version, runtime } = this.#o;
    const { settings, environment } = checkpoint.run;
    const dataset = await data.assemble(settings);
    const engine = await this.#open(() => engines.openFor(environment.backend).catch(refuse(environment.backend)));
    return Search.restore({ dataset, engine, version, runtime }, checkpoint);
  }

  async #open(open: () => Promise<Engine>): Promise<Engine> {
    const engine = await open();
    await this.showEngine(engine);
    this.#o.busy("Building the networks");
    return engine;
  }

  #place({ adapter }: Engine): TuningPlace {
    const { version, runtime } = this.#o;
    return { adapter, version, runtime };
  }

  /** What is known of this adapter; the plain ways alone where tuning is not wanted. */
  async #variants(settings: Settings, engine: Engine, repeats: Environment | null): Promise<Variants> {
    if (engine.backend === "cpu") return {};
    const place = this.#place(engine);
    const known = settings.autotune ? await this.#o.tuningMemory.recall(place) : {};
    return { ...known, ...repeatedVariants(place, repeats) };
  }

  #cost(settings: Settings, engine: Engine): CostPlace {
    return { settings, classes: this.#o.data.classes, place: this.#place(engine) };
  }

  /** What a run would cost; nothing is opened or run. @throws Error without pictures, or when the planning is given up */
  async estimate(settings: Settings): Promise<CostEstimate> {
    const { data, engines, costs } = this.#o;
    if (!data.isThere) throw new Error("There are no pictures yet: choose a data set first.");
    const engine = await engines.described(settings.backend);
    const perEpoch = Math.max(1, Math.floor(data.trainPictures / settings.batchSize));
    return costs.estimate(this.#cost(settings, engine), engine, perEpoch, () => this.#variants(settings, engine, null));
  }

  /** Times the iterations of a run that is not begun. @param stopped asked between two of them @returns null when stopped */
  async measure(settings: Settings, stopped: () => boolean): Promise<RunTime | null> {
    const { data, engines, costs, busy, tuningMemory } = this.#o;
    const dataset = await data.assemble(settings);
    const engine = await this.#open(() => engines.open(settings.backend));
    const cost = this.#cost(settings, engine);
    const tell = preparationTexts(busy);
    let bytes = 0;
    const report = (doing: Preparation) => {
      if (doing.kind === "planned") bytes = Math.max(bytes, doing.bytes);
      tell(doing);
    };
    try {
      const known = await this.#variants(settings, engine, null);
      const { time, variants } = await measureRun({ settings, dataset, engine, variants: known, report, stopped });
      if (engine.backend === "webgpu" && settings.autotune) {
        await tuningMemory.keep(cost.place, variants);
        await this.showTuned(engine);
      }
      if (time) await costs.ran(cost, time, bytes);
      return time;
    } catch (error) {
      await costs.failed(cost, error);
      throw error;
    }
  }

  /** Remembers what a run took so far. */
  async noteRan({ settings, records, stages }: Search): Promise<void> {
    if (!this.#shown) return;
    await this.#o.costs.ran(this.#cost(settings, this.#shown), timeOf(records, stages.length), this.#planned);
  }

  /** Remembers a size that the adapter itself refused. */
  async noteRefused(settings: Settings, error: unknown): Promise<void> {
    if (this.#shown) await this.#o.costs.failed(this.#cost(settings, this.#shown), error);
  }

  /** Plans, tunes and compiles, and remembers what was found. */
  async prepare(search: Search): Promise<void> {
    const { busy, post, tuningMemory } = this.#o;
    const engine = this.#shown;
    if (!engine) throw new Error("No engine is open.");
    const tell = preparationTexts(busy);
    await search.prepare((doing) => {
      if (doing.kind !== "planned") return tell(doing);
      const plan: PlanSize = { bytes: doing.bytes, dispatches: doing.dispatches };
      this.#planned = doing.bytes;
      post({ kind: "planned", plan });
    });
    if (engine.backend === "cpu" || !search.settings.autotune) return;
    await tuningMemory.keep(this.#place(engine), search.variants);
    await this.showTuned(engine);
  }
}

function refuse(backend: BackendName) {
  return (error: unknown): never => {
    const why = error instanceof Error ? error.message : String(error);
    const on = backend === "webgpu" ? "WebGPU" : "the CPU";
    throw new CheckpointError(`The run computes on ${on} and cannot go on now; it stays kept. ${why}`);
  };
}
