/** Memory on the device that is not TF.js's: counted, bounded, and refused with advice. */

export class OutOfMemoryError extends Error {
  override name = "OutOfMemoryError";

  /** @param bytes asked for in all @param by what refused them */
  constructor(
    message: string,
    readonly bytes: number,
    readonly by: "budget" | "device",
  ) {
    super(message);
  }
}

let used = 0;
let budget = Number.POSITIVE_INFINITY;

/** Bytes of all buffers made here. */
export function planBytes(): number {
  return used;
}

/** Refuses what would take more than so many bytes; null for no bound but the device's. */
export function setByteBudget(bytes: number | null): void {
  budget = bytes ?? Number.POSITIVE_INFINITY;
}

export function byteBudget(): number {
  return budget;
}

const ADVICE = "Lower the batch size, the initial channels or the number of cells.";
const megabytes = (bytes: number) => `${Math.ceil(bytes / 2 ** 20).toLocaleString("en")} MB`;

function outOfMemory(bytes: number, by: "budget" | "device"): OutOfMemoryError {
  const detail = by === "budget" ? `the limit is ${megabytes(budget)}.` : "the adapter does not give that much.";
  return new OutOfMemoryError(`This needs ${megabytes(bytes)} of graphics memory; ${detail} ${ADVICE}`, bytes, by);
}

/** A buffer that is counted while it lives. */
export class DeviceBuffer {
  readonly buffer: GPUBuffer;

  constructor(device: GPUDevice, size: number, usage: GPUBufferUsageFlags) {
    this.buffer = device.createBuffer({ size, usage });
    used += size;
  }

  destroy(): void {
    used -= this.buffer.size;
    this.buffer.destroy();
  }
}

/**
 * Makes buffers of `bytes` in all. @throws OutOfMemoryError when the budget or the device refuses; what was made is
 * destroyed then
 */
export async function allocate<T>(
  device: GPUDevice,
  bytes: number,
  make: () => T,
  undo: (made: T) => void,
): Promise<T> {
  if (used + bytes > budget) throw outOfMemory(used + bytes, "budget");
  device.pushErrorScope("out-of-memory");
  device.pushErrorScope("validation");
  const made = make();
  const [invalid, exhausted] = await Promise.all([device.popErrorScope(), device.popErrorScope()]);
  if (!invalid && !exhausted) return made;
  undo(made);
  throw outOfMemory(used + bytes, "device");
}
