/** What a person can do with a kept run. No React, no DOM. */
import type { RunLabel } from "../domain/kept-run";
import type { IterationRecord, RunFile } from "../domain/run";
import type { AppState, LogEvent } from "./app-state";
import type { EngineClient } from "./engine-client";
import { runFileName } from "./run-file";

export interface KeptRunActions {
  /** The whole run; null when it cannot be read. */
  readonly readRun: (id: string) => Promise<RunFile | null>;
  /** Gives it another name, or pins it. */
  readonly changeRun: (id: string, label: Partial<RunLabel>) => Promise<void>;
  /** Deletes these; one that cannot be deleted does not keep the others. */
  readonly forgetRuns: (ids: readonly string[]) => Promise<void>;
  /** The file of a kept run and its name; null when it cannot be read. */
  readonly exportKeptRun: (id: string) => Promise<{ name: string; content: Blob } | null>;
}

interface Tools {
  readonly get: () => AppState;
  readonly client: EngineClient;
  readonly log: (event: LogEvent) => void;
  readonly fail: (error: unknown) => void;
  readonly persist: () => void;
}

export function keptRunActions({ get, client, log, fail, persist }: Tools): KeptRunActions {
  return {
    readRun: async (id) => {
      const records: IterationRecord[] = [];
      try {
        const run = await client.readRun(id, (piece) => void records.push(...piece));
        return { ...run, records };
      } catch (error) {
        fail(error);
        return null;
      }
    },
    changeRun: (id, label) => {
      // A pin or a name says that the run is to stay.
      persist();
      return client.changeRun(id, label).catch(fail);
    },
    forgetRuns: async (ids) => {
      for (const id of ids) await client.forgetRun(id).catch(fail);
    },
    exportKeptRun: async (id) => {
      const run = get().runs?.find((one) => one.id === id);
      if (!run) return null;
      try {
        const content = await client.writeRun(id, null);
        const name = runFileName(run.settings);
        log({ kind: "exported", name });
        return { name, content };
      } catch (error) {
        fail(error);
        return null;
      }
    },
  };
}
