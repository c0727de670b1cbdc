/** A session with the real engine on the CPU, and what it tells, for the tests of this room. */

import { NO_COSTS } from "../domain/cost";
import { DataError } from "../domain/dataset";
import { presetSettings } from "../domain/presets";
import type { RunStatus, Snapshot } from "../domain/run";
import type { Settings } from "../domain/settings";
import type { EngineEvent, PathFile } from "./api";
import type { Host } from "./host";

export const TINY: Settings = {
  ...presetSettings("tiny"),
  objective: "bilevel",
  order: "1",
  initChannels: 2,
  batchSize: 2,
  iterations: 3,
};
/** Never ends by itself within a test. */
export const LONG: Settings = { ...TINY, iterations: 10_000 };

export function files(bytes: Uint8Array<ArrayBuffer>, name: string): PathFile[] {
  return [{ path: name, file: new File([bytes], name) }];
}

/** A host without WebGPU, network or storage. */
export function hostOf(more: Partial<Host> = {}): Host {
  return {
    gpu: undefined,
    fetchData: async (name) => {
      throw new DataError(`${name} is missing.`);
    },
    version: "1.2.3",
    runtime: "a test",
    tuningMemory: { recall: async () => ({}), keep: async () => undefined, forget: async () => undefined },
    backendMemory: { recall: async () => null, keep: async () => undefined, forget: async () => undefined },
    openAddress: async (address) => {
      throw new DataError(`${address} does not answer.`);
    },
    costMemory: { recall: async () => NO_COSTS, change: async () => undefined },
    planner: { plan: () => Promise.reject(new Error("nothing is planned here")), cancel: () => undefined },
    setMemory: async () => null,
    claim: async () => () => undefined,
    lifeLock: async () => null,
    runMemory: async () => null,
    ...more,
  };
}

/** What a session tells its page. */
export class Heard {
  events: EngineEvent[] = [];
  watchers: (() => void)[] = [];

  readonly listener = (event: EngineEvent): void => {
    this.events.push(event);
    for (const watch of this.watchers) watch();
  };
  readonly ofKind = <K extends EngineEvent["kind"]>(kind: K) =>
    this.events.filter((event): event is Extract<EngineEvent, { kind: K }> => event.kind === kind);
  readonly statuses = () => this.ofKind("status").map(({ status }) => status.kind);
  readonly readings = () => this.ofKind("reading").map(({ reading }) => reading);
  readonly snapshots = () => this.ofKind("snapshot").map(({ snapshot }) => snapshot);
  readonly iterations = () => this.snapshots().flatMap(({ records }) => records.map(({ iteration }) => iteration));
  readonly last = (): RunStatus | undefined => this.ofKind("status").at(-1)?.status;
  readonly lastSnapshot = (): Snapshot | undefined => this.snapshots().at(-1);

  /** Waits for an event after which `seen` holds. */
  readonly until = (seen: () => boolean): Promise<void> =>
    new Promise((done) => {
      const watch = () => {
        if (!seen()) return;
        this.watchers = this.watchers.filter((other) => other !== watch);
        done();
      };
      this.watchers.push(watch);
      watch();
    });
  readonly finished = () => this.until(() => this.last()?.kind === "finished");

  readonly clear = (): void => {
    [this.events, this.watchers] = [[], []];
  };
}
