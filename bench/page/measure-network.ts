/** How many dispatches the paper's network takes, and the JavaScript time of a replayed step of it. */
import { ScratchArena } from "../../src/engine/gpu/plan";
import { recordStep } from "../../src/engine/gpu/step";
import { tf } from "../../src/engine/gpu/tensorflow";
import { median } from "../median";
import { paperStep } from "./network";
import type { PageResult } from "./result";
import { replayed } from "./step";

/** As in the paper; more than a software adapter can run, so it is only planned. */
const PAPER_BATCH = { batch: 64, side: 32 } as const;
/** The same network on few small pictures: as much to encode, little to compute. */
const SMALL_BATCH = { batch: 2, side: 8 } as const;

export function planNetwork(): PageResult["network"] {
  const step = paperStep(PAPER_BATCH.batch, PAPER_BATCH.side);
  const { recording } = recordStep(step.run, { tensors: step.state }, { tensors: step.inputs });
  tf.dispose({ ...step.state, ...step.inputs });
  const { scratch, constants, uniforms, results } = recording.bytes;
  return { dispatches: recording.dispatches, bytes: scratch + constants + uniforms + results };
}

export async function measureReplay(replays: number): Promise<PageResult["step"]> {
  const arena = new ScratchArena();
  const peer = await replayed(paperStep(SMALL_BATCH.batch, SMALL_BATCH.side), arena);
  await peer.steps(2);
  const times: number[] = [];
  for (let i = 0; i < replays; i++) {
    times.push(peer.submitMs());
    await peer.steps(1);
  }
  const { dispatches } = peer.recording;
  peer.dispose();
  arena.dispose();
  return { jsMs: median(times), dispatches };
}
