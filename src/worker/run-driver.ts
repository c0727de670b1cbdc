/** The run under way: begun or resumed, iterated, kept, and brought back when its device is lost. */
import { messageOf } from "../domain/error-message";
import type { Environment, Explanation, RunStatus } from "../domain/run";
import type { Settings } from "../domain/settings";
import { deviceIsLost, engineFailure } from "../engine/gpu/backend";
import type { Search } from "../engine/run/search";
import type { EngineEvent } from "./api";
import type { Beginning, RunKeeper } from "./keeper";
import { newId } from "./new-id";
import { nextTask } from "./next-task";
import { Recoveries } from "./recoveries";
import type { RunBuilder } from "./run-builder";
import { isFinished, type ShelvedRun, type Shelves } from "./shelves";
import { Snapshots } from "./snapshots";

export interface Run {
  readonly search: Search;
  readonly snapshots: Snapshots;
  readonly keeper: RunKeeper;
}

interface DriverOptions {
  readonly builder: RunBuilder;
  readonly shelves: Shelves;
  readonly post: (event: EngineEvent) => void;
  readonly status: () => RunStatus;
  readonly setStatus: (status: RunStatus) => void;
  /** Takes a run back that has no device any more; null for one that has not begun. */
  readonly shelve: (run: ShelvedRun | null) => Promise<void>;
}

export class RunDriver {
  readonly #o: DriverOptions;
  readonly #recoveries = new Recoveries();
  #run: Run | null = null;
  /** Where the run was made that this one repeats. */
  #repeats: Environment | null = null;
  /** The iterations under way. */
  #loop: Promise<void> | null = null;
  #stop = false;
  /** Pictures of a batch that are explained; null for as many as a search does by itself. */
  #explained: number | null = null;

  constructor(options: DriverOptions) {
    this.#o = options;
  }

  /** Whether a pause was asked for. */
  get isStopping(): boolean {
    return this.#stop;
  }

  /**
   * From now on so many pictures of a batch are explained.
   * @returns those of a run that stands still; null where there are none, or the next snapshot brings them
   */
  async explain(count: number): Promise<readonly Explanation[] | null> {
    this.#explained = count;
    if (this.#run) this.#run.search.explained = count;
    return this.#loop === null ? ((await this.#run?.search.explanations()) ?? null) : null;
  }

  get run(): Run | null {
    return this.#run;
  }

  /** Ends when the iterations do. */
  get iterations(): Promise<void> {
    return this.#loop ?? Promise.resolve();
  }

  /** Begins a run from its seed. */
  async begin(settings: Settings, repeats: Environment | null): Promise<void> {
    this.#stop = false;
    this.#repeats = repeats;
    this.#run = await this.#build(() => this.#o.builder.create(settings, repeats), newId(), null);
  }

  /** Takes up a kept run. */
  async resume({ id, ...from }: ShelvedRun): Promise<void> {
    this.#stop = false;
    this.#run = await this.#build(() => this.#o.builder.restore(from.checkpoint), id, from);
    const { earlier, iteration: reached } = this.#run.search;
    const before = earlier.at(-1);
    if (before?.iterations !== reached) return;
    const message = `${before.adapter}, ${before.runtime}, version ${before.version}`;
    this.#o.post({ kind: "incident", what: "moved", message, from: reached, reached });
  }

  async #build(make: () => Promise<Search>, id: string, from: Beginning | null): Promise<Run> {
    const { post, builder, shelves } = this.#o;
    const search = await make();
    try {
      search.explained = this.#explained ?? search.explained;
      const snapshots = new Snapshots(search, (snapshot) => post({ kind: "snapshot", snapshot }));
      snapshots.flush();
      await builder.prepare(search);
      return { search, snapshots, keeper: await shelves.keeper(search, id, from) };
    } catch (error) {
      await builder.noteRefused(search.settings, error);
      search.dispose();
      throw error;
    }
  }

  /** Makes iterations, beside whatever else is asked. @param single one alone */
  go(single: boolean): void {
    const run = this.#run;
    if (!run) throw new Error("There is no search to go on with: press Reset first.");
    const loop: Promise<void> = this.#iterate(run, single).finally(() => {
      // Another one may have begun meanwhile.
      if (this.#loop === loop) this.#loop = null;
    });
    this.#loop = loop;
  }

  /** Writes what is not kept of the run: at once while it stands still, else after the iteration under way. */
  async keepNow(): Promise<void> {
    if (this.#loop !== null) this.#run?.keeper.ask();
    else await this.#run?.keeper.tryAgain();
  }

  /** Lays a run that stands still aside where its device has failed: the engine is about to open another one. */
  async leaveFailedDevice(): Promise<void> {
    const failure = engineFailure();
    if (!this.#run || failure === null) return;
    const { search, keeper } = this.#run;
    const latest = await keeper.latest();
    const from = latest?.checkpoint.run.records.length ?? null;
    const finished = latest !== null && isFinished(latest);
    this.drop();
    this.#o.post({
      kind: "incident",
      what: "device-lost",
      message: failure,
      from,
      reached: search.iteration,
      finished,
    });
    await this.#o.shelve(latest && this.#o.shelves.hold(keeper.id, latest));
  }

  /** Lets the iterations to come begin: no pause is asked for any more. */
  allow(): void {
    this.#stop = false;
  }

  /** Ends once the iteration under way is done. */
  async pause(): Promise<void> {
    this.#stop = true;
    if (this.#o.status().kind === "running") this.#o.setStatus({ kind: "pausing" });
    await this.#loop;
  }

  /** Releases the run. */
  drop(): void {
    this.#run?.search.dispose();
    this.#run = null;
  }

  /** Makes the next stage of a run ready, where the iteration to come is its first. */
  async #enterStage({ search, keeper }: Run): Promise<void> {
    if (search.stages[search.stage + 1]?.begins !== search.iteration) return;
    await this.#o.builder.prepare(search);
    // With the kernels that were chosen for it: they may not be chosen again.
    await keeper.keep();
    if (this.#o.status().kind === "running") this.#o.setStatus({ kind: "running" });
  }

  /** Never rejects: what goes wrong becomes the status. */
  async #iterate(run: Run, single: boolean): Promise<void> {
    const { setStatus } = this.#o;
    const { search, snapshots, keeper } = run;
    const over = () => search.iteration >= search.iterations;
    try {
      if (!this.#stop) setStatus({ kind: "running" });
      // An iteration that the device has begun already is made before a pause.
      while ((!this.#stop || search.isAhead) && !over()) {
        await this.#enterStage(run);
        if (this.#stop && !search.isAhead) break;
        const due = keeper.isDue;
        await snapshots.iterate(due || single || this.#stop || search.iteration + 1 >= search.iterations);
        if (single) break;
        if ((due || keeper.isDue) && !search.isAhead) await keeper.keep();
        await nextTask();
      }
      snapshots.flush();
      await keeper.keep();
      await this.#o.builder.noteRan(search);
      // Last, as a person may press Resume from here on.
      setStatus({ kind: over() ? "finished" : "paused" });
    } catch (error) {
      await this.#o.builder.noteRefused(search.settings, error);
      snapshots.flush();
      if (await deviceIsLost()) await this.#recover(run, single, messageOf(error));
      else setStatus({ kind: "failed", message: messageOf(error) });
    }
  }

  /** Opens a lost device again and goes on from the last checkpoint. Never rejects. */
  async #recover({ search, keeper }: Run, single: boolean, why: string): Promise<void> {
    const { builder, shelves, post, setStatus } = this.#o;
    const { id } = keeper;
    const { settings, iteration: reached } = search;
    let latest: Beginning | null = null;
    this.drop();
    try {
      latest = await keeper.latest();
      this.#recoveries.note(reached);
      if (!this.#stop) setStatus({ kind: "running", preparing: { what: "Opening the graphics device again" } });
      const from = latest;
      const make = () => (from ? builder.restore(from.checkpoint) : builder.create(settings, this.#repeats));
      if (from) post(shelves.shown(id, from.checkpoint));
      const run = await this.#build(make, id, from);
      this.#run = run;
      post({ kind: "incident", what: "device-lost", message: why, from: run.search.iteration, reached });
      // A single step is one after those that were made again.
      while (single && run.search.iteration < reached) await run.snapshots.iterate(true);
      await this.#iterate(run, single);
    } catch (error) {
      post({ kind: "incident", what: "not-recovered", message: `${why} ${messageOf(error)}`, from: null, reached });
      if (latest) await this.#o.shelve(shelves.hold(id, latest));
      else setStatus({ kind: "failed", message: messageOf(error) });
    }
  }
}
