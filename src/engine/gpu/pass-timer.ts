/** Times one compute pass: by timestamps where the device has them, else by the clock around its submission. */

/** Bytes of the two timestamps. */
const BYTES = 16;

export class PassTimer {
  /** For the pass to be timed. */
  readonly descriptor: GPUComputePassDescriptor;
  private readonly queries: GPUQuerySet | null;

  constructor(private readonly device: GPUDevice) {
    this.queries = device.features.has("timestamp-query")
      ? device.createQuerySet({ type: "timestamp", count: 2 })
      : null;
    this.descriptor = this.queries
      ? { timestampWrites: { querySet: this.queries, beginningOfPassWriteIndex: 0, endOfPassWriteIndex: 1 } }
      : {};
  }

  /** Submits the encoder, in which the pass has ended, and gives the pass's time. */
  async milliseconds(encoder: GPUCommandEncoder): Promise<number> {
    const { device, queries } = this;
    const began = performance.now();
    if (!queries) {
      device.queue.submit([encoder.finish()]);
      await device.queue.onSubmittedWorkDone();
      return performance.now() - began;
    }
    const resolved = device.createBuffer({
      size: BYTES,
      usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC,
    });
    const read = device.createBuffer({ size: BYTES, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
    encoder.resolveQuerySet(queries, 0, 2, resolved, 0);
    encoder.copyBufferToBuffer(resolved, 0, read, 0, BYTES);
    device.queue.submit([encoder.finish()]);
    await read.mapAsync(GPUMapMode.READ);
    const [start = 0n, end = 0n] = new BigUint64Array(read.getMappedRange());
    const milliseconds = Number(end - start) / 1e6;
    read.unmap();
    for (const thing of [resolved, read, queries]) thing.destroy();
    // A coarse clock may see no time at all.
    return milliseconds > 0 ? milliseconds : performance.now() - began;
  }
}
