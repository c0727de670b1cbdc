/**
 * Work that only the operations picked by a sampler need. What the edges of one state compute lies in slots, one after the
 * other, [slots, ..., C]; kernels read the picks on the device and leave alone the slots that no pick uses. Nothing reads
 * what stands there.
 */
import type { Values } from "../gpu/kernel";

/** Most edges that leave one state. */
const MOST_EDGES = 4;

export interface Gate {
  /** own: slot g is used when the pick of edge g is among `ops`. any: slot s is used when some edge picks `ops[s]`. */
  readonly kind: "own" | "any";
  /** Where among the picks each edge's stands. */
  readonly rows: readonly number[];
  /** Primitives, by index. */
  readonly ops: readonly number[];
}

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
 * WGSL that runs `body` where `condition` holds. A loop that turns once: software adapters go through both sides of a branch,
 * with what it stores masked, but pass over a loop that no invocation enters.
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

/** Uniforms that `used` reads. */
export function gateParams({ kind, rows, ops }: Gate): Record<string, number> {
  const bits = kind === "own" ? ops.map((op) => 1 << op) : ops.map((op, slot) => op << (4 * slot));
  return { ...rowParams(rows), edges: rows.length, ops: bits.reduce((a, b) => a | b, 0) };
}

/** WGSL `used(slot)`, with `pickOf`. */
export function gateCode({ kind }: Gate): string {
  const test =
    kind === "own"
      ? "return ((uniforms.ops >> u32(pickOf(slot))) & 1) != 0;"
      : `let op = (uniforms.ops >> u32(4 * slot)) & 15;
         for (var edge = 0; edge < uniforms.edges; edge++) { if (pickOf(edge) == op) { return true; } }
         return false;`;
  return `${PICK_OF} fn used(slot : i32) -> bool { ${test} }`;
}
