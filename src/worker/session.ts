/** The engine as the page sees it: data, one run, one status. Knows no page and no network: what it needs is handed in. */
import { packBundle, readBundle } from "../data/bundle";
import type { CostEstimate, RunTime } from "../domain/cost";
import type { BuiltIn, DataSummary } from "../domain/dataset";
import type { RunLabel } from "../domain/kept-run";
import { presetSettings } from "../domain/presets";
import type {
  Environment,
  Explanation,
  HypergradientComparison,
  Profile,
  Progress,
  RunFile,
  RunStatus,
} from "../domain/run";
import { runFileText } from "../domain/run-file";
import { parseSettings, type Settings } from "../domain/settings";
import { loseDevice } from "../engine/gpu/backend";
import { selfCheck } from "../engine/run/self-check";
import type { EngineApi, EngineEvent, PathFile, RunWithoutRecords, SelfCheckResult } from "./api";
import { Costs } from "./costs";
import { Engines } from "./engines";
import type { Host } from "./host";
import { withLimited } from "./limited-file";
import { LoadedData, type Reading } from "./loaded-data";
import { nextTask } from "./next-task";
import { fileSource } from "./pictures";
import { inPieces, type ReportRecords } from "./pieces";
import { RunBuilder } from "./run-builder";
import { type Run, RunDriver } from "./run-driver";
import { isFinished, type ShelvedRun, Shelves } from "./shelves";

const OVER = "This search is over: press Reset first.";

function isUnderWay({ kind }: RunStatus): boolean {
  return kind === "starting" || kind === "running" || kind === "pausing";
}

/**
 * Calls take their turn in one queue, so that one which comes too early waits instead of failing. `pause` and `exportRun`
 * do not wait; and the iterations are made beside the queue, so that other calls find out that a search is under way.
 */
export class Session implements EngineApi {
  readonly #host: Host;
  readonly #engines: Engines;
  readonly #costs: Costs;
  readonly #data: LoadedData;
  readonly #builder: RunBuilder;
  readonly #shelves: Shelves;
  readonly #driver: RunDriver;
  #listener: (event: EngineEvent) => unknown = () => undefined;
  #status: RunStatus = { kind: "loading", what: "Starting the engine" };
  /** Those of the page: the data set is previewed with them, so that it looks as the search will see it. */
  #settings: Settings = presetSettings("tiny");
  /** A kept run that is shown while the engine has none. */
  #shelved: ShelvedRun | null = null;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(host: Host) {
    this.#host = host;
    const busy = (what: string, progress?: Progress) => this.#busy(what, progress);
    const post = (event: EngineEvent) => this.#post(event);
    const { gpu, fetchData, openAddress, tuningMemory, backendMemory, version, runtime, claim } = host;
    this.#engines = new Engines(gpu, backendMemory, { version, runtime }, busy);
    const tellData = (summary: DataSummary) => post({ kind: "data", summary });
    this.#data = new LoadedData(fetchData, openAddress, tellData, (message) =>
      post({ kind: "fault", fault: { message } }),
    );
    const [engines, data] = [this.#engines, this.#data];
    this.#costs = new Costs(host.costMemory, host.planner);
    this.#builder = new RunBuilder({ engines, data, costs: this.#costs, tuningMemory, version, runtime, post, busy });
    this.#shelves = new Shelves(claim, post);
    this.#driver = new RunDriver({
      builder: this.#builder,
      shelves: this.#shelves,
      post,
      status: () => this.#status,
      setStatus: (status) => this.#setStatus(status),
      shelve: (shelved) => (shelved ? this.#showShelved(shelved) : this.#showNothing()),
    });
  }

  lifeLock(): Promise<string | null> {
    return this.#host.lifeLock();
  }

  connect(listener: (event: EngineEvent) => void): Promise<void> {
    this.#listener = listener;
    return this.#inTurn(async () => {
      await this.#builder.showEngine(await this.#engines.open("auto"));
      this.#data.useMemory(await this.#host.setMemory());
      await this.#showKept();
      await this.#shelves.open(await this.#host.runMemory());
      this.#setStatus({ kind: "idle" });
    });
  }

  loadBuiltIn(name: BuiltIn): Promise<void> {
    return this.#inTurn(() => this.#load(this.#data.builtIn(name)));
  }

  loadFiles(files: readonly PathFile[]): Promise<void> {
    return this.#inTurn(() => this.#load(this.#data.files(files)));
  }

  loadAddresses(files: readonly (readonly string[])[]): Promise<void> {
    return this.#inTurn(() => this.#load(this.#data.addresses(files)));
  }

  /** Tells the page of an error in the worker that nothing handled. */
  fault(reason: unknown): void {
    const { message, stack } = reason instanceof Error ? reason : new Error(String(reason));
    this.#post({ kind: "fault", fault: { message, stack } });
  }

  async cancelLoading(): Promise<void> {
    this.#data.cancel();
  }

  loadLast(): Promise<boolean> {
    return this.#inTurn(async () => {
      const ofRun = this.#shelved && (await this.#data.ofRun(this.#shelved.checkpoint.run.data));
      const reading = ofRun ?? (await this.#data.last());
      if (reading) await this.#load(reading);
      return reading !== null;
    });
  }

  loadKept(id: string): Promise<void> {
    return this.#inTurn(() => this.#load(this.#data.keptSet(id)));
  }

  keep(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#data.keep(this.#previewed);
      await this.#showKept();
    });
  }

  forgetKept(id: string): Promise<void> {
    return this.#inTurn(async () => {
      await this.#data.forgetKept(id);
      await this.#showKept();
      await this.#keepUnkept();
    });
  }

  showLastRun(): Promise<boolean> {
    return this.#inTurn(() => this.#showKeptRun(() => this.#shelves.takeLast()));
  }

  showRun(id: string): Promise<boolean> {
    return this.#inTurn(() => this.#showKeptRun(() => this.#shelves.takeIfKept(id)));
  }

  resumeRun(id: string): Promise<void> {
    return this.#inTurn(async () => {
      if (isUnderWay(this.#status) || this.#status.kind === "paused") {
        throw new Error("Another run is on the page: press Reset first.");
      }
      if (this.#shownId === id && this.#status.kind === "finished") throw new Error(OVER);
      if (this.#shelved?.id !== id) {
        const shelved = (await this.#heldOf(id)) ?? (await this.#shelves.take(id));
        if (this.#shownId !== id) await this.#shelves.putAside(this.#shownId);
        this.#forget();
        // It may have been the one that was forgotten.
        await this.#shelves.own(id);
        await this.#showShelved(shelved);
      }
      const { data, seed } = (this.#shelved as ShelvedRun).checkpoint.run;
      const reading = (await this.#data.isThatOf(data, seed)) ? null : await this.#data.ofRun(data);
      if (reading) await this.#load(reading);
      await this.#go(this.#settings, null, false);
    });
  }

  changeRun(id: string, label: Partial<RunLabel>): Promise<void> {
    return this.#inTurn(() => this.#shelves.change(id, label));
  }

  forgetRun(id: string): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#shownId === id) {
        throw new Error("This run is on the page: press Reset first.");
      }
      await this.#shelves.forget(id);
      await this.#keepUnkept();
    });
  }

  /** Waits for no other call: nothing of the engine is asked. */
  async readRun(id: string, report: ReportRecords): Promise<RunWithoutRecords> {
    const { records, ...run } = await this.#shelves.read(id);
    await inPieces(records, report);
    return run;
  }

  async keepNow(): Promise<boolean> {
    if (isUnderWay(this.#status)) await this.#driver.keepNow();
    else await this.#inTurn(() => this.#keepUnkept());
    return (this.#driver.run?.keeper ?? this.#shelved)?.problem == null;
  }

  describe(settings: Settings): Promise<void> {
    return this.#inTurn(async () => {
      // The pictures of a run that waits are shown as it saw them.
      if (this.#status.kind === "kept") return;
      this.#settings = parseSettings(settings, presetSettings("tiny"));
      if (this.#data.isThere && !isUnderWay(this.#status) && this.#status.kind !== "paused") {
        await this.#data.assemble(this.#previewed);
      }
    });
  }

  async classPictures(label: number, count: number): Promise<readonly Uint8Array[]> {
    return this.#data.ofClass(label, count);
  }

  augmentedPreview(settings: Settings, iteration: number): Promise<DataSummary["preview"]> {
    return this.#inTurn(async () => {
      if (isUnderWay(this.#status)) throw new Error("The engine is at work: press Pause first.");
      return this.#data.augmented(settings, iteration);
    });
  }

  explain(count: number): Promise<readonly Explanation[] | null> {
    return this.#inTurn(() => this.#driver.explain(count));
  }

  async estimate(wanted: Settings): Promise<CostEstimate> {
    return this.#builder.estimate(parseSettings(wanted, presetSettings("tiny")));
  }

  measure(wanted: Settings): Promise<RunTime | null> {
    return this.#inTurn(async () => {
      if (this.#status.kind !== "idle") throw new Error("A run is measured before it starts: press Reset first.");
      this.#costs.cancel();
      this.#driver.allow();
      this.#setStatus({ kind: "starting", what: "Measuring" });
      try {
        const settings = parseSettings(wanted, presetSettings("tiny"));
        return await this.#builder.measure(settings, () => this.#driver.isStopping);
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
      await this.#driver.iterations;
    });
  }

  /** Ends once the iteration under way is done. Without a search it does nothing: the last iteration may have come first. */
  async pause(): Promise<void> {
    if (isUnderWay(this.#status)) await this.#driver.pause();
  }

  reset(): Promise<void> {
    return this.#inTurn(async () => {
      await this.pause();
      await this.#shelves.putAside(this.#shownId);
      this.#forget();
      this.#setStatus({ kind: "idle" });
    });
  }

  change(settings: Partial<Settings>): Promise<void> {
    return this.#inTurn(async () => {
      const { search, keeper } = this.#paused("Settings of a search can be changed");
      for (const change of search.change(settings)) this.#post({ kind: "setting-change", change });
      // Where the device is lost, the next iteration finds it out, and the run is brought back with its changes.
      await keeper.keep().catch(() => undefined);
    });
  }

  /** Of the run in hand. @throws Error before its first iteration is finished */
  async exportRun(): Promise<RunFile> {
    if (this.#shelved) return this.#shelved.checkpoint.run;
    const search = this.#driver.run?.search;
    if (!search || search.iteration === 0) throw new Error("There is nothing to export yet: no iteration is finished.");
    return search.file();
  }

  /** Written here: the text of a long run takes longer than a page may stand still. */
  async writeRun(id: string | null, maxSkips: number | null): Promise<Blob> {
    const run = id === null ? await this.exportRun() : await this.#shelves.read(id);
    return new Blob([runFileText(maxSkips === null ? run : withLimited(run, maxSkips))], { type: "application/json" });
  }

  async packBundle(run: RunFile | null): Promise<Uint8Array<ArrayBuffer>> {
    return packBundle(run ?? (await this.exportRun()));
  }

  readBundle(file: File): Promise<string | null> {
    return readBundle(fileSource({ path: file.name, file }));
  }

  compareHypergradients(): Promise<HypergradientComparison> {
    return this.#inTurn(() => this.#paused("Hypergradients are compared").search.compareHypergradients());
  }

  profile(): Promise<Profile | null> {
    return this.#inTurn(async () => this.#paused("A search is profiled").search.profile());
  }

  forgetTuning(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#host.tuningMemory.forget();
      await this.#host.backendMemory.forget();
      if (this.#builder.engine) await this.#builder.showTuned(this.#builder.engine);
    });
  }

  selfCheck(report: (result: SelfCheckResult) => void): Promise<void> {
    return this.#inTurn(async () => {
      if (isUnderWay(this.#status)) throw new Error("The check needs the adapter for itself: press Pause first.");
      // A lost device is opened again for the check: what was on it cannot go on.
      await this.#driver.leaveFailedDevice();
      try {
        await this.#engines.open("auto");
      } finally {
        // Opening says what takes its time.
        if (this.#status.kind === "loading") await this.#rest();
      }
      await selfCheck(report);
    });
  }

  /** Waits for no other call: it is for a search that runs. */
  async loseDevice(): Promise<void> {
    loseDevice();
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
    else if (kind === "loading" || kind === "idle" || kind === "kept") this.#setStatus({ kind: "loading", what });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#queue.then(work);
    // The caller hears of a failure; those behind it go on.
    this.#queue = turn.catch(() => undefined);
    return turn;
  }

  async #showKept(): Promise<void> {
    this.#post({ kind: "kept", sets: await this.#data.keptSets() });
  }

  #paused(what: string): Run {
    const { run } = this.#driver;
    if (!run || this.#status.kind !== "paused") throw new Error(`${what} while it is paused: press Pause first.`);
    return run;
  }

  /** Takes a data set. In its turn. */
  async #load(reading: Reading): Promise<void> {
    if (isUnderWay(this.#status) || this.#status.kind === "paused") {
      throw new Error("Other data can be loaded when no search is under way: press Reset first.");
    }
    const what = `Reading ${reading.name}`;
    const tell = (progress?: Progress) =>
      this.#post({ kind: "reading", reading: { what, ...(progress && { progress }) } });
    tell();
    try {
      const before = this.#data.hash;
      await this.#data.load(reading, this.#settings, { onProgress: tell, breathe: nextTask });
      // Other pictures end a run that is over: it is not shown again by itself.
      if (this.#driver.run && this.#data.hash !== before) await this.#shelves.putAside(this.#shownId);
    } finally {
      // The pictures that the run waits for may have come.
      if (this.#status.kind === "kept") await this.#rest();
      // Events and answers come by ways of their own: by the answer the page has heard what it may do now.
      await this.#listener({ kind: "reading", reading: null });
    }
  }

  /** The status while nothing is done. */
  async #rest(): Promise<void> {
    if (!this.#shelved) return this.#setStatus({ kind: "idle" });
    if (isFinished(this.#shelved)) return this.#setStatus({ kind: "finished" });
    const { data, seed } = this.#shelved.checkpoint.run;
    this.#setStatus({ kind: "kept", hasData: await this.#data.isThatOf(data, seed) });
  }

  /** Shows a kept run where the page has none. @returns whether there is one on it now */
  async #showKeptRun(take: () => Promise<ShelvedRun | null>): Promise<boolean> {
    const shelved = this.#status.kind === "idle" ? await take() : this.#shelved;
    if (shelved) await this.#showShelved(shelved);
    return shelved !== null;
  }

  async #showNothing(): Promise<void> {
    this.#post({ kind: "reset" });
    this.#setStatus({ kind: "idle" });
  }

  /** Writes what of the run on the page has found no room: there may be some now. */
  async #keepUnkept(): Promise<void> {
    if (this.#shelved) this.#shelved = await this.#shelves.tryAgain(this.#shelved);
    else await this.#driver.keepNow();
  }

  /** Shows a kept run in the place of any other. */
  async #showShelved(shelved: ShelvedRun): Promise<void> {
    this.#shelved = shelved;
    this.#settings = shelved.checkpoint.run.settings;
    this.#post(shelved.shown);
    this.#post({ kind: "keeping", id: shelved.id, problem: shelved.problem });
    await this.#rest();
  }

  /** Where that run is the one that has failed here: what is known of it may be more than is kept. */
  async #heldOf(id: string): Promise<ShelvedRun | null> {
    const keeper = this.#driver.run?.keeper;
    const latest = keeper?.id === id ? await keeper.latest() : null;
    return latest && this.#shelves.hold(id, latest);
  }

  /** Starts a run or goes on with the paused one, whose own settings stay. Returns when its iterations have begun. */
  async #go(settings: Settings, repeats: Environment | null, single: boolean): Promise<void> {
    switch (this.#status.kind) {
      case "loading":
      case "idle":
        await this.#begin(settings, repeats);
        break;
      case "kept":
        await this.#takeUp(this.#shelved as ShelvedRun);
        break;
      case "paused":
        this.#driver.allow();
        break;
      case "starting":
      case "running":
      case "pausing":
        throw new Error("A search is under way already.");
      case "finished":
      case "failed":
        throw new Error(OVER);
      default:
        return this.#status satisfies never;
    }
    this.#driver.go(single);
    // Told to pause while it was made ready: it makes none, and is paused when this returns.
    if (this.#driver.isStopping) await this.#driver.iterations;
  }

  async #begin(wanted: Settings, repeats: Environment | null): Promise<void> {
    const before = this.#status;
    this.#costs.cancel();
    this.#setStatus({ kind: "starting", what: "Preparing the pictures" });
    try {
      const settings = parseSettings(wanted, presetSettings("tiny"));
      await this.#driver.begin(settings, repeats);
      this.#settings = settings;
    } catch (error) {
      this.#post({ kind: "reset" });
      this.#setStatus(before);
      throw error;
    }
  }

  async #takeUp(shelved: ShelvedRun): Promise<void> {
    this.#costs.cancel();
    this.#setStatus({ kind: "starting", what: "Restoring the run" });
    try {
      await this.#driver.resume(shelved);
      this.#shelved = null;
    } catch (error) {
      await this.#rest();
      throw error;
    }
  }

  /** The pictures of the run on the page stay its own: a set that is drawn from the seed is drawn anew when that run is gone. */
  get #previewed(): Settings {
    const search = this.#driver.run?.search;
    const kept = this.#shelved?.checkpoint.run;
    const seed = search?.settings.seed ?? kept?.seed;
    const hash = search?.dataHash ?? kept?.data.hash;
    return seed !== undefined && hash === this.#data.hash ? { ...this.#settings, seed } : this.#settings;
  }

  /** Of the run on the page. */
  get #shownId(): string | undefined {
    return this.#driver.run?.keeper.id ?? this.#shelved?.id;
  }

  #forget(): void {
    this.#shelves.release(this.#shownId);
    this.#driver.drop();
    this.#shelved = null;
    this.#post({ kind: "reset" });
  }
}
