/** The kept runs as a session uses them: listed for the page, claimed for this tab, taken from the shelf and put back. */
import { type Checkpoint, iterationsOf } from "../domain/checkpoint";
import type { RunLabel } from "../domain/kept-run";
import type { RunFile } from "../domain/run";
import type { Search } from "../engine/run/search";
import type { EngineEvent } from "./api";
import type { Claim, Release } from "./claims";
import { type Beginning, RunKeeper } from "./keeper";
import type { RunMemory } from "./kept-runs";
import { snapshotOfCheckpoint } from "./shown-run";

type ShownRun = Extract<EngineEvent, { kind: "shown-run" }>;

/** A run that is this tab's, and that no engine has taken up. */
export interface ShelvedRun extends Beginning {
  readonly id: string;
  /** What the page is told of it. */
  readonly shown: ShownRun;
}

export function isFinished({ checkpoint }: Beginning): boolean {
  return checkpoint.run.records.length >= iterationsOf(checkpoint);
}

const claimName = (id: string) => `searchlight-run-${id}`;

export class Shelves {
  readonly #claim: Claim;
  readonly #post: (event: EngineEvent) => void;
  #memory: RunMemory | null = null;
  readonly #claimed = new Map<string, Release>();

  constructor(claim: Claim, post: (event: EngineEvent) => void) {
    this.#claim = claim;
    this.#post = post;
  }

  /** @param memory null where no runs can be kept */
  async open(memory: RunMemory | null): Promise<void> {
    this.#memory = memory;
    await this.#show();
  }

  async #show(): Promise<void> {
    const runs = this.#memory && (await this.#memory.list());
    const storage = (await this.#memory?.storage()) ?? { runs: 0, used: null, quota: null };
    this.#post({ kind: "runs", runs, storage });
  }

  #kept(): RunMemory {
    if (!this.#memory) throw new Error("This browser keeps no runs for this page.");
    return this.#memory;
  }

  async change(id: string, label: Partial<RunLabel>): Promise<void> {
    await this.#kept().change(id, label);
    await this.#show();
  }

  /** @throws Error when the run is in another tab */
  async forget(id: string): Promise<void> {
    const memory = this.#kept();
    await this.own(id);
    try {
      await memory.forget(id);
    } finally {
      this.release(id);
    }
    await this.#show();
  }

  read(id: string): Promise<RunFile> {
    return this.#kept().read(id);
  }

  /** A kept run for this tab. @throws Error when it cannot be had */
  async take(id: string): Promise<ShelvedRun> {
    const memory = this.#kept();
    const had = this.#claimed.has(id);
    await this.own(id);
    try {
      return this.hold(id, { checkpoint: await memory.checkpoint(id), isKept: true, problem: null });
    } catch (error) {
      if (!had) this.release(id);
      throw error;
    }
  }

  /**
   * The run that was left last, unless other tabs have them all; a finished one only where none was left later.
   * @throws Error when it cannot be read
   */
  async takeLast(): Promise<ShelvedRun | null> {
    const left = (await this.#memory?.left()) ?? [];
    for (const { id, finished } of left) {
      if (finished && id !== left[0]?.id) continue;
      if (await this.#tryOwn(id)) return this.take(id);
    }
    return null;
  }

  /** That run for this tab; null when it is not kept. @throws Error when it cannot be had */
  async takeIfKept(id: string): Promise<ShelvedRun | null> {
    return (await this.#memory?.has(id)) ? this.take(id) : null;
  }

  /** Writes a run that is not kept as it is; there may be room now. */
  async tryAgain(shelved: ShelvedRun): Promise<ShelvedRun> {
    const { id, checkpoint, isKept } = shelved;
    if (!this.#memory || isKept) return shelved;
    const told = (problem: string | null) => {
      if (problem !== shelved.problem) this.#post({ kind: "keeping", id, problem });
    };
    try {
      await this.#memory.keep(id, checkpoint);
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      told(problem);
      return { ...shelved, problem };
    }
    told(null);
    await this.#show();
    return this.hold(id, { checkpoint, isKept: true, problem: null });
  }

  shown(id: string, { run, ...rest }: Checkpoint): ShownRun {
    const { settings, data } = run;
    return { kind: "shown-run", id, settings, data, snapshot: snapshotOfCheckpoint({ run, ...rest }) };
  }

  hold(id: string, from: Beginning): ShelvedRun {
    return { ...from, id, shown: this.shown(id, from.checkpoint) };
  }

  /** The run is not shown again by itself; what is kept of it stays. */
  async putAside(id: string | undefined): Promise<void> {
    if (id !== undefined) await this.#memory?.putAside(id);
  }

  /** Keeps a run of this tab while it goes. @param from what it goes on from */
  async keeper(search: Search, id: string, from: Beginning | null): Promise<RunKeeper> {
    await this.own(id);
    const tell = (problem: string | null) => this.#post({ kind: "keeping", id, problem });
    return new RunKeeper(search, { id, from, memory: this.#memory, tell, kept: () => this.#show() });
  }

  /** Claims a run for this tab, unless that has been done. @throws Error when another one has it */
  async own(id: string): Promise<void> {
    if (!(await this.#tryOwn(id))) throw new Error("This run is open in another tab or window.");
  }

  async #tryOwn(id: string): Promise<boolean> {
    if (this.#claimed.has(id)) return true;
    const release = await this.#claim(claimName(id));
    if (release) this.#claimed.set(id, release);
    return release !== null;
  }

  release(id: string | undefined): void {
    if (id === undefined) return;
    this.#claimed.get(id)?.();
    this.#claimed.delete(id);
  }
}
