/** Dispatches and time of one cell, forward and backward. */
import { ScratchArena } from "../../src/engine/gpu/plan";
import { ourCell } from "./cell-ours";
import { stockCell } from "./cell-stock";
import { listen } from "./dispatches";
import type { CellResult } from "./result";
import { eager, replayed } from "./step";
import { interleave, type Peer, type Repeats } from "./timing";

async function countDispatches(peer: Peer): Promise<number> {
  const dispatched = await listen(async () => {
    await peer.steps(1);
  });
  return dispatched.length;
}

/** @returns the result, and the bytes of the scratch arena of our cell's plan */
export async function measureCell(
  repeats: Repeats,
): Promise<{ readonly cell: CellResult; readonly arenaBytes: number }> {
  const arena = new ScratchArena();
  const peers = { stock: eager(stockCell()), ours: await replayed(ourCell(), arena), oursEager: eager(ourCell()) };
  const dispatches = { stock: await countDispatches(peers.stock), ours: await countDispatches(peers.ours) };
  const ms = await interleave(peers, repeats);
  const arenaBytes = arena.bytes;
  for (const peer of Object.values(peers)) peer.dispose();
  arena.dispose();
  return { cell: { dispatches, ms }, arenaBytes };
}
