/** A recorded step on the device: its buffers and kernels are made once, and a run is one list of commands. */
import { type DataType, type TensorInfo, util } from "@tensorflow/tfjs-core";
import type { KernelProfile } from "../../domain/run";
import { aligned } from "./arena";
import type { RecordingBackend } from "./backend-webgpu";
import { allocate, DeviceBuffer } from "./memory";
import { PassTimer } from "./pass-timer";
import { rootOf, type Shader, type Storage } from "./recorder";
import type { Action, Recording } from "./recording";

/** Usage of buffers that kernels read and write; a function, since a runtime may define the constants late. */
const storage = () =>
  GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST | GPUBufferUsage.INDIRECT;

/** Scratch of all plans of one run, which never run at the same time. */
export class ScratchArena {
  private banks: DeviceBuffer[] = [];
  /** Changes when a bank is replaced: plans then bind anew. */
  version = 0;

  /** Bytes by which the arena would grow. */
  missing(sizes: readonly number[]): number {
    return sizes.reduce((sum, size, i) => sum + Math.max(0, size - (this.banks[i]?.buffer.size ?? 0)), 0);
  }

  grow(device: GPUDevice, sizes: readonly number[]): void {
    for (const [i, size] of sizes.entries()) {
      const bank = this.banks[i];
      if (bank && bank.buffer.size >= size) continue;
      bank?.destroy();
      this.banks[i] = new DeviceBuffer(device, size, storage());
      this.version++;
    }
  }

  bank(index: number): GPUBuffer {
    const bank = this.banks[index];
    if (!bank) throw new Error(`The arena has no bank ${index}.`);
    return bank.buffer;
  }

  get bytes(): number {
    return this.banks.reduce((sum, { buffer }) => sum + buffer.size, 0);
  }

  dispose(): void {
    for (const bank of this.banks) bank.destroy();
    this.banks = [];
  }
}

interface Range {
  readonly buffer: GPUBuffer;
  readonly offset: number;
  readonly size: number;
}

/** Commands of a run, ready to be encoded. */
type Encoded =
  | {
      readonly kind: "dispatch";
      readonly pipeline: GPUComputePipeline;
      readonly bindings: GPUBindGroup;
      readonly x: number;
      readonly y: number;
      readonly z: number;
      /** Where the device finds the three, if they are the most that there may be. */
      readonly sizes: { readonly buffer: GPUBuffer; readonly offset: number } | null;
    }
  | { readonly kind: "clear"; readonly at: Range }
  | { readonly kind: "copy"; readonly from: Range; readonly to: Range };

function dispatch(pass: GPUComputePassEncoder, { bindings, x, y, z, sizes }: Extract<Encoded, { kind: "dispatch" }>) {
  pass.setBindGroup(0, bindings);
  if (sizes) pass.dispatchWorkgroupsIndirect(sizes.buffer, sizes.offset);
  else pass.dispatchWorkgroups(x, y, z);
}

type Values = Float32Array | Int32Array;

interface Result {
  readonly from: Storage;
  readonly dtype: DataType;
  readonly length: number;
  readonly offset: number;
}

export class Plan {
  private readonly device: GPUDevice;
  private encoded: readonly Encoded[] = [];
  private encodedFor = -1;
  /** Staging buffers that no run uses. */
  private readonly idle: DeviceBuffer[] = [];
  private readonly staged: Set<DeviceBuffer> = new Set();
  private readonly results: readonly Result[];
  private readonly resultBytes: number;

  private constructor(
    private readonly backend: RecordingBackend,
    private readonly arena: ScratchArena,
    readonly recording: Recording,
    private readonly pipelines: readonly GPUComputePipeline[],
    private readonly slab: DeviceBuffer,
    private readonly constants: DeviceBuffer,
    private readonly constantOffsets: ReadonlyMap<Storage, number>,
    results: readonly TensorInfo[],
  ) {
    this.device = backend.device;
    let offset = 0;
    const read = recording.exits.filter(({ to }) => !to);
    this.results = read.map(({ from }, i) => {
      const { dtype, shape } = results[i] as TensorInfo;
      const result = { from, dtype, length: util.sizeFromShape(shape), offset };
      offset += aligned(from.bytes);
      return result;
    });
    this.resultBytes = Math.max(offset, 4);
  }

  /**
   * Compiles the kernels and allocates what the recording needs.
   * @param results tensors that the host reads, in the order of the recording's exits
   * @param report hears how many kernels are compiled
   * @throws OutOfMemoryError
   */
  static async create(
    backend: RecordingBackend,
    arena: ScratchArena,
    recording: Recording,
    results: readonly TensorInfo[],
    report: (done: number, total: number) => void = () => undefined,
  ): Promise<Plan> {
    const { device } = backend;
    const dispatches = recording.actions.filter((action) => action.kind === "dispatch");
    const shaders = [...new Map(dispatches.map(({ command: { shader } }) => [shader.key, shader])).values()];
    let done = 0;
    report(done, shaders.length);
    const compile = async (shader: Shader) => {
      const pipeline = await backend.pipeline(shader);
      report(++done, shaders.length);
      return [shader.key, pipeline] as const;
    };
    const compiled = new Map(await Promise.all(shaders.map(compile)));
    const pipelines = dispatches.map(({ command }) => compiled.get(command.shader.key) as GPUComputePipeline);
    const { layout, slab, constants } = recording;
    const constantOffsets = new Map<Storage, number>();
    let end = 0;
    for (const storage of constants) {
      constantOffsets.set(storage, end);
      end += aligned(storage.bytes);
    }
    const made = await allocate(
      device,
      arena.missing(layout.banks) + slab.size + Math.max(end, 4),
      () => {
        arena.grow(device, layout.banks);
        return [
          new DeviceBuffer(device, slab.size, GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST),
          new DeviceBuffer(device, Math.max(end, 4), storage()),
        ] as const;
      },
      (buffers) => {
        for (const buffer of buffers) buffer.destroy();
        arena.dispose();
      },
    );
    const [uniforms, pinned] = made;
    device.queue.writeBuffer(uniforms.buffer, 0, slab.contents());
    for (const [{ source, bytes }, offset] of constantOffsets) {
      if (typeof source !== "object" || !("constant" in source)) continue;
      const values = source.dtype === "float32" ? new Float32Array(bytes / 4) : new Int32Array(bytes / 4);
      device.queue.writeBuffer(pinned.buffer, offset, values.fill(source.constant));
    }
    return new Plan(backend, arena, recording, pipelines, uniforms, pinned, constantOffsets, results);
  }

  private range(storage: Storage): Range {
    const { root, offset } = rootOf(storage);
    const size = storage.bytes;
    if (root.source === "scratch") {
      const { bank, offset: start } = this.recording.layout.places[this.recording.pieces.get(root) ?? -1] ?? {};
      if (bank === undefined || start === undefined) throw new Error("A plan reads a tensor that nothing wrote.");
      return { buffer: this.arena.bank(bank), offset: start + offset, size };
    }
    if ("tensor" in root.source) return { buffer: this.backend.bufferOf(root.source.tensor), offset, size };
    return { buffer: this.constants.buffer, offset: (this.constantOffsets.get(root) ?? 0) + offset, size };
  }

  private bind(action: Extract<Action, { kind: "dispatch" }>, pipeline: GPUComputePipeline): Encoded {
    const { command, uniforms } = action;
    const buffers = [command.output, ...command.inputs].map((storage) => this.range(storage));
    const entries = [...buffers, { buffer: this.slab.buffer, offset: uniforms, size: command.uniforms.byteLength }].map(
      (resource, binding) => ({ binding, resource }),
    );
    const bindings = this.device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries });
    const [x, y, z] = command.workgroups;
    const sizes = command.launch?.sizes;
    const place = sizes ? this.range(sizes.storage) : null;
    const at = sizes && place ? { buffer: place.buffer, offset: place.offset + sizes.offset } : null;
    return { kind: "dispatch", pipeline, bindings, x, y, z, sizes: at };
  }

  /** The commands on the arena as it is now. */
  private commands(): readonly Encoded[] {
    if (this.encodedFor === this.arena.version) return this.encoded;
    let next = 0;
    const list: Encoded[] = this.recording.actions.map((action) => {
      if (action.kind === "dispatch") return this.bind(action, this.pipelines[next++] as GPUComputePipeline);
      if (action.kind === "clear") return { kind: "clear", at: this.range(action.storage) };
      const { from, to, offset } = action.copy;
      const target = this.range(to);
      return { kind: "copy", from: this.range(from), to: { ...target, offset: target.offset + offset } };
    });
    for (const { from, to } of this.recording.exits) {
      if (!to) continue;
      const source = this.range(from);
      list.push({
        kind: "copy",
        from: source,
        to: { buffer: this.backend.bufferOf(to), offset: 0, size: source.size },
      });
    }
    this.encoded = list;
    this.encodedFor = this.arena.version;
    return list;
  }

  private encode(encoder: GPUCommandEncoder): void {
    let pass: GPUComputePassEncoder | null = null;
    let pipeline: GPUComputePipeline | null = null;
    for (const command of this.commands()) {
      if (command.kind === "dispatch") {
        if (!pass) {
          pass = encoder.beginComputePass();
          pipeline = null;
        }
        if (command.pipeline !== pipeline) pass.setPipeline(command.pipeline);
        pipeline = command.pipeline;
        dispatch(pass, command);
        continue;
      }
      pass?.end();
      pass = null;
      if (command.kind === "clear") encoder.clearBuffer(command.at.buffer, command.at.offset, command.at.size);
      else {
        const { from, to } = command;
        encoder.copyBufferToBuffer(from.buffer, from.offset, to.buffer, to.offset, from.size);
      }
    }
    pass?.end();
  }

  /** Runs once. Returns at once; nothing is read back. */
  submit(): void {
    this.send(null);
  }

  private send(staging: DeviceBuffer | null): void {
    // Uploads of tensors that are bound for the first time are submitted before the run.
    const commands = this.commands();
    this.backend.flush();
    if (commands.length === 0 && !staging) return;
    const encoder = this.device.createCommandEncoder();
    this.encode(encoder);
    if (staging)
      for (const { from, offset } of this.results) {
        const source = this.range(from);
        encoder.copyBufferToBuffer(source.buffer, source.offset, staging.buffer, offset, source.size);
      }
    this.device.queue.submit([encoder.finish()]);
    for (const { to } of this.recording.exits) if (to) this.backend.forgetValues(to);
  }

  /** Runs once and gives the results; several runs may be on their way at a time. */
  async run(): Promise<Values[]> {
    const staging = this.idle.pop() ?? this.newStaging();
    this.send(staging);
    await staging.buffer.mapAsync(GPUMapMode.READ);
    const bytes = staging.buffer.getMappedRange().slice(0);
    staging.buffer.unmap();
    this.idle.push(staging);
    return this.results.map(({ dtype, length, offset }) =>
      dtype === "float32" ? new Float32Array(bytes, offset, length) : new Int32Array(bytes, offset, length),
    );
  }

  /** Milliseconds of one run on the device. Nothing outside the scratch changes. */
  measure(): Promise<number> {
    return this.timeOf(null);
  }

  /** @param kernel null for all; else the dispatches of one, on what the last run left: their sizes may hang on it */
  private async timeOf(kernel: string | null): Promise<number> {
    const dispatches = this.commands().filter((command) => command.kind === "dispatch");
    const names = this.recording.actions.flatMap((action) => (action.kind === "dispatch" ? [action.command.name] : []));
    const chosen = dispatches.filter((_, i) => kernel === null || names[i] === kernel);
    this.backend.flush();
    const timer = new PassTimer(this.device);
    const encoder = this.device.createCommandEncoder();
    const pass = encoder.beginComputePass(timer.descriptor);
    for (const command of chosen) {
      pass.setPipeline(command.pipeline);
      dispatch(pass, command);
    }
    pass.end();
    return timer.milliseconds(encoder);
  }

  /** Where the time of a run goes, kernel by kernel, longest first. */
  async profile(): Promise<KernelProfile[]> {
    const kernels = new Map<string, { dispatches: number; bytes: number; operations: number }>();
    for (const action of this.recording.actions) {
      if (action.kind !== "dispatch") continue;
      const { name, inputs, output, operations } = action.command;
      const entry = kernels.get(name) ?? { dispatches: 0, bytes: 0, operations: 0 };
      entry.dispatches++;
      entry.bytes += [output, ...inputs].reduce((sum, { bytes }) => sum + bytes, 0);
      entry.operations += operations;
      kernels.set(name, entry);
    }
    const profiles: KernelProfile[] = [];
    await this.measure();
    for (const [name, entry] of kernels) profiles.push({ name, ...entry, milliseconds: await this.timeOf(name) });
    return profiles.sort((a, b) => b.milliseconds - a.milliseconds);
  }

  private newStaging(): DeviceBuffer {
    const usage = GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST;
    const staging = new DeviceBuffer(this.device, this.resultBytes, usage);
    this.staged.add(staging);
    return staging;
  }

  /** Releases everything but the arena and the tensors that the plan was given. */
  dispose(): void {
    this.slab.destroy();
    this.constants.destroy();
    for (const staging of this.staged) staging.destroy();
    this.encoded = [];
  }
}
