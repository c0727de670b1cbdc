/**
 * Work that only the operations picked by a sampler need. What the edges of one state compute lies in slots, one after the
 * other, [slots, ..., C]; kernels read the picks on the device and leave alone the slots that no pick uses. Nothing reads
 * what stands there.
 */
import type { Values } from "../gpu/kernel";
import { MOST_EDGES, type SlotGate } from "../gpu/launch";
import type { TensorInfo } from "../gpu/tensorflow";

/** The operations are primitives, by index. */
export type Gate = SlotGate;

export const slotsOf = (gate: Gate) => (gate.kind === "own" ? gate.rows : gate.ops).length;

/** Whether each slot is used. */
export function usedSlots(gate: Gate, picks: Values): boolean[] {
  if (gate.kind === "own") return gate.rows.map((row) => gate.ops.includes(picks[row] as number));
  return gate.ops.map((op) => gate.rows.some((row) => picks[row] === op));
}

/** Calls visit(slot) for each slot in use. */
export function eachUsed(gate: Gate, picks: Values, visit: (slot: number) => void): void {
  for (const [slot, used] of usedSlots(gate, picks).entries()) if (used) visit(slot);
}

/**
 * WGSL that runs `body` where `condition` holds, as a loop that turns once or not at all. Software adapters go once through what no
 * invocation enters, branch or loop, with what it stores masked; what costs there are the further turns of the loops within.
 */
export const only = (condition: string, body: string) =>
  `for (var once = (${condition}); once; once = false) { ${body} }`;

/** Uniforms that `pickOf` reads. */
export function rowParams(rows: readonly number[]): Record<string, number> {
  if (rows.length > MOST_EDGES) throw new Error(`${rows.length} edges leave a state, more than ${MOST_EDGES}.`);
  return Object.fromEntries(Array.from({ length: MOST_EDGES }, (_, g) => [`row${g}`, rows[g] ?? 0]));
}

/** WGSL `rowOf(edge)`, and `pickOf(edge)` from the int32 array `picks`. */
export const PICK_OF = `
  fn rowOf(edge : i32) -> i32 {
    let low = select(uniforms.row0, uniforms.row1, edge == 1);
    return select(low, select(uniforms.row2, uniforms.row3, edge == 3), edge > 1);
  }
  fn pickOf(edge : i32) -> i32 { return picks[rowOf(edge)]; }`;

/** Operations as bits. */
export const bitsOf = (ops: readonly number[]) => ops.reduce((all, op) => all | (1 << op), 0);

/**
 * WGSL of slots of edges, with `pickOf`: `slotAt(j, ops)`, the j-th edge that picks one of `ops` (bits), and `slotFrom(g, ops)`, the
 * first such edge from g on; `uniforms.edges` where there is none.
 */
export const SLOT_AT = `${PICK_OF}
  fn hasPick(edge : i32, row : i32, ops : i32) -> i32 {
    return select(0, (ops >> u32(picks[row])) & 1, edge < uniforms.edges);
  }
  fn slotAt(j : i32, ops : i32) -> i32 {
    let p0 = hasPick(0, uniforms.row0, ops);
    let p1 = hasPick(1, uniforms.row1, ops);
    let p2 = hasPick(2, uniforms.row2, ops);
    let p3 = hasPick(3, uniforms.row3, ops);
    var slot = uniforms.edges;
    slot = select(slot, 3, p3 == 1 && p0 + p1 + p2 == j);
    slot = select(slot, 2, p2 == 1 && p0 + p1 == j);
    slot = select(slot, 1, p1 == 1 && p0 == j);
    return select(slot, 0, p0 == 1 && j == 0);
  }
  fn slotFrom(g : i32, ops : i32) -> i32 {
    var slot = uniforms.edges;
    slot = select(slot, 3, g <= 3 && hasPick(3, uniforms.row3, ops) == 1);
    slot = select(slot, 2, g <= 2 && hasPick(2, uniforms.row2, ops) == 1);
    slot = select(slot, 1, g <= 1 && hasPick(1, uniforms.row1, ops) == 1);
    return select(slot, 0, g <= 0 && hasPick(0, uniforms.row0, ops) == 1);
  }`;

/** A dispatch of so many invocations for each slot in use: they begin with the first of these. */
export const launched = (gate: Gate, picks: TensorInfo, each: number) => ({
  slots: { gate, picks, each },
  count: slotsOf(gate) * each,
});

/** Uniforms that `used` and `slotAt` read. */
export function gateParams(gate: Gate): Record<string, number> {
  const { kind, rows, ops } = gate;
  const bits = kind === "own" ? bitsOf(ops) : ops.reduce((all, op, slot) => all | (op << (4 * slot)), 0);
  return { ...rowParams(rows), edges: rows.length, slots: slotsOf(gate), ops: bits };
}

/** WGSL `used(slot)`, and `slotIn(j)`, the j-th slot in use, or `uniforms.slots`; with what `SLOT_AT` has. */
export function gateCode({ kind }: Gate): string {
  if (kind === "own")
    return `${SLOT_AT}
      fn used(slot : i32) -> bool { return ((uniforms.ops >> u32(pickOf(slot))) & 1) != 0; }
      fn slotIn(j : i32) -> i32 { return slotAt(j, uniforms.ops); }`;
  return `${PICK_OF}
    fn used(slot : i32) -> bool {
      let op = (uniforms.ops >> u32(4 * slot)) & 15;
      for (var edge = 0; edge < uniforms.edges; edge++) { if (pickOf(edge) == op) { return true; } }
      return false;
    }
    fn slotIn(j : i32) -> i32 {
      var left = j;
      for (var slot = 0; slot < uniforms.slots; slot++) {
        if (used(slot)) { if (left == 0) { return slot; } left--; }
      }
      return uniforms.slots;
    }`;
}
