/**
 * Spares additions of a recording: where a kernel's result is used only to be added to something that is there before the
 * kernel runs, the kernel adds as it stores. The sums are those of two dispatches. Knows no device.
 */
import { type DispatchCommand, type Recorder, readsOf, rootOf, type Storage } from "./recorder";

/** Name of the kernel that adds two tensors of one shape. */
export const ADD = "Add";

/** When each storage is written last, and how often it is read. */
function traffic(recorder: Recorder, exits: readonly Storage[]) {
  const written = new Map<Storage, number>();
  const reads = new Map<Storage, number>();
  const root = (storage: Storage) => rootOf(storage).root;
  const read = (storage: Storage) => reads.set(root(storage), (reads.get(root(storage)) ?? 0) + 1);
  for (const [time, command] of recorder.commands.entries()) {
    written.set(root(command.output), time);
    for (const input of readsOf(command)) read(input);
  }
  for (const exit of exits) read(exit);
  return { written, reads, root };
}

/** @param exits what leaves the step */
export function accumulate(recorder: Recorder, exits: readonly Storage[]): void {
  const { commands } = recorder;
  const { written, reads, root } = traffic(recorder, exits);
  const spared = new Set<number>();
  for (const [time, add] of commands.entries()) {
    if (add.kind !== "dispatch" || add.name !== ADD || add.inputs.length !== 2) continue;
    const when = (storage: Storage) => written.get(root(storage)) ?? -1;
    const [early, late] = [...add.inputs].sort((a, b) => when(a) - when(b)) as [Storage, Storage];
    const maker = commands[when(late)];
    if (maker?.kind !== "dispatch" || !maker.accumulating || when(early) === when(late)) continue;
    // Another name for the same bytes, or a part of them, is another use.
    if (maker.output !== late || late.within || reads.get(late) !== 1 || late.bytes !== add.output.bytes) continue;
    const fused: DispatchCommand = {
      ...maker,
      ...maker.accumulating(),
      inputs: [...maker.inputs, early],
      output: add.output,
      accumulating: null,
    };
    commands[when(late)] = fused;
    // Where others add to the sum later, those are its last writers.
    if (when(add.output) === time) written.set(root(add.output), when(late));
    spared.add(time);
  }
  const kept = commands.filter((_, time) => !spared.has(time));
  commands.splice(0, commands.length, ...kept);
}
