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

/** What sums are made of that no dispatch sums up any more: commands by their index, and the place that they add to. */
type Summed = Map<Storage, { readonly base: Storage; readonly times: readonly number[] }>;

/** Lets all but the first summand's commands add to what that one wrote. @returns whether that can be */
function sumInPlace({ commands }: Recorder, sum: DispatchCommand, traffic: Traffic, summed: Summed): boolean {
  const parts = sum.inputs.map((storage) => {
    const known = summed.get(storage);
    const own = known ? traffic.reads.get(storage) === 1 : isOwn(storage, sum, traffic);
    const { base, times } = known ?? { base: storage, times: traffic.writers.get(storage) ?? [] };
    return { own, base, times, end: Math.max(...times) };
  });
  const first = parts.reduce((best, part) => (part.end < best.end ? part : best));
  const others = parts.filter((part) => part !== first);
  const makers = others.flatMap(({ times }) => times).map((time) => ({ time, command: commands[time] }));
  const fits = makers.every(({ time, command }) => time > first.end && command?.kind === "dispatch" && command.adding);
  if (!fits || !parts.every(({ own }) => own)) return false;
  for (const { time, command } of makers) {
    if (command?.kind !== "dispatch" || !command.adding) continue;
    const { code, launch } = command.adding;
    commands[time] = { ...command, ...code(), launch, output: first.base, accumulating: null, joins: null };
  }
  for (const { base } of others) if (base !== first.base) base.within = { storage: first.base, offset: 0 };
  sum.output.within = { storage: first.base, offset: 0 };
  summed.set(sum.output, { base: first.base, times: [...first.times, ...makers.map(({ time }) => time)] });
  return true;
}

/** Whether the two are made by kernels of slots of which no pick calls for both. */
function areApart(recorder: Recorder, sides: readonly Storage[], { writers }: Traffic): boolean {
  const used = sides.map((side) => (writers.get(side) ?? []).map((time) => recorder.commands[time]));
  const ops = new Set<number>();
  const places = new Set<string>();
  const picks = new Set<object>();
  for (const commands of used) {
    const own = new Set<number>();
    for (const command of commands) {
      const slots = command?.kind === "dispatch" && !command.sparse ? command.launch?.slots : undefined;
      if (slots?.gate.kind !== "own") return false;
      for (const op of slots.gate.ops) own.add(op);
      places.add(slots.gate.rows.join());
      picks.add(slots.picks.dataId);
    }
    for (const op of own) {
      if (ops.has(op)) return false;
      ops.add(op);
    }
  }
  return places.size === 1 && picks.size === 1;
}

/** @param exits what leaves the step */
export function workInPlace(recorder: Recorder, exits: readonly Storage[]): void {
  const { commands } = recorder;
  const traffic = trafficOf(recorder, exits);
  const summed: Summed = new Map();
  const spared = new Set<number>();
  for (const [time, command] of commands.entries()) {
    if (command.kind !== "dispatch") continue;
    if (command.joins === "sum") {
      if (sumInPlace(recorder, command, traffic, summed)) spared.add(time);
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
