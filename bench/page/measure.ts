/** The parts of the bench in their order. */
import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu/dist/webgpu";
import { engineFailure, openEngine } from "../../src/engine/gpu/backend";
import { tf } from "../../src/engine/gpu/tensorflow";
import { kernelRates } from "./kernel-rates";
import { measureCell } from "./measure-cell";
import { measureConvnet } from "./measure-convnet";
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
  tell("Small convnet");
  const convnet = await measureConvnet(quick ? { rounds: 1, steps: 2 } : { rounds: 5, steps: 5 }, tell);
  sound();
  tell("One cell");
  const cell = await measureCell({ rounds: quick ? 1 : 5, steps: 1 });
  sound();
  return {
    cell,
    convnet,
    step: { jsMs: null },
    network: { dispatches: null },
    roofline: { fmaGflops },
    kernels,
    arena: { bytes: null },
    adapter,
  };
}
