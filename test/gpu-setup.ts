/** Runs before each GPU test file: there must be an adapter, and an error that WebGPU reports to nobody fails the test. */
import { afterEach, beforeAll, expect } from "vitest";

/** Of all files, which share a page and its devices. */
const page = globalThis as typeof globalThis & { errorsOfWebGPU?: string[] };

if (!page.errorsOfWebGPU) {
  const errors: string[] = [];
  page.errorsOfWebGPU = errors;
  const requestDevice = GPUAdapter.prototype.requestDevice;
  GPUAdapter.prototype.requestDevice = async function (descriptor) {
    const device = await requestDevice.call(this, descriptor);
    device.addEventListener("uncapturederror", ({ error }) => {
      console.error(`WebGPU: ${error.message}`);
      errors.push(error.message);
    });
    return device;
  };
}

beforeAll(async () => {
  if (!(await navigator.gpu.requestAdapter()))
    throw new Error("GPU tests need a WebGPU adapter; this browser has none.");
});

afterEach(() => {
  expect(page.errorsOfWebGPU?.splice(0), "errors reported by WebGPU").toEqual([]);
});
