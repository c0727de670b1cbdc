/** The one device of the GPU tests: another would compile every kernel again. */
import type { Engine } from "../src/domain/run";
import { openEngine } from "../src/engine/gpu/backend";
import { tf } from "../src/engine/gpu/tensorflow";

let opened: Engine | null = null;

/** WebGPU, chosen as TF.js's backend. What a test opened itself, as a session does, serves those after it. */
export async function openGpu(): Promise<Engine> {
  if (opened && tf.findBackend("webgpu")) await tf.setBackend("webgpu");
  else opened = await openEngine("webgpu", navigator.gpu, () => Promise.resolve("webgpu"));
  if (!opened.webgpu.ok) throw new Error(opened.webgpu.detail);
  return opened;
}
