/** What a person can do with a kept run. No React, no DOM. */
import type { RunLabel } from "../domain/kept-run";
import type { RunFile } from "../domain/run";
import type { LogEvent } from "./app-state";
import type { EngineClient } from "./engine-client";
import { runFileName, runFileText } from "./run-file";

export interface KeptRunActions {
  /** The whole run; null when it cannot be read. */
  readonly readRun: (id: string) => Promise<RunFile | null>;
  /** Gives it another name, or pins it. */
  readonly changeRun: (id: string, label: Partial<RunLabel>) => Promise<void>;
  /** Deletes these; one that cannot be deleted does not keep the others. */
  readonly forgetRuns: (ids: readonly string[]) => Promise<void>;
  /** A kept run as text and the name for its file; null when it cannot be read. */
  readonly exportKeptRun: (id: string) => Promise<{ name: string; text: string } | null>;
}

interface Tools {
  readonly client: EngineClient;
  readonly log: (event: LogEvent) => void;
  readonly fail: (error: unknown) => void;
}

export function keptRunActions({ client, log, fail }: Tools): KeptRunActions {
  const readRun = (id: string) =>
    client.readRun(id).catch((error: unknown) => {
      fail(error);
      return null;
    });
  return {
    readRun,
    changeRun: (id, label) => client.changeRun(id, label).catch(fail),
    forgetRuns: async (ids) => {
      for (const id of ids) await client.forgetRun(id).catch(fail);
    },
    exportKeptRun: async (id) => {
      const run = await readRun(id);
      if (!run) return null;
      const name = runFileName(run.settings);
      log({ kind: "exported", name });
      return { name, text: runFileText(run) };
    },
  };
}
