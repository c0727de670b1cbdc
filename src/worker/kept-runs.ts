/**
 * Keeps runs in the browser's database. What belongs to one moment of a run is written together or not at all, so that a
 * tab that dies while it writes leaves the moment before. Records only ever grow: each writing adds those that are new.
 */
import { packCheckpoint, unpackCheckpoint } from "../data/checkpoint";
import { type Checkpoint, iterationsOf } from "../domain/checkpoint";
import { type KeptRun, type RunLabel, type RunStorage, runName, StorageFullError } from "../domain/kept-run";
import { recentMean } from "../domain/recent-mean";
import type { IterationRecord, RunFile } from "../domain/run";
import type { Shelf } from "./shelf";

export interface RunMemory {
  /** The newest first. */
  list(): Promise<readonly KeptRun[]>;
  /** Writes the present moment of a run. @throws StorageFullError and nothing is written */
  keep(id: string, checkpoint: Checkpoint): Promise<void>;
  /** @throws Error when there is no such run */
  read(id: string): Promise<RunFile>;
  /** Where the run can go on. @throws Error when there is no such run, CheckpointError when it cannot be used */
  checkpoint(id: string): Promise<Checkpoint>;
  /** Whether there is such a run. */
  has(id: string): Promise<boolean>;
  /** Runs that were not put aside, those that were written last first. */
  left(): Promise<readonly Pick<KeptRun, "id" | "finished">[]>;
  /** The run is not shown again by itself. */
  putAside(id: string): Promise<void>;
  change(id: string, label: Partial<RunLabel>): Promise<void>;
  forget(id: string): Promise<void>;
  storage(): Promise<RunStorage>;
}

/** What is kept of a run besides its label. */
interface Head extends Omit<KeptRun, keyof RunLabel | "bytes"> {
  /** Of each part, in bytes. */
  readonly sizes: { readonly file: number; readonly state: number; readonly records: number };
}

const KEY = {
  /** Bytes that all runs may take, where somebody has set it; else what the browser allows. */
  budget: "budget",
  head: (id = "") => `head/${id}`,
  label: (id = "") => `label/${id}`,
  /** Of a run that was not put aside: its id. */
  open: (id = "") => `open/${id}`,
  /** The run file without its records. */
  file: (id: string) => `file/${id}`,
  /** The checkpoint without what the file has. */
  state: (id: string) => `state/${id}`,
  /** @param from records before these */
  records: (id: string, from?: number) =>
    from === undefined ? `records/${id}/` : `records/${id}/${String(from).padStart(10, "0")}`,
} as const;

const FULL =
  "The browser's storage is full, so the run is kept no further; the search itself goes on. To make room, delete runs or kept data sets: the run is kept again then. Or export it.";

const encode = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
const decode = (bytes: unknown): unknown => JSON.parse(new TextDecoder().decode(bytes as Uint8Array));
const total = ({ sizes }: Head) => Object.values(sizes).reduce((a, b) => a + b, 0);
const gone = () => new Error("This run is kept no longer.");

function isFull(error: unknown): boolean {
  return error instanceof DOMException && error.name === "QuotaExceededError";
}

interface MemoryOptions {
  /** What the browser says of its storage. */
  readonly estimate?: () => Promise<StorageEstimate>;
}

export function runMemory(shelf: Shelf, { estimate = async () => ({}) }: MemoryOptions = {}): RunMemory {
  const headOf = async (id: string) => (await shelf.get(KEY.head(id))) as Head | undefined;
  const heads = async () => (await shelf.all(KEY.head())) as readonly Head[];
  const used = async () => (await heads()).reduce((sum, head) => sum + total(head), 0);
  const labelOf = async ({ id, settings }: Head) =>
    ((await shelf.get(KEY.label(id))) as RunLabel | undefined) ?? { name: runName(settings), pinned: false };
  const runOf = (file: unknown, chunks: readonly unknown[]): RunFile => {
    const records = chunks.flatMap((chunk) => decode(chunk) as IterationRecord[]);
    return { ...(decode(file) as Omit<RunFile, "records">), records };
  };
  return {
    has: async (id) => (await headOf(id)) !== undefined,
    read: async (id) => {
      const [[file] = [], chunks = []] = await shelf.together([KEY.file(id), KEY.records(id)]);
      if (!file) throw gone();
      return runOf(file, chunks);
    },
    list: async () => {
      const runs: KeptRun[] = [];
      for (const head of await heads()) {
        const { sizes: _sizes, ...run } = head;
        runs.push({ ...run, ...(await labelOf(head)), bytes: total(head) });
      }
      return runs.sort((a, b) => b.created.localeCompare(a.created));
    },
    keep: async (id, checkpoint) => {
      const before = await headOf(id);
      const { records, ...file } = checkpoint.run;
      const { history: _history, ...bare } = file;
      const from = before?.iteration ?? 0;
      const added = records.length > from ? encode(records.slice(from)) : new Uint8Array();
      const contents = encode(file);
      const state = await packCheckpoint({ ...checkpoint, run: { ...bare, records: [] } });
      const iterations = iterationsOf(checkpoint);
      const head: Head = {
        id,
        created: before?.created ?? file.created,
        changed: file.created,
        iteration: records.length,
        iterations,
        finished: records.length >= iterations,
        settings: file.settings,
        data: file.data,
        genotype: file.genotype,
        explainerLoss: recentMean(records, (record) => record.explainerValidationLoss),
        audienceLoss: recentMean(records, (record) => record.audienceValidationLoss),
        sizes: {
          file: contents.length,
          state: state.length,
          records: (before?.sizes.records ?? 0) + added.length,
        },
      };
      const budget = (await shelf.get(KEY.budget)) ?? Number.POSITIVE_INFINITY;
      if ((await used()) - (before ? total(before) : 0) + total(head) > Number(budget))
        throw new StorageFullError(FULL);
      try {
        await shelf.change({
          [KEY.head(id)]: head,
          [KEY.file(id)]: contents,
          [KEY.state(id)]: state,
          ...(added.length > 0 ? { [KEY.records(id, from)]: added } : {}),
          [KEY.open(id)]: id,
        });
      } catch (error) {
        throw isFull(error) ? new StorageFullError(FULL) : error;
      }
    },
    checkpoint: async (id) => {
      const parts = [KEY.state(id), KEY.file(id), KEY.records(id)];
      const [[state] = [], [file] = [], chunks = []] = await shelf.together(parts);
      if (!state || !file) throw gone();
      return { ...(await unpackCheckpoint(state as Uint8Array)), run: runOf(file, chunks) };
    },
    left: async () => {
      const open = (await shelf.all(KEY.open())) as readonly string[];
      const known = (await heads()).filter(({ id }) => open.includes(id));
      return known.sort((a, b) => b.changed.localeCompare(a.changed)).map(({ id, finished }) => ({ id, finished }));
    },
    putAside: (id) => shelf.change({}, [KEY.open(id)]),
    change: async (id, label) => {
      const head = await headOf(id);
      if (!head) throw gone();
      await shelf.change({ [KEY.label(id)]: { ...(await labelOf(head)), ...label } });
    },
    forget: (id) => {
      return shelf.change({}, [
        KEY.head(id),
        KEY.label(id),
        KEY.open(id),
        KEY.file(id),
        KEY.state(id),
        KEY.records(id),
      ]);
    },
    storage: async () => {
      const { usage = null, quota = null } = await estimate().catch((): StorageEstimate => ({}));
      return { runs: await used(), used: usage, quota };
    },
  };
}
