/**
 * Leaves out what nobody reads: TF.js computes the gradients of all inputs of an operation, also of those that the step does not
 * ask for. Knows no device.
 */
import { type Recorder, readsOf, rootOf, type Storage } from "./recorder";

/** @param exits what leaves the step */
export function prune(recorder: Recorder, exits: readonly Storage[]): void {
  const { commands } = recorder;
  const read = new Set(exits.map((exit) => rootOf(exit).root));
  const kept = commands.toReversed().filter((command) => {
    if (!read.has(rootOf(command.output).root)) return false;
    for (const input of readsOf(command)) read.add(rootOf(input).root);
    // What adds in place is chosen later.
    const sizes = command.kind === "dispatch" ? command.adding?.launch?.sizes : null;
    if (sizes) read.add(rootOf(sizes.storage).root);
    return true;
  });
  commands.splice(0, commands.length, ...kept.reverse());
}
