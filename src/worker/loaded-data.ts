/** The data set in use: how it is read, how the page and a search see it. Knows no run. */
import { readPictures } from "../data/formats/read";
import { cancelled, type FileSource, type ReadOptions } from "../data/formats/source";
import { finishDataset, hashOf, picturesOfClass, summarise } from "../data/load";
import type { RawPictures } from "../data/pictures";
import { BUILT_IN, type BuiltIn, DataError, type DataSummary, type Dataset, type KeptSet } from "../domain/dataset";
import type { Progress, RunFile } from "../domain/run";
import { DATA_SETTINGS, type Settings } from "../domain/settings";
import { nameOf } from "./address";
import type { PathFile } from "./api";
import { augmentPictures } from "./augmented";
import type { SetMemory } from "./kept-sets";
import { BUILT_IN_NAME, type FetchData, fileSource, type PictureSource, readBuiltIn } from "./pictures";
import type { OpenAddress } from "./web-reading";

/** One way to read a data set. */
export interface Reading {
  /** For the line that says what is read. */
  readonly name: string;
  readonly read: (options: ReadOptions) => Promise<PictureSource>;
  /** Under which the set is kept already; null if it is not. */
  readonly keptAs: string | null;
}

/** Rejects as soon as the reading is given up, whatever that waits for. */
function whenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, fail) => {
    signal.addEventListener("abort", () => fail(cancelled()));
  });
}

/** "a.bin", "a.bin and 3 more" */
function titleOf(names: readonly string[]): string {
  const [first = "nothing"] = names;
  return names.length > 1 ? `${first} and ${names.length - 1} more` : first;
}

/** The built-in set that a run was made of, if it was one. */
function builtInOf({ name, source }: RunFile["data"]): BuiltIn | undefined {
  return source === "built in" ? BUILT_IN.find((one) => BUILT_IN_NAME[one] === name) : undefined;
}

export class LoadedData {
  readonly #fetchData: FetchData;
  readonly #openAddress: OpenAddress;
  readonly #tell: (summary: DataSummary) => void;
  readonly #warn: (message: string) => void;
  #pictures: PictureSource | null = null;
  #dataset: Dataset | null = null;
  #summary: DataSummary | null = null;
  /** What the page was told last. */
  #shown = "";
  #kept: SetMemory | null = null;
  /** Ends the reading under way. */
  #reading: AbortController | null = null;

  /**
   * @param tell hears of the set in use, where it shows something else than before
   * @param warn hears what went wrong beside a reading that went well
   */
  constructor(
    fetchData: FetchData,
    openAddress: OpenAddress,
    tell: (summary: DataSummary) => void,
    warn: (message: string) => void,
  ) {
    this.#fetchData = fetchData;
    this.#openAddress = openAddress;
    this.#tell = tell;
    this.#warn = warn;
  }

  /** Of the set as it is seen now; 0 without one. */
  get classes(): number {
    return this.#dataset?.classNames.length ?? 0;
  }

  /** Pictures that train the weights. */
  get trainPictures(): number {
    return this.#dataset?.splits.train.length ?? 0;
  }

  /** SHA-256 of the set as it is seen now; null without one. */
  get hash(): string | null {
    return this.#summary?.hash ?? null;
  }

  get isThere(): boolean {
    return this.#pictures !== null;
  }

  useMemory(memory: SetMemory | null): void {
    this.#kept = memory;
  }

  builtIn(name: BuiltIn): Reading {
    return { name: BUILT_IN_NAME[name], read: () => readBuiltIn(name, this.#fetchData), keptAs: null };
  }

  files(files: readonly PathFile[]): Reading {
    const read = async (options: ReadOptions) => {
      const pictures = await readPictures(files.map(fileSource), options);
      return () => pictures;
    };
    return { name: titleOf(files.map(({ file }) => file.name)), read, keptAs: null };
  }

  /** @param files the addresses of each, to be tried in turn */
  addresses(files: readonly (readonly string[])[]): Reading {
    const read = async (options: ReadOptions) => {
      const sources: FileSource[] = [];
      for (const places of files) sources.push(await this.#openAddress(places, options));
      const pictures = await readPictures(sources, options);
      return () => pictures;
    };
    const names = files.map(([address = ""]) => (URL.canParse(address) ? nameOf(new URL(address)) : address));
    return { name: titleOf(names), read, keptAs: null };
  }

  keptSet(id: string): Reading {
    const read = async () => {
      const pictures = await this.#memory()
        .open(id)
        .catch((error: unknown) => {
          throw error instanceof DataError
            ? error
            : new DataError("This data set is kept no longer. Load its files again.");
        });
      return () => pictures;
    };
    return { name: "the kept data set", read, keptAs: id };
  }

  /** The set that was in use at the last visit, if it is kept. */
  async last(): Promise<Reading | null> {
    const id = await this.#kept?.last();
    return id ? this.keptSet(id) : null;
  }

  /** The set that a run was made of, where it needs no file from the person. */
  async ofRun(data: RunFile["data"]): Promise<Reading | null> {
    const builtIn = builtInOf(data);
    if (builtIn) return this.builtIn(builtIn);
    return (await this.#isKept(data.hash)) ? this.keptSet(data.hash) : null;
  }

  /** Whether the set in use is the one that a run with this seed was made of. */
  async isThatOf({ hash }: RunFile["data"], seed: number): Promise<boolean> {
    return this.#pictures !== null && (await hashOf(this.#pictures(seed))) === hash;
  }

  /** Takes another set; where that fails, the old one stays. */
  async load({ read, keptAs }: Reading, settings: Settings, options: Omit<ReadOptions, "signal">): Promise<void> {
    const reading = new AbortController();
    this.#reading = reading;
    const { signal } = reading;
    const onProgress = (progress: Progress) => {
      // What was given up may go on for a moment, but is not heard of.
      if (!signal.aborted) options.onProgress?.(progress);
    };
    try {
      const pictures = await Promise.race([read({ ...options, onProgress, signal }), whenAborted(signal)]);
      const { hash } = await this.#assemble(pictures, settings);
      this.#pictures = pictures;
      await this.#noteLast(keptAs, hash);
    } finally {
      // Ends what still works for this reading, such as the worker that loads by address.
      reading.abort();
      this.#reading = null;
    }
  }

  /** For the next visit; the set in use is none the worse where that fails. */
  async #noteLast(keptAs: string | null, hash: string): Promise<void> {
    try {
      await this.#kept?.setLast(keptAs ?? ((await this.#isKept(hash)) ? hash : null));
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.#warn(`The next visit will not begin with this data set: that could not be noted. ${why}`);
    }
  }

  async #isKept(hash: string): Promise<boolean> {
    return ((await this.#kept?.list()) ?? []).some(({ id }) => id === hash);
  }

  cancel(): void {
    this.#reading?.abort();
  }

  /** The set as a search with these settings sees it. @throws Error when there is none */
  async assemble(settings: Settings): Promise<Dataset> {
    if (!this.#pictures) throw new Error("There are no pictures yet: choose a data set first.");
    return this.#assemble(this.#pictures, settings);
  }

  async keep({ seed }: Settings): Promise<void> {
    if (!this.#pictures) throw new Error("There are no pictures to keep.");
    const raw = this.#pictures(seed);
    const id = await hashOf(raw);
    await this.#memory().keep(id, raw);
    await this.#memory().setLast(id);
    await this.#forgetOlder(id, raw);
  }

  /** The same pictures under the hash of an earlier definition, as they were kept then. */
  async #forgetOlder(id: string, { name, source }: RawPictures): Promise<void> {
    const memory = this.#memory();
    for (const set of await memory.list()) {
      if (set.id === id || set.name !== name || set.source !== source) continue;
      const other = await memory.open(set.id).catch(() => null);
      if (other && (await hashOf(other)) === id) await memory.forget(set.id);
    }
  }

  async forgetKept(id: string): Promise<void> {
    await this.#memory().forget(id);
    if ((await this.#memory().last()) === id) await this.#memory().setLast(null);
  }

  /** null where none can be kept. */
  async keptSets(): Promise<readonly KeptSet[] | null> {
    return this.#kept && (await this.#kept.list());
  }

  ofClass(label: number, count: number): readonly Uint8Array[] {
    return this.#dataset ? picturesOfClass(this.#dataset, label, count) : [];
  }

  async augmented(settings: Settings, iteration: number): Promise<DataSummary["preview"]> {
    return this.#summary ? augmentPictures(this.#summary, settings, iteration) : [];
  }

  #memory(): SetMemory {
    if (!this.#kept) throw new Error("This browser keeps no files for this page.");
    return this.#kept;
  }

  async #assemble(pictures: PictureSource, settings: Settings): Promise<Dataset> {
    const raw = pictures(settings.seed);
    const dataset = await finishDataset(raw, settings);
    const summary = summarise(dataset, raw);
    this.#dataset = dataset;
    const { source, name, hash, splitSizes, duplicates, classCounts } = summary;
    const asked = DATA_SETTINGS.map((setting) => settings[setting]);
    const shown = JSON.stringify([source, name, hash, splitSizes, duplicates, classCounts, asked]);
    if (shown !== this.#shown || pictures !== this.#pictures) {
      this.#shown = shown;
      this.#summary = summary;
      this.#tell(summary);
    }
    return dataset;
  }
}
