/** Batch norm of each slot in use, and slots that go two ways. */

import { defineDifferentiable, type Values } from "../gpu/kernel";
import { vectorFor } from "../gpu/program";
import { type Tensor, tf } from "../gpu/tensorflow";
import { custom } from "./batch-norm";
import { gradientSums, gradientX, normalise, type Rows, secondX, slotRowsOf, statistics } from "./batch-norm-kernels";
import { registerResults, several } from "./fork";
import { eachUsed, type Gate, gateCode, gateParams, launched } from "./gate";

/** What batch norm knows of its slots before it normalises them. */
export interface SlotStatistics {
  readonly s: Rows;
  readonly stats: Tensor;
}

export function slotStatistics(x: Tensor, picks: Tensor, gate: Gate): SlotStatistics {
  const s = slotRowsOf(x, gate);
  return { s, stats: statistics([x, picks], s) };
}

/** The same statistics for some of the slots: those whose pick is among `ops`. */
export function statisticsOf({ s, stats }: SlotStatistics, gate: Gate): SlotStatistics {
  return { s: { ...s, slots: gate }, stats };
}

/** The normalised slots, for a value only. */
export function normaliseSlots(x: Tensor, picks: Tensor, { s, stats }: SlotStatistics): Tensor {
  return normalise([x, stats, picks], s);
}

/** B(dy) of each slot at x (see batch-norm.ts). */
export function slotNormGradient(dy: Tensor, x: Tensor, picks: Tensor, { s, stats }: SlotStatistics): Tensor {
  return custom(
    [dy, x],
    [picks, stats],
    ([d, v, p, st]) => {
      const [d1, v1, p1, st1] = [d, v, p, st] as [Tensor, Tensor, Tensor, Tensor];
      return gradientX([d1, v1, st1, gradientSums([d1, v1, st1, p1], s), p1], s);
    },
    (g, saved) => {
      const [d, v, p, st] = saved as [Tensor, Tensor, Tensor, Tensor];
      return [slotNormGradient(g, v, p, { s, stats: st }), secondX([g, d, v, st, p], s)];
    },
  );
}

/** Batch norm of each slot in use, [slots, ..., C], whose statistics are at hand, without scale and shift. */
export function slotNormOf(x: Tensor, picks: Tensor, { s, stats }: SlotStatistics): Tensor {
  return custom(
    [x],
    [picks, stats],
    ([v, p, st]) => normaliseSlots(v as Tensor, p as Tensor, { s, stats: st as Tensor }),
    (dy, saved) => {
      const [v, p, st] = saved as [Tensor, Tensor, Tensor];
      return [slotNormGradient(dy, v, p, { s, stats: st })];
    },
  );
}

interface Parting {
  readonly shape: readonly number[];
  readonly slot: number;
  readonly channels: number;
  /** own: the slots of the first way, and of either. */
  readonly first: Gate;
  readonly both: Gate;
}

/** Each slot in use from the gradient of the way it goes. Inputs: of the first way, of the second, picks. */
const meetKernel = defineDifferentiable<Parting>(
  "SearchlightMeet",
  {
    shape: (s) => s.shape,
    cpu: ([a, b, picks], out, s) => {
      eachUsed(s.both, picks as Values, (slot) => {
        const part = (values: Values) => values.subarray(slot * s.slot, (slot + 1) * s.slot);
        const isFirst = s.first.ops.includes((picks as Values)[s.first.rows[slot] as number] as number);
        out.set(part((isFirst ? a : b) as Values), slot * s.slot);
      });
    },
    gpu: ([a, b, picks], s, run) => {
      if (!a || !b || !picks) throw new Error("Meet needs two gradients and picks.");
      const vector = vectorFor(s.channels);
      const perSlot = s.slot / vector;
      const firsts = s.first.ops.reduce((bits, op) => bits | (1 << op), 0);
      const pixels = Math.ceil(perSlot / 4);
      return run({
        name: "Meet",
        variant: s.both.kind,
        inputs: { a, b, picks },
        params: { perSlot, run: pixels, firsts, ...gateParams(s.both) },
        functions: gateCode(s.both),
        body: `
          let inUse = index / uniforms.run;
          let slot = slotIn(inUse);
          if (slot == uniforms.slots) { return; }
          let end = (slot + 1) * uniforms.perSlot;
          let start = slot * uniforms.perSlot + index - inUse * uniforms.run;
          if (((uniforms.firsts >> u32(pickOf(slot))) & 1) == 1) {
            for (var i = start; i < end; i += uniforms.run) { result[i] = a[i]; }
          } else {
            for (var i = start; i < end; i += uniforms.run) { result[i] = b[i]; }
          }`,
        ...launched(s.both, picks, pixels),
        shape: s.shape,
        vector,
        scalars: ["picks"],
        joins: "slots",
      });
    },
  },
  (g) => [() => g.clone(), () => g.clone()],
);

const partKernel = registerResults<Parting>("SearchlightPart", (_, __, alias) => [alias(), alias()]);
tf.registerGradient({
  kernelName: "SearchlightPart",
  inputsToSave: ["1"],
  gradFunc: (dys, saved, attrs) => ({
    0: () => meetKernel([...several(dys), saved[0] as Tensor], attrs as unknown as Parting),
  }),
});

/**
 * x [edges, ..., C] for two uses that read different slots: the first those whose pick is among `ops`, the second the others
 * of `gate`. The gradient takes each slot from the use that reads it.
 */
export function partSlots(x: Tensor, picks: Tensor, gate: Gate, ops: readonly number[]): [Tensor, Tensor] {
  const slot = x.size / gate.rows.length;
  const channels = x.shape[x.shape.length - 1] ?? 1;
  const attrs = { shape: x.shape, slot, channels, first: { ...gate, ops }, both: gate };
  return partKernel([x, picks], attrs) as [Tensor, Tensor];
}
