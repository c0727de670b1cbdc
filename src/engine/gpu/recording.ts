/**
 * A recorded step, laid out: what is joined in place, where scratch lies, what is copied when. Numbers only; a plan turns
 * it into buffers and pipelines.
 */
import type { TensorInfo } from "@tensorflow/tfjs-core";
import { accumulate } from "./accumulate";
import { ALIGNMENT, aligned, type Layout, type Piece, place } from "./arena";
import { workInPlace } from "./in-place";
import { prune } from "./prune";
import {
  type Call,
  type DispatchCommand,
  type JoinCommand,
  type Recorder,
  readsOf,
  rootOf,
  type Storage,
} from "./recorder";
import { UniformSlab } from "./uniforms";

/** Bytes copied from one place to another. */
export interface Copy {
  readonly from: Storage;
  readonly to: Storage;
  /** In `to`, bytes. */
  readonly offset: number;
}

export type Action =
  | { readonly kind: "dispatch"; readonly command: DispatchCommand; readonly uniforms: number }
  | { readonly kind: "clear"; readonly storage: Storage }
  | { readonly kind: "copy"; readonly copy: Copy };

/** A value that leaves the step: into a tensor that outlives it, or to the host. */
export interface Exit {
  readonly from: Storage;
  /** The tensor that is overwritten; null for a result that the host reads. */
  readonly to: TensorInfo | null;
}

export interface Recording {
  readonly actions: readonly Action[];
  readonly layout: Layout;
  /** Index into `layout.places` of each scratch storage that holds bytes of its own. */
  readonly pieces: ReadonlyMap<Storage, number>;
  readonly constants: readonly Storage[];
  readonly slab: UniformSlab;
  readonly exits: readonly Exit[];
  readonly calls: readonly Call[];
  readonly dispatches: number;
  /** Bytes that the plan needs beside the tensors it is given. */
  readonly bytes: {
    readonly scratch: number;
    readonly constants: number;
    readonly uniforms: number;
    readonly results: number;
  };
}

/** Kernels that make a part of a joined tensor write it there, so that joining costs nothing. */
function joinInPlace(recorder: Recorder): void {
  const made = new Set(recorder.commands.map(({ output }) => output));
  const joined = new Set<Storage>();
  for (const command of recorder.commands) {
    if (command.kind !== "join") continue;
    for (const { from, offset } of command.pieces) {
      if (!from || from.within || !made.has(from) || offset % ALIGNMENT !== 0) continue;
      from.within = { storage: command.output, offset };
      joined.add(from);
    }
  }
  // A dispatch may not read the buffer that it writes: such a part is copied after all.
  for (const command of recorder.commands) {
    if (command.kind !== "dispatch" || !joined.has(command.output)) continue;
    const { root } = rootOf(command.output);
    if (readsOf(command).some((input) => rootOf(input).root === root)) command.output.within = null;
  }
}

/** Whether the parts cover the joined tensor, each written by a command or a copy. */
function isCovered({ pieces, output }: JoinCommand): boolean {
  const covered = pieces.reduce((sum, { from }) => sum + (from?.bytes ?? 0), 0);
  return covered === output.bytes;
}

function toActions(recorder: Recorder, slab: UniformSlab): Action[] {
  const clears = new Set(
    recorder.commands.flatMap((c) => {
      const gaps = c.kind === "join" ? !isCovered(c) : c.sparse;
      return gaps ? [rootOf(c.output).root] : [];
    }),
  );
  const actions: Action[] = [];
  const clear = (storage: Storage) => {
    const { root } = rootOf(storage);
    if (clears.delete(root)) actions.push({ kind: "clear", storage: root });
  };
  for (const command of recorder.commands) {
    clear(command.output);
    if (command.kind === "dispatch") {
      actions.push({ kind: "dispatch", command, uniforms: slab.add(command.uniforms) });
      continue;
    }
    for (const { from, offset } of command.pieces) {
      const inPlace = from?.within?.storage === command.output && from.within.offset === offset;
      if (from && !inPlace) actions.push({ kind: "copy", copy: { from, to: command.output, offset } });
    }
  }
  return actions;
}

/** Storages that each action writes and reads. */
function uses(action: Action): { readonly writes: Storage; readonly reads: readonly Storage[] } {
  if (action.kind === "dispatch") return { writes: action.command.output, reads: readsOf(action.command) };
  if (action.kind === "copy") return { writes: action.copy.to, reads: [action.copy.from] };
  return { writes: action.storage, reads: [] };
}

/** What sizes that the device decides are made from, and the sizes. */
function launchStorages(actions: readonly Action[]): Storage[] {
  return actions.flatMap((action) => {
    const sizes = action.kind === "dispatch" ? action.command.launch?.sizes : null;
    return sizes ? [sizes.storage, sizes.picks] : [];
  });
}

/** Scratch with the time it is used in, and what must not share its bank. */
function toPieces(actions: readonly Action[], exits: readonly Exit[]) {
  const order = new Map<Storage, number>();
  const pieces: { bytes: number; first: number; last: number; apart: Set<number> }[] = [];
  const touch = (storage: Storage, time: number): number | null => {
    const { root } = rootOf(storage);
    if (root.source !== "scratch") return null;
    const index = order.get(root) ?? pieces.length;
    if (index === pieces.length) {
      order.set(root, index);
      pieces.push({ bytes: root.bytes, first: time, last: time, apart: new Set() });
    }
    const piece = pieces[index] as { last: number };
    piece.last = Math.max(piece.last, time);
    return index;
  };
  // Places of their own: dispatches that are measured alone must find sizes that make sense.
  for (const storage of launchStorages(actions)) for (const time of [0, actions.length]) touch(storage, time);
  for (const [time, action] of actions.entries()) {
    const { writes, reads } = uses(action);
    const target = touch(writes, time);
    for (const read of reads) {
      const source = touch(read, time);
      if (source === null || target === null) continue;
      pieces[source]?.apart.add(target);
      pieces[target]?.apart.add(source);
    }
  }
  for (const { from } of exits) touch(from, actions.length);
  return { order, pieces: pieces as readonly Piece[] };
}

/** @param largestBank bytes that one buffer may have */
export function layOut(recorder: Recorder, exits: readonly Exit[], largestBank: number): Recording {
  const leaving = exits.map(({ from }) => from);
  prune(recorder, leaving);
  workInPlace(recorder, leaving);
  accumulate(recorder, leaving);
  joinInPlace(recorder);
  const slab = new UniformSlab(ALIGNMENT);
  const actions = toActions(recorder, slab);
  const { order, pieces } = toPieces(actions, exits);
  const layout = place(pieces, largestBank);
  const read = [...actions.flatMap((action) => uses(action).reads), ...exits.map(({ from }) => from)];
  const constants = [...new Set(read.map((storage) => rootOf(storage).root))].filter(
    ({ source }) => typeof source === "object" && "constant" in source,
  );
  const sum = (sizes: readonly number[]) => sizes.reduce((a, b) => a + aligned(b), 0);
  return {
    actions,
    layout,
    pieces: order,
    constants,
    slab,
    exits: inSafeOrder(exits),
    calls: recorder.calls,
    dispatches: actions.filter(({ kind }) => kind === "dispatch").length,
    bytes: {
      scratch: sum(layout.banks),
      constants: sum(constants.map(({ bytes }) => bytes)),
      uniforms: slab.size,
      results: sum(exits.flatMap(({ from, to }) => (to ? [] : [from.bytes]))),
    },
  };
}

const tensorOf = (storage: Storage): TensorInfo | null => {
  const { source } = rootOf(storage).root;
  return typeof source === "object" && "tensor" in source ? source.tensor : null;
};

/** Tensors that are copied elsewhere before they are overwritten. */
function inSafeOrder(exits: readonly Exit[]): Exit[] {
  const left = exits.filter(({ from, to }) => !to || tensorOf(from)?.dataId !== to.dataId);
  const done: Exit[] = [];
  while (left.length > 0) {
    const next = left.findIndex(({ to }, i) => {
      if (!to) return true;
      return left.every((other, j) => i === j || tensorOf(other.from)?.dataId !== to.dataId);
    });
    if (next < 0) throw new Error("A step that swaps two tensors cannot be replayed.");
    done.push(...left.splice(next, 1));
  }
  return done;
}
