/** Opens a backend: checks WebGPU, asks for the limits the kernels use, and says which adapter it is. No DOM: the caller hands in `navigator.gpu`. */
import type { BackendName, Engine, WebGPUCheck } from "../../domain/run";
import { RecordingBackend } from "./backend-webgpu";
import { planBytes } from "./memory";
import { recordingBackend } from "./step";
import { tf } from "./tensorflow";

/** What the kernels need beyond WebGPU's guaranteed limits; the adapter's own value is asked for. */
const WANTED_LIMITS = [
  // A paper-sized activation is larger than the guaranteed 128 MiB binding and 256 MiB buffer.
  "maxStorageBufferBindingSize",
  "maxBufferSize",
  // TF.js's own matrix and reduction kernels use larger workgroups where they may.
  "maxComputeWorkgroupStorageSize",
  "maxComputeInvocationsPerWorkgroup",
  "maxComputeWorkgroupSizeX",
  "maxComputeWorkgroupsPerDimension",
] as const;

/** Used where they are offered. */
const WANTED_FEATURES = ["timestamp-query", "subgroups"] as const satisfies GPUFeatureName[];

/** Seven inputs and one output are the most a kernel of ours binds. */
const STORAGE_BUFFERS = 8;

interface Opened {
  readonly check: WebGPUCheck;
  readonly device: GPUDevice | null;
  readonly info: GPUAdapterInfo | null;
}

function isSoftware(info: GPUAdapterInfo): boolean {
  return /swiftshader|llvmpipe|basic render|software|\bcpu\b/i.test(
    `${info.vendor} ${info.architecture} ${info.device} ${info.description}`,
  );
}

async function openDevice(gpu: GPU | undefined): Promise<Opened> {
  const refuse = (reason: "no-api" | "no-adapter" | "limit" | "error", detail: string): Opened => ({
    check: { ok: false, reason, detail },
    device: null,
    info: null,
  });
  if (!gpu) return refuse("no-api", "This browser has no WebGPU.");
  try {
    const adapter = await gpu.requestAdapter({ powerPreference: "high-performance" });
    if (!adapter) return refuse("no-adapter", "WebGPU is there, but it found no graphics adapter.");
    const buffers = adapter.limits.maxStorageBuffersPerShaderStage;
    if (buffers < STORAGE_BUFFERS) {
      return refuse(
        "limit",
        `The adapter allows ${buffers} storage buffers in a kernel; ${STORAGE_BUFFERS} are needed.`,
      );
    }
    const device = await adapter.requestDevice({
      requiredFeatures: WANTED_FEATURES.filter((name) => adapter.features.has(name)),
      requiredLimits: Object.fromEntries(WANTED_LIMITS.map((name) => [name, adapter.limits[name]])),
    });
    enableSubgroups(device);
    const { vendor, architecture, description } = adapter.info;
    return {
      check: { ok: true, vendor, architecture, description, software: isSoftware(adapter.info) },
      device,
      info: adapter.info,
    };
  } catch (error) {
    return refuse("error", error instanceof Error ? error.message : String(error));
  }
}

/** What went wrong with a device after it was opened. A lost device reads as zeros, without an error from TF.js. */
const failures = new WeakMap<GPUDevice, string>();

function watch(device: GPUDevice): void {
  const keep = (message: string) => {
    if (!failures.has(device)) failures.set(device, message);
  };
  device.lost.then(
    ({ message }) => keep(`The graphics device was lost. ${message}`.trim()),
    (error: unknown) => keep(`The graphics device was lost. ${String(error)}`),
  );
  device.addEventListener("uncapturederror", ({ error }) => {
    keep(
      `The graphics device reports: ${error.message}. Lower the batch size or the channels, or use the CPU backend.`,
    );
  });
}

/** What went wrong with the device in use; null while nothing did. */
export function engineFailure(): string | null {
  if (tf.getBackend() !== "webgpu") return null;
  return failures.get((tf.backend() as RecordingBackend).device) ?? null;
}

/** How long the news of a loss may come after its first effect, in ms. */
const NEWS_MS = 500;

/** Whether the device in use is lost. An iteration may fail before the browser says so, which is waited for. */
export async function deviceIsLost(): Promise<boolean> {
  if (tf.getBackend() !== "webgpu") return false;
  const { lost } = (tf.backend() as RecordingBackend).device;
  return Promise.race([lost.then(() => true), new Promise<false>((done) => setTimeout(() => done(false), NEWS_MS))]);
}

/** Destroys the device in use, as a driver that crashes does: to see what happens then. Nothing on the CPU. */
export function loseDevice(): void {
  if (tf.getBackend() === "webgpu") (tf.backend() as RecordingBackend).device.destroy();
}

/** A kernel that shares values between the lanes of a subgroup must say so in its first line, which is TF.js's to write. */
function enableSubgroups(device: GPUDevice): void {
  const create = device.createShaderModule.bind(device);
  device.createShaderModule = (descriptor) =>
    /\b(subgroup|quad)[A-Z]\w*\(/.test(descriptor.code)
      ? create({ ...descriptor, code: `enable subgroups;\n${descriptor.code}` })
      : create(descriptor);
}

/** Whether kernels may use subgroup operations. */
export function hasSubgroups(): boolean {
  return recordingBackend()?.device.features.has("subgroups") ?? false;
}

/** Name of the adapter behind a check, or "CPU". */
export function adapterName(check: WebGPUCheck): string {
  if (!check.ok) return "CPU";
  return (
    [check.vendor, check.architecture, check.description].filter((part) => part !== "").join(", ") || "unnamed adapter"
  );
}

async function use(backend: BackendName, check: WebGPUCheck): Promise<Engine> {
  if (!(await tf.setBackend(backend))) throw new Error(`The ${backend} backend could not be started.`);
  await tf.ready();
  return { backend, webgpu: check, adapter: backend === "cpu" ? "CPU" : adapterName(check) };
}

/**
 * Opens the engine.
 * @param choice `auto` takes a hardware adapter when there is one, else asks `faster` about CPU and software adapter
 * @param gpu the runtime's WebGPU, if it has one
 * @param faster names the faster of both backends; called, with the adapter's name, only when the one adapter is a software adapter
 * @throws Error when `webgpu` was asked for and cannot be had
 */
export async function openEngine(
  choice: "auto" | BackendName,
  gpu: GPU | undefined,
  faster: (adapter: string) => Promise<BackendName>,
): Promise<Engine> {
  const { check, device, info } = await openDevice(gpu);
  if (choice === "webgpu" && !check.ok) throw new Error(`WebGPU cannot be used: ${check.detail}`);
  if (device && info) {
    watch(device);
    if (tf.findBackend("webgpu")) tf.removeBackend("webgpu");
    tf.registerBackend("webgpu", () => new RecordingBackend(device, info), 3);
  }
  if (choice !== "auto") return use(choice, check);
  if (!check.ok) return use("cpu", check);
  return use(check.software ? await faster(adapterName(check)) : "webgpu", check);
}

/** Bytes of all tensors and, on WebGPU, of all buffers kept for reuse and of plans; and the number of tensors. */
export function engineMemory(): { readonly bytes: number; readonly tensors: number } {
  const memory = tf.memory() as tf.MemoryInfo & { numBytesAllocatedInGPU?: number };
  return { bytes: (memory.numBytesAllocatedInGPU ?? memory.numBytes) + planBytes(), tensors: memory.numTensors };
}
