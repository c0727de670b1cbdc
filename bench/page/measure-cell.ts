/** Dispatches and time of one cell, forward and backward. */
import { scoped, tf } from "../../src/engine/gpu/tensorflow";
import { type CellGradients, type CellWork, cellInput } from "./cell";
import { ourCell } from "./cell-ours";
import { stockCell } from "./cell-stock";
import { listen } from "./dispatches";
import type { CellResult } from "./result";
import { eager } from "./step";
import { interleave, type Peer, type Repeats } from "./timing";

/** The pass as a step that changes nothing: its gradients stay until the next one's are there. */
function peer(work: CellWork): Peer {
  const run = eager<Omit<CellGradients, "loss"> | null>({
    initial: null,
    run: () => {
      const { loss, ...state } = work.run();
      return { state, loss };
    },
    constants: [],
  });
  return {
    ...run,
    dispose: () => {
      run.dispose();
      work.dispose();
    },
  };
}

async function countDispatches(work: CellWork): Promise<number> {
  return (await listen(() => tf.dispose(scoped(() => work.run()) as unknown as tf.TensorContainer))).length;
}

export async function measureCell(repeats: Repeats): Promise<CellResult> {
  const input = cellInput();
  const [stock, ours] = [stockCell(input), ourCell(input)];
  const dispatches = { stock: await countDispatches(stock), ours: await countDispatches(ours) };
  const peers = { stock: peer(stock), ours: peer(ours) };
  const ms = await interleave(peers, repeats);
  for (const { dispose } of Object.values(peers)) dispose();
  tf.dispose(Object.values(input));
  return { dispatches, ms };
}
