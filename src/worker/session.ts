/** The engine as the page sees it: data, one run, one status. Knows no page and no network: what it needs is handed in. */
import { packBundle, readBundle } from "../data/bundle";
import { readPictures } from "../data/formats/read";
import type { FileSource, ReadOptions } from "../data/formats/source";
import { finishDataset, hashOf, picturesOfClass, summarise } from "../data/load";
import { type CostEstimate, type CostMemory, type RunTime, timeOf } from "../domain/cost";
import { type BuiltIn, DataError, type DataSummary, type Dataset } from "../domain/dataset";
import type { RunLabel } from "../domain/kept-run";
import { presetSettings } from "../domain/presets";
import type {
  Engine,
  Environment,
  Explanation,
  HypergradientComparison,
  Profile,
  Progress,
  RunFile,
  RunStatus,
  Variants,
} from "../domain/run";
import { DATA_SETTINGS, parseSettings, type Settings } from "../domain/settings";
import { repeatedVariants, type TuningMemory, type TuningPlace } from "../domain/tuning";
import { tf } from "../engine/gpu/tensorflow";
import { PLAIN } from "../engine/gpu/variants";
import { measureRun } from "../engine/run/measure";
import { Search } from "../engine/run/search";
import { selfCheck } from "../engine/run/self-check";
import type { EngineApi, EngineEvent, PathFile, SelfCheckResult } from "./api";
import { augmentPictures } from "./augmented";
import { type CostPlace, Costs, type Planner } from "./costs";
import { Engines } from "./engines";
import { RunKeeper } from "./keeper";
import type { RunMemory } from "./kept-runs";
import type { SetMemory } from "./kept-sets";
import { nextTask } from "./next-task";
import { BUILT_IN_NAME, type FetchData, fileSource, type PictureSource, readBuiltIn } from "./pictures";
import { preparationTexts } from "./preparation";
import { Snapshots } from "./snapshots";
import type { OpenAddress } from "./web-reading";

export interface Host {
  /** The runtime's WebGPU, if it has one. */
  readonly gpu: GPU | undefined;
  readonly fetchData: FetchData;
  readonly openAddress: OpenAddress;
  /** Of the product, and of what it runs in: both go into exported files. */
  readonly version: string;
  readonly runtime: string;
  /** Where kernel variants are kept from one run to the next. */
  readonly tuningMemory: TuningMemory;
  /** Where it is kept what runs cost, and who plans them. */
  readonly costMemory: CostMemory;
  readonly planner: Planner;
  /** Where data sets are kept from one visit to the next; null where there is no place. */
  readonly setMemory: () => Promise<SetMemory | null>;
  /** Where runs are kept; null where there is no place. */
  readonly runMemory: () => Promise<RunMemory | null>;
}

interface Run {
  readonly search: Search;
  readonly snapshots: Snapshots;
  /** null where no run can be kept. */
  readonly keeper: RunKeeper | null;
  readonly cost: CostPlace;
}

function isUnderWay({ kind }: RunStatus): boolean {
  return kind === "starting" || kind === "running" || kind === "pausing";
}

/** "a.bin", "a.bin and 3 more" */
function titleOf(names: readonly string[]): string {
  const [first = "nothing"] = names;
  return names.length > 1 ? `${first} and ${names.length - 1} more` : first;
}

/**
 * Calls take their turn in one queue, so that one which comes too early waits instead of failing. `pause` and `exportRun`
 * do not wait; and the iterations are made beside the queue, so that other calls find out that a search is under way.
 */
export class Session implements EngineApi {
  readonly #host: Host;
  readonly #engines: Engines;
  readonly #costs: Costs;
  #listener: (event: EngineEvent) => void = () => undefined;
  #status: RunStatus = { kind: "loading", what: "Starting the engine" };
  #engine: Engine | null = null;
  #pictures: PictureSource | null = null;
  #dataset: Dataset | null = null;
  #summary: DataSummary | null = null;
  /** What the page was told of the data last. */
  #shown = "";
  #kept: SetMemory | null = null;
  #runs: RunMemory | null = null;
  /** Ends the reading under way. */
  #reading: AbortController | null = null;
  /** What the data set is previewed with: those of the page, so that it looks as the search will see it. */
  #settings: Settings = presetSettings("tiny");
  #run: Run | null = null;
  /** The iterations under way. */
  #loop: Promise<void> | null = null;
  #stop = false;
  /** Pictures of a batch that are explained; null for as many as a search does by itself. */
  #explained: number | null = null;
  /** Bytes of the plan made last. */
  #planned = 0;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(host: Host) {
    this.#host = host;
    this.#engines = new Engines(host.gpu, (what) => this.#busy(what));
    this.#costs = new Costs(host.costMemory, host.planner);
  }

  connect(listener: (event: EngineEvent) => void): Promise<void> {
    this.#listener = listener;
    return this.#inTurn(async () => {
      await this.#showEngine(await this.#engines.open("auto"));
      this.#kept = await this.#host.setMemory();
      await this.#showKept();
      this.#runs = await this.#host.runMemory();
      await this.#showRuns();
      this.#setStatus({ kind: "idle" });
    });
  }

  loadBuiltIn(name: BuiltIn): Promise<void> {
    return this.#load(BUILT_IN_NAME[name], () => readBuiltIn(name, this.#host.fetchData), null);
  }

  loadFiles(files: readonly PathFile[]): Promise<void> {
    return this.#load(titleOf(files.map(({ file }) => file.name)), async (options) => {
      const pictures = await readPictures(files.map(fileSource), options);
      return () => pictures;
    });
  }

  loadAddresses(files: readonly (readonly string[])[]): Promise<void> {
    return this.#load(titleOf(files.map(([address = ""]) => address)), async (options) => {
      const sources: FileSource[] = [];
      for (const places of files) sources.push(await this.#host.openAddress(places, options));
      const pictures = await readPictures(sources, options);
      return () => pictures;
    });
  }

  /** Tells the page of an error in the worker that nothing handled. */
  fault(reason: unknown): void {
    const { message, stack } = reason instanceof Error ? reason : new Error(String(reason));
    this.#post({ kind: "fault", fault: { message, stack } });
  }

  async cancelLoading(): Promise<void> {
    this.#reading?.abort();
  }

  async loadLast(): Promise<boolean> {
    const id = await this.#kept?.last();
    if (!id) return false;
    await this.loadKept(id);
    return true;
  }

  loadKept(id: string): Promise<void> {
    return this.#load(
      "the kept data set",
      async () => {
        const pictures = await this.#memory()
          .open(id)
          .catch((error: unknown) => {
            throw error instanceof DataError
              ? error
              : new DataError("This data set is kept no longer. Load its files again.");
          });
        return () => pictures;
      },
      id,
    );
  }

  keep(): Promise<void> {
    return this.#inTurn(async () => {
      if (!this.#pictures) throw new Error("There are no pictures to keep.");
      const raw = this.#pictures(this.#settings.seed);
      const id = await hashOf(raw);
      await this.#memory().keep(id, raw);
      await this.#memory().setLast(id);
      await this.#showKept();
    });
  }

  forgetKept(id: string): Promise<void> {
    return this.#inTurn(async () => {
      await this.#memory().forget(id);
      if ((await this.#memory().last()) === id) await this.#memory().setLast(null);
      await this.#showKept();
    });
  }

  changeRun(id: string, label: Partial<RunLabel>): Promise<void> {
    return this.#inTurn(async () => {
      await this.#keptRuns().change(id, label);
      await this.#showRuns();
    });
  }

  forgetRun(id: string): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#run?.keeper?.id === id) throw new Error("This run is on the page: press Reset first.");
      await this.#keptRuns().forget(id);
      await this.#showRuns();
    });
  }

  /** Waits for no other call: nothing of the engine is asked. */
  async readRun(id: string): Promise<RunFile> {
    return this.#keptRuns().read(id);
  }

  describe(settings: Settings): Promise<void> {
    return this.#inTurn(async () => {
      this.#settings = parseSettings(settings, presetSettings("tiny"));
      if (this.#pictures && !isUnderWay(this.#status) && this.#status.kind !== "paused") {
        await this.#assemble(this.#pictures, this.#settings);
      }
    });
  }

  async classPictures(label: number, count: number): Promise<readonly Uint8Array[]> {
    return this.#dataset ? picturesOfClass(this.#dataset, label, count) : [];
  }

  augmentedPreview(settings: Settings, iteration: number): Promise<DataSummary["preview"]> {
    return this.#inTurn(async () => {
      if (isUnderWay(this.#status)) throw new Error("The engine is at work: press Pause first.");
      return this.#summary ? augmentPictures(this.#summary, settings, iteration) : [];
    });
  }

  explain(count: number): Promise<readonly Explanation[] | null> {
    this.#explained = count;
    if (this.#run) this.#run.search.explained = count;
    return this.#inTurn(async () => (this.#loop === null ? (this.#run?.search.explanations() ?? null) : null));
  }

  async estimate(wanted: Settings): Promise<CostEstimate> {
    const settings = parseSettings(wanted, presetSettings("tiny"));
    const dataset = this.#dataset;
    if (!dataset) throw new Error("There are no pictures yet: choose a data set first.");
    const engine = await this.#engines.described(settings.backend);
    const iterationsPerEpoch = Math.max(1, Math.floor(dataset.splits.train.length / settings.batchSize));
    return this.#costs.estimate(this.#costPlace(settings, engine, dataset), engine, iterationsPerEpoch, () =>
      this.#variants(settings, engine, null),
    );
  }

  measure(wanted: Settings): Promise<RunTime | null> {
    return this.#inTurn(async () => {
      if (this.#status.kind !== "idle") throw new Error("A run is measured before it starts: press Reset first.");
      this.#costs.cancel();
      this.#stop = false;
      this.#setStatus({ kind: "starting", what: "Measuring" });
      try {
        return await this.#measure(parseSettings(wanted, presetSettings("tiny")));
      } finally {
        this.#setStatus({ kind: "idle" });
      }
    });
  }

  search(settings: Settings, repeats: Environment | null = null): Promise<void> {
    return this.#inTurn(() => this.#go(settings, repeats, false));
  }

  step(settings: Settings, repeats: Environment | null = null): Promise<void> {
    return this.#inTurn(async () => {
      await this.#go(settings, repeats, true);
      await this.#loop;
    });
  }

  /** Ends once the iteration under way is done. Without a search it does nothing: the last iteration may have come first. */
  async pause(): Promise<void> {
    if (!isUnderWay(this.#status)) return;
    this.#stop = true;
    if (this.#status.kind === "running") this.#setStatus({ kind: "pausing" });
    await this.#loop;
  }

  reset(): Promise<void> {
    return this.#inTurn(async () => {
      await this.pause();
      this.#forget();
      this.#setStatus({ kind: "idle" });
    });
  }

  change(settings: Partial<Settings>): Promise<void> {
    return this.#inTurn(async () => {
      if (!this.#run || this.#status.kind !== "paused") {
        throw new Error("Settings of a search can be changed while it is paused: press Pause first.");
      }
      for (const change of this.#run.search.change(settings)) this.#post({ kind: "setting-change", change });
    });
  }

  async exportRun(): Promise<RunFile> {
    if (!this.#run || this.#run.search.iteration === 0) {
      throw new Error("There is nothing to export yet: no iteration is finished.");
    }
    return this.#run.search.file();
  }

  async packBundle(run: RunFile | null): Promise<Uint8Array<ArrayBuffer>> {
    return packBundle(run ?? (await this.exportRun()));
  }

  readBundle(file: File): Promise<string | null> {
    return readBundle(fileSource({ path: file.name, file }));
  }

  compareHypergradients(): Promise<HypergradientComparison> {
    return this.#inTurn(() => {
      if (!this.#run || this.#status.kind !== "paused") {
        throw new Error("Hypergradients are compared while a search is paused: press Pause first.");
      }
      return this.#run.search.compareHypergradients();
    });
  }

  profile(): Promise<Profile | null> {
    return this.#inTurn(async () => {
      if (!this.#run || this.#status.kind !== "paused") {
        throw new Error("A search is profiled while it is paused: press Pause first.");
      }
      return this.#run.search.profile();
    });
  }

  forgetTuning(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#host.tuningMemory.forget();
      if (this.#engine) await this.#showTuned(this.#engine);
    });
  }

  selfCheck(report: (result: SelfCheckResult) => void): Promise<void> {
    return this.#inTurn(async () => {
      if (isUnderWay(this.#status)) throw new Error("The check needs the adapter for itself: press Pause first.");
      await this.#engines.open("auto");
      await selfCheck(report);
    });
  }

  #costPlace(settings: Settings, engine: Engine, { classNames }: Dataset): CostPlace {
    return { settings, classes: classNames.length, place: this.#place(engine) };
  }

  async #measure(settings: Settings): Promise<RunTime | null> {
    if (!this.#pictures) throw new Error("There are no pictures yet: choose a data set first.");
    const dataset = await this.#assemble(this.#pictures, settings);
    const engine = await this.#engines.open(settings.backend);
    await this.#showEngine(engine);
    if (tf.getBackend() !== engine.backend) await tf.setBackend(engine.backend);
    const tell = preparationTexts((what, progress) => this.#busy(what, progress));
    const cost = this.#costPlace(settings, engine, dataset);
    let bytes = 0;
    try {
      const { time, variants } = await measureRun({
        settings,
        dataset,
        variants: await this.#variants(settings, engine, null),
        stopped: () => this.#stop,
        report: (doing) => {
          if (doing.kind === "planned") bytes = Math.max(bytes, doing.bytes);
          tell(doing);
        },
      });
      if (engine.backend === "webgpu" && settings.autotune) {
        await this.#host.tuningMemory.keep(cost.place, variants);
        await this.#showTuned(engine);
      }
      if (time) await this.#costs.ran(cost, time, bytes);
      return time;
    } catch (error) {
      await this.#costs.failed(cost, error);
      throw error;
    }
  }

  #post(event: EngineEvent): void {
    this.#listener(event);
  }

  #setStatus(status: RunStatus): void {
    this.#status = status;
    this.#post({ kind: "status", status });
  }

  /** Says what takes its time, in the words of the present status. */
  #busy(what: string, progress?: Progress): void {
    const { kind } = this.#status;
    if (kind === "starting") this.#setStatus({ kind, what, ...(progress && { progress }) });
    else if (kind === "running") this.#setStatus({ kind, preparing: { what, ...(progress && { progress }) } });
    else if (kind === "loading" || kind === "idle") this.#setStatus({ kind: "loading", what });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#queue.then(work);
    // The caller hears of a failure; those behind it go on.
    this.#queue = turn.catch(() => undefined);
    return turn;
  }

  async #showEngine(engine: Engine): Promise<void> {
    const known = this.#engine;
    this.#engine = engine;
    if (known?.backend === engine.backend && known.adapter === engine.adapter) return;
    this.#post({ kind: "engine", engine });
    await this.#showTuned(engine);
  }

  #place({ adapter }: Engine): TuningPlace {
    const { version, runtime } = this.#host;
    return { adapter, version, runtime };
  }

  async #showTuned(engine: Engine): Promise<void> {
    const names = Object.values(await this.#host.tuningMemory.recall(this.#place(engine)));
    const changed = names.filter((name) => name !== PLAIN).length;
    this.#post({ kind: "tuned", tuned: { calls: names.length, changed } });
  }

  #memory(): SetMemory {
    if (!this.#kept) throw new Error("This browser keeps no files for this page.");
    return this.#kept;
  }

  #keptRuns(): RunMemory {
    if (!this.#runs) throw new Error("This browser keeps no runs for this page.");
    return this.#runs;
  }

  async #showRuns(): Promise<void> {
    const runs = this.#runs && (await this.#runs.list());
    const storage = (await this.#runs?.storage()) ?? { runs: 0, used: null, quota: null };
    this.#post({ kind: "runs", runs, storage });
  }

  async #showKept(): Promise<void> {
    this.#post({ kind: "kept", sets: this.#kept ? await this.#kept.list() : null });
  }

  /** @param keptAs under which the set is kept already, if it is */
  #load(
    name: string,
    read: (options: ReadOptions) => Promise<PictureSource>,
    keptAs: string | null = null,
  ): Promise<void> {
    return this.#inTurn(async () => {
      if (isUnderWay(this.#status) || this.#status.kind === "paused") {
        throw new Error("Other data can be loaded when no search is under way: press Reset first.");
      }
      this.#reading = new AbortController();
      const what = `Reading ${name}`;
      this.#busy(what);
      const onProgress = (progress: Progress) => {
        if (this.#status.kind === "loading") this.#setStatus({ kind: "loading", what, progress, cancellable: true });
      };
      try {
        const pictures = await read({ signal: this.#reading.signal, onProgress, breathe: nextTask });
        await this.#assemble(pictures, this.#settings);
        this.#pictures = pictures;
        await this.#kept?.setLast(keptAs);
      } finally {
        this.#reading = null;
        // A finished or failed run stays what it is.
        if (this.#status.kind === "loading") this.#setStatus({ kind: "idle" });
      }
    });
  }

  /** The data set for these settings; the page hears of it where it shows something else than before. */
  async #assemble(pictures: PictureSource, settings: Settings): Promise<Dataset> {
    const raw = pictures(settings.seed);
    const dataset = await finishDataset(raw, settings);
    const summary = summarise(dataset, raw);
    this.#dataset = dataset;
    const { splitSizes, duplicates, classCounts } = summary;
    const asked = DATA_SETTINGS.map((name) => settings[name]);
    const shown = JSON.stringify([
      summary.source,
      summary.name,
      summary.hash,
      splitSizes,
      duplicates,
      classCounts,
      asked,
    ]);
    if (shown !== this.#shown || pictures !== this.#pictures) {
      this.#shown = shown;
      this.#summary = summary;
      this.#post({ kind: "data", summary });
    }
    return dataset;
  }

  /** Starts a run or goes on with the paused one, whose own settings stay. Returns when its iterations have begun. */
  async #go(settings: Settings, repeats: Environment | null, single: boolean): Promise<void> {
    switch (this.#status.kind) {
      case "loading":
      case "idle":
        this.#stop = false;
        this.#run = await this.#start(settings, repeats);
        break;
      case "paused":
        this.#stop = false;
        break;
      case "starting":
      case "running":
      case "pausing":
        throw new Error("A search is under way already.");
      case "finished":
      case "failed":
        throw new Error("This search is over: press Reset first.");
      default:
        return this.#status satisfies never;
    }
    const run = this.#run;
    if (!run) throw new Error("There is no search to go on with: press Reset first.");
    this.#loop = this.#iterate(run, single).finally(() => {
      this.#loop = null;
    });
  }

  async #start(wanted: Settings, repeats: Environment | null): Promise<Run> {
    const before = this.#status;
    this.#costs.cancel();
    this.#setStatus({ kind: "starting", what: "Preparing the pictures" });
    let search: Search | null = null;
    let cost: CostPlace | null = null;
    try {
      const settings = parseSettings(wanted, presetSettings("tiny"));
      if (!this.#pictures) throw new Error("There are no pictures yet: choose a data set first.");
      const dataset = await this.#assemble(this.#pictures, settings);
      const engine = await this.#engines.open(settings.backend);
      await this.#showEngine(engine);
      cost = this.#costPlace(settings, engine, dataset);
      this.#busy("Building the networks");
      const { version, runtime } = this.#host;
      const variants = await this.#variants(settings, engine, repeats);
      search = await Search.create({ settings, dataset, engine, version, runtime, variants });
      search.explained = this.#explained ?? search.explained;
      const snapshots = new Snapshots(search, (snapshot) => this.#post({ kind: "snapshot", snapshot }));
      snapshots.flush();
      await this.#prepare(search, engine);
      this.#settings = settings;
      return { search, snapshots, cost, keeper: this.#keeper(search) };
    } catch (error) {
      search?.dispose();
      if (cost) await this.#costs.failed(cost, error);
      this.#post({ kind: "reset" });
      this.#setStatus(before);
      throw error;
    }
  }

  #keeper(search: Search): RunKeeper | null {
    this.#post({ kind: "keeping", problem: null });
    if (!this.#runs) return null;
    const tell = (problem: string | null) => this.#post({ kind: "keeping", problem });
    return new RunKeeper(this.#runs, search, { tell, kept: () => this.#showRuns() });
  }

  /** What is known of this adapter; the plain ways alone where tuning is not wanted. */
  async #variants(settings: Settings, engine: Engine, repeats: Environment | null): Promise<Variants> {
    if (engine.backend === "cpu") return {};
    const place = this.#place(engine);
    const known = settings.autotune ? await this.#host.tuningMemory.recall(place) : {};
    return { ...known, ...repeatedVariants(place, repeats) };
  }

  /** Plans, tunes and compiles, and remembers what was found. */
  async #prepare(search: Search, engine: Engine): Promise<void> {
    const tell = preparationTexts((what, progress) => this.#busy(what, progress));
    await search.prepare((doing) => {
      if (doing.kind !== "planned") return tell(doing);
      const { bytes, dispatches } = doing;
      this.#planned = bytes;
      this.#post({ kind: "planned", plan: { bytes, dispatches } });
    });
    if (engine.backend === "cpu" || !search.settings.autotune) return;
    await this.#host.tuningMemory.keep(this.#place(engine), search.variants);
    await this.#showTuned(engine);
  }

  /** Makes the next stage of a run ready, where the iteration to come is its first. */
  async #enterStage(search: Search): Promise<void> {
    if (search.stages[search.stage + 1]?.begins !== search.iteration || !this.#engine) return;
    await this.#prepare(search, this.#engine);
    if (this.#status.kind === "running") this.#setStatus({ kind: "running" });
  }

  /** Never rejects: what goes wrong becomes the status. */
  async #iterate({ search, snapshots, cost, keeper }: Run, single: boolean): Promise<void> {
    const over = () => search.iteration >= search.iterations;
    try {
      if (!this.#stop) this.#setStatus({ kind: "running" });
      // An iteration that the device has begun already is made before a pause.
      while ((!this.#stop || search.isAhead) && !over()) {
        await this.#enterStage(search);
        if (this.#stop && !search.isAhead) break;
        await snapshots.iterate(keeper?.isDue || single || this.#stop || search.iteration + 1 >= search.iterations);
        if (single) break;
        if (keeper?.isDue && !search.isAhead) await keeper.write();
        await nextTask();
      }
      snapshots.flush();
      await keeper?.write();
      this.#setStatus({ kind: over() ? "finished" : "paused" });
      await this.#costs.ran(cost, timeOf(search.records, search.stages.length), this.#planned);
    } catch (error) {
      await this.#costs.failed(cost, error);
      snapshots.flush();
      this.#setStatus({ kind: "failed", message: error instanceof Error ? error.message : String(error) });
    }
  }

  #forget(): void {
    this.#run?.search.dispose();
    this.#run = null;
    this.#post({ kind: "reset" });
  }
}
