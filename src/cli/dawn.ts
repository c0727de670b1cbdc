/** WebGPU in Node: Dawn, from the package `webgpu`. Where it cannot be had, says why. Knows nothing of the engine. */

export type Dawn = { readonly gpu: GPU } | { readonly gpu: undefined; readonly reason: string };

/** Puts `gpu` where browsers have it: TensorFlow.js looks for `navigator.gpu`. Node has a navigator from version 21 on. */
function install(gpu: GPU): void {
  if (globalThis.navigator === undefined) Object.defineProperty(globalThis, "navigator", { value: {} });
  Object.defineProperty(globalThis.navigator, "gpu", { value: gpu, configurable: true });
}

/**
 * Dawn for Node asks for its events with every turn of the event loop while it waits, which keeps a core busy that a software
 * adapter computes with. Once in a millisecond does.
 */
function askLessOften(): void {
  const immediate = globalThis.setImmediate;
  const later = (act: (...values: unknown[]) => void, ...values: unknown[]) => setTimeout(act, 1, ...values);
  globalThis.setImmediate = Object.assign(later, immediate) as unknown as typeof setImmediate;
  globalThis.clearImmediate = (handle) => clearTimeout(handle as unknown as NodeJS.Timeout);
}

/**
 * Loads Dawn and makes WebGPU global as in browsers: `navigator.gpu`, GPUBufferUsage and the like.
 * Whether there is an adapter is seen only when one is asked for.
 */
export async function openDawn(): Promise<Dawn> {
  try {
    const { create, globals } = await import("webgpu");
    Object.assign(globalThis, globals);
    const gpu = create([]);
    install(gpu);
    askLessOften();
    return { gpu };
  } catch (error) {
    const why = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
    return { gpu: undefined, reason: `Dawn cannot be loaded on ${process.platform} ${process.arch}: ${why}` };
  }
}
