/**
 * Spares sums and meetings of a recording. Where kernels only make the summands of a sum, all but the first add to what that one
 * wrote, and those whose picks call for nothing do not even start. Where kernels of slots only make the two sides of a meeting,
 * both write into one place. Knows no device.
 */
import { type DispatchCommand, type Recorder, readsOf, rootOf, type Storage } from "./recorder";

interface Traffic {
  /** Commands that write into each root, by their index. */
  readonly writers: ReadonlyMap<Storage, readonly number[]>;
  /** How often each root is read. */
  readonly reads: ReadonlyMap<Storage, number>;
}

function trafficOf({ commands }: Recorder, exits: readonly Storage[]): Traffic {
  const writers = new Map<Storage, number[]>();
  const reads = new Map<Storage, number>();
  const read = (storage: Storage) => {
    const { root } = rootOf(storage);
    reads.set(root, (reads.get(root) ?? 0) + 1);
  };
  for (const [time, command] of commands.entries()) {
    const { root } = rootOf(command.output);
    writers.set(root, [...(writers.get(root) ?? []), time]);
    for (const storage of readsOf(command)) read(storage);
  }
  for (const exit of exits) read(exit);
  return { writers, reads };
}

/** Whether `command` alone reads what dispatches wrote there. */
function isOwn(storage: Storage, command: DispatchCommand, { reads, writers }: Traffic): boolean {
  return (
    storage.source === "scratch" &&
    !storage.within &&
    storage.bytes === command.output.bytes &&
    reads.get(storage) === 1 &&
    writers.has(storage)
  );
}

/** The sum's commands with all but the first summand's in the form that adds; null where that cannot be. */
function added(recorder: Recorder, sum: DispatchCommand, traffic: Traffic) {
  const { commands } = recorder;
  const times = sum.inputs.map((storage) => traffic.writers.get(storage) ?? []);
  const first = times.reduce((best, own, i) => (Math.max(...own) < Math.max(...(times[best] ?? [])) ? i : best), 0);
  const base = sum.inputs[first];
  if (!base || !sum.inputs.every((storage) => isOwn(storage, sum, traffic))) return null;
  const begun = Math.max(...(times[first] ?? []));
  const changed = new Map<number, DispatchCommand>();
  for (const time of times.filter((_, i) => i !== first).flat()) {
    const command = commands[time];
    if (time < begun || command?.kind !== "dispatch" || !command.adding) return null;
    changed.set(time, {
      ...command,
      ...command.adding.code(),
      launch: command.adding.launch,
      output: base,
      adding: null,
    });
  }
  return { base, changed };
}

/** Whether the two are made by kernels of slots of which no pick calls for both. */
function areApart(recorder: Recorder, sides: readonly Storage[], { writers }: Traffic): boolean {
  const used = sides.map((side) => (writers.get(side) ?? []).map((time) => recorder.commands[time]));
  const ops = new Set<number>();
  for (const commands of used) {
    const own = new Set<number>();
    for (const command of commands) {
      const slots = command?.kind === "dispatch" && !command.sparse ? command.launch?.slots : undefined;
      if (slots?.gate.kind !== "own") return false;
      for (const op of slots.gate.ops) own.add(op);
    }
    for (const op of own) {
      if (ops.has(op)) return false;
      ops.add(op);
    }
  }
  return true;
}

/** @param exits what leaves the step */
export function workInPlace(recorder: Recorder, exits: readonly Storage[]): void {
  const { commands } = recorder;
  const traffic = trafficOf(recorder, exits);
  const spared = new Set<number>();
  for (const [time, command] of commands.entries()) {
    if (command.kind !== "dispatch") continue;
    if (command.joins === "sum") {
      const found = added(recorder, command, traffic);
      if (!found) continue;
      for (const [at, changed] of found.changed) commands[at] = changed;
      command.output.within = { storage: found.base, offset: 0 };
      spared.add(time);
    }
    if (command.joins === "slots") {
      const sides = command.inputs.slice(0, 2);
      if (!sides.every((side) => isOwn(side, command, traffic)) || !areApart(recorder, sides, traffic)) continue;
      for (const side of sides) side.within = { storage: command.output, offset: 0 };
      spared.add(time);
    }
  }
  const kept = commands.filter((_, time) => !spared.has(time));
  commands.splice(0, commands.length, ...kept);
}
