/** The parts of the bench in their order. */
import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu/dist/webgpu";
import { engineFailure, openEngine } from "../../src/engine/gpu/backend";
import { tf } from "../../src/engine/gpu/tensorflow";
import { kernelRates } from "./kernel-rates";
import { measureCell } from "./measure-cell";
import { measureConvnet } from "./measure-convnet";
import { measureMsgDas } from "./measure-msgdas";
import { measureReplay, planNetwork } from "./measure-network";
import type { PageResult } from "./result";
import { roofline } from "./roofline";

export interface PageOptions {
  /** Fewer repeats: a check that everything runs. */
  readonly quick: boolean;
}

export async function measurePage({ quick }: PageOptions, tell: (what: string) => void): Promise<PageResult> {
  const { adapter } = await openEngine("webgpu", navigator.gpu, () => Promise.resolve("webgpu"));
  const sound = () => {
    const failure = engineFailure();
    if (failure) throw new Error(failure);
  };
  tell("Roofline and hot kernels");
  const ceiling = await roofline((tf.backend() as WebGPUBackend).device);
  const { fmaGflops, kernels } = await kernelRates(ceiling, quick ? { rounds: 1, span: 20 } : { rounds: 7, span: 60 });
  ceiling.dispose();
  sound();
  tell("The paper's network, planned");
  const network = planNetwork();
  tell("A replayed step of it");
  const step = await measureReplay(quick ? 3 : 15);
  sound();
  tell("A weight step of MSG-DAS, the paper's network");
  const paper = await measureMsgDas("paper", quick ? 5 : 50);
  sound();
  tell("A weight step of MSG-DAS, a small network");
  const small = await measureMsgDas("small", quick ? 10 : 50);
  sound();
  tell("One cell");
  const { cell, arenaBytes } = await measureCell({ rounds: quick ? 1 : 5, steps: 5 });
  sound();
  const convnet = await measureConvnet({ rounds: quick ? 1 : 5, steps: 5 }, tell);
  sound();
  return {
    cell,
    convnet,
    step,
    network,
    msgdas: { paper, small },
    roofline: { fmaGflops },
    kernels,
    arena: { bytes: arenaBytes },
    adapter,
  };
}
