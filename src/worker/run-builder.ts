/** Makes the search of a run ready: pictures, engine, kernel variants, plans. */
import { type Checkpoint, CheckpointError } from "../domain/checkpoint";
import type { BackendName, Engine, Environment, PlanSize, Progress, Variants } from "../domain/run";
import type { Settings } from "../domain/settings";
import { repeatedVariants, type TuningMemory, type TuningPlace } from "../domain/tuning";
import { PLAIN } from "../engine/gpu/variants";
import { Search } from "../engine/run/search";
import type { EngineEvent } from "./api";
import type { Engines } from "./engines";
import type { LoadedData } from "./loaded-data";
import { preparationTexts } from "./preparation";

export interface BuilderOptions {
  readonly engines: Engines;
  readonly data: LoadedData;
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

  /** Plans, tunes and compiles, and remembers what was found. */
  async prepare(search: Search): Promise<void> {
    const { busy, post, tuningMemory } = this.#o;
    const engine = this.#shown;
    if (!engine) throw new Error("No engine is open.");
    const tell = preparationTexts(busy);
    await search.prepare((doing) => {
      if (doing.kind !== "planned") return tell(doing);
      const plan: PlanSize = { bytes: doing.bytes, dispatches: doing.dispatches };
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
