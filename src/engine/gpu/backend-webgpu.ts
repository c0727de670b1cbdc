/**
 * TF.js's WebGPU backend that can record: while a recorder is set, programs are written down instead of run, and whatever
 * would not be the same at each replay is refused by name. The one place that knows the backend's inner parts.
 */
import { WebGPUBackend, type WebGPUProgram } from "@tensorflow/tfjs-backend-webgpu/dist/webgpu";
import { compileProgram, makeShaderKey } from "@tensorflow/tfjs-backend-webgpu/dist/webgpu_program";
import { type DataType, type TensorInfo, util } from "@tensorflow/tfjs-core";
import { recordLaunches } from "./launch";
import { OWN, Program, runDispatch } from "./program";
import { type Launch, Recorder, RecordingError, type Shader } from "./recorder";
import { type Field, packUniforms } from "./uniforms";

type Uniforms = Parameters<WebGPUBackend["runWebGPUProgram"]>[3];

const readable = (info: TensorInfo) => `a tensor [${info.shape}]`;

/** A program's own name: TF.js's keys begin with it, ours with the product's and then the kernel's. */
export function programName(program: WebGPUProgram): string {
  const key = program.shaderKey.startsWith(OWN) ? program.shaderKey.slice(OWN.length) : program.shaderKey;
  return key.split("_", 1)[0] ?? key;
}

/** Parts of TF.js's backend that it keeps to itself. */
interface Inner {
  readonly pipelineCache: Record<string, GPUComputePipeline>;
  readonly commandEncoder: GPUCommandEncoder | null;
  /** Data that encoded commands use: not released before they are submitted. */
  readonly commandQueueOwnedIds: WeakSet<object>;
}

/** TF.js's buffers between two uses; it has no way to let go of these alone. */
interface BufferPool {
  readonly freeBuffers: ReadonlyMap<string, GPUBuffer[]>;
  numFreeBuffers: number;
  numBytesAllocated: number;
}

/** TF.js's key tells apart what makes no difference to our kernels: which inputs have the output's shape. */
function shaderKey(program: WebGPUProgram, inputs: Shader["inputs"], output: TensorInfo): string {
  if (!program.shaderKey.startsWith(OWN)) return makeShaderKey(program, [...inputs], output);
  const types = [output, ...inputs].map(({ dtype }) => dtype);
  const flat = program.dispatch[1] === 1 && program.dispatch[2] === 1;
  return `${program.shaderKey} ${program.workgroupSize} ${types} ${flat}`;
}

function operationsOf(program: WebGPUProgram): number {
  return "operations" in program && typeof program.operations === "number" ? program.operations : 0;
}

export class RecordingBackend extends WebGPUBackend {
  private recorder: Recorder | null = null;
  private readonly compiling = new Map<string, Promise<GPUComputePipeline>>();

  /** Runs `step` and gives what it would have done. @throws RecordingError for what cannot be replayed */
  record<T>(outside: readonly TensorInfo[], step: () => T): { readonly recorder: Recorder; readonly value: T } {
    if (this.recorder) throw new RecordingError("A step is being recorded already.");
    const recorder = new Recorder(outside);
    const random = Math.random;
    this.recorder = recorder;
    Math.random = () => {
      throw new RecordingError("Math.random was called while recording: random numbers must be made by a kernel.");
    };
    try {
      const value = step();
      recordLaunches(recorder, (dispatch) => {
        const sizes = runDispatch(this, dispatch);
        const storage = recorder.storage(sizes, null, dispatch.name);
        this.disposeData(sizes.dataId);
        return storage;
      });
      return { recorder, value };
    } finally {
      Math.random = random;
      this.recorder = null;
    }
  }

  private get inner(): Inner {
    return this as unknown as Inner;
  }

  get recording(): Recorder | null {
    return this.recorder;
  }

  /** The values that wait for their upload, if the tensor has not been uploaded. */
  waiting({ dataId }: TensorInfo): ArrayLike<number> | null {
    const data = this.tensorMap.get(dataId);
    return data.resource ? null : ((data.values as ArrayLike<number> | undefined) ?? null);
  }

  override runWebGPUProgram(
    program: WebGPUProgram,
    inputs: TensorInfo[],
    dtype: DataType,
    defined?: Uniforms,
    given?: TensorInfo,
  ): TensorInfo {
    const { recorder } = this;
    if (!recorder) return this.runAtOnce(program, inputs, dtype, defined, given);
    const name = programName(program);
    if (program.atomic)
      throw new RecordingError(`${name} adds in no fixed order (atomics): it cannot be part of a plan.`);
    const output = given ?? this.makeTensorInfo(program.outputShape, dtype);
    const described = this.describe(program, inputs);
    const accumulates = program instanceof Program ? program.accumulating() : null;
    const adding = program instanceof Program ? program.adding() : null;
    const workgroups = this.workgroups(program);
    recorder.commands.push({
      kind: "dispatch",
      name,
      ...codeOf(program, described, output, defined),
      accumulating:
        accumulates &&
        (() => {
          const addend = { dtype: output.dtype, shape: output.shape, name: accumulates.variableNames.at(-1) ?? "" };
          return codeOf(accumulates, [...described, addend], output, defined);
        }),
      workgroups,
      operations: operationsOf(program),
      inputs: inputs.map((info) => recorder.storage(info, this.waiting(info), name)),
      output: recorder.has(output) ? recorder.storage(output, null, name) : recorder.scratch(output),
      ...(program instanceof Program
        ? { joins: program.joins, sparse: program.sparse, launch: launchOf(program, workgroups) }
        : { joins: null, sparse: false, launch: null }),
      adding: adding && {
        code: () => codeOf(adding, described, output, defined),
        launch: launchOf(adding, workgroups),
      },
    });
    return output;
  }

  /** By TF.js, with the kernel that a plan has compiled; what TF.js compiles serves plans as well. */
  private runAtOnce(
    program: WebGPUProgram,
    inputs: TensorInfo[],
    dtype: DataType,
    defined?: Uniforms,
    given?: TensorInfo,
  ): TensorInfo {
    const described = this.describe(program, inputs);
    const sparse = program instanceof Program && program.sparse;
    const target = given ?? (sparse ? this.makeTensorInfo(program.outputShape, dtype) : undefined);
    const output = target ?? { dataId: {}, dtype, shape: program.outputShape };
    const [own, theirs] = [shaderKey(program, described, output), makeShaderKey(program, [...described], output)];
    if (sparse) this.copyInto(output, [], true);
    const cache = this.inner.pipelineCache;
    const planned = cache[own];
    if (planned) cache[theirs] ??= planned;
    const result = super.runWebGPUProgram(program, inputs, dtype, defined, target);
    const compiled = cache[theirs];
    if (compiled) cache[own] ??= compiled;
    return result;
  }

  private describe(program: WebGPUProgram, inputs: readonly TensorInfo[]): Shader["inputs"] {
    return inputs.map(({ dataId, shape }, i) => ({
      dtype: this.tensorMap.get(dataId).dtype,
      shape,
      name: program.variableNames[i] ?? "",
    }));
  }

  /** WebGPU limits each dimension of a dispatch; a flat one too long is folded. */
  private workgroups({ dispatch, dispatchLayout }: WebGPUProgram): [number, number, number] {
    const limit = this.device.limits.maxComputeWorkgroupsPerDimension;
    if (dispatch.every((count) => count <= limit)) return [...dispatch];
    if (dispatchLayout.y || dispatchLayout.z) throw new Error("A dispatch is too large for this adapter.");
    const side = Math.ceil(Math.sqrt(dispatch[0]));
    if (side <= limit) return [side, side, 1];
    const edge = Math.ceil(Math.cbrt(dispatch[0]));
    return [edge, edge, edge];
  }

  /** The compiled kernel, from TF.js's own cache; compiled beside others that are asked for at the same time. */
  pipeline(shader: Shader): Promise<GPUComputePipeline> {
    const known = this.inner.pipelineCache[shader.key];
    if (known) return Promise.resolve(known);
    const compiling = this.compiling.get(shader.key) ?? this.compile(shader);
    this.compiling.set(shader.key, compiling);
    return compiling;
  }

  private async compile({ key, program, inputs, output }: Shader): Promise<GPUComputePipeline> {
    try {
      const made = await compileProgram(this.device, program, [...inputs], output, true);
      this.inner.pipelineCache[key] = made;
      return made;
    } finally {
      this.compiling.delete(key);
    }
  }

  /** Submits what TF.js has encoded so far. */
  flush(): void {
    if (!this.inner.commandEncoder) return;
    this.endComputePassEncoder();
    this.submitQueue();
  }

  /** Destroys the buffers that TF.js keeps for reuse. */
  releaseIdle(): void {
    this.flush();
    const pool = this.bufferManager as unknown as BufferPool;
    for (const buffers of pool.freeBuffers.values())
      for (const buffer of buffers.splice(0)) {
        buffer.destroy();
        pool.numBytesAllocated -= buffer.size;
        pool.numFreeBuffers--;
      }
  }

  /** The buffer of a tensor, uploaded first if need be. */
  bufferOf(info: TensorInfo): GPUBuffer {
    this.uploadToGPU(info.dataId);
    return this.tensorMap.get(info.dataId).resource as GPUBuffer;
  }

  /** Overwrites a tensor. What was submitted before still sees the old values. */
  overwrite(info: TensorInfo, values: Float32Array | Int32Array): void {
    const buffer = this.bufferOf(info);
    // Its first upload may wait in the encoder; it must not come last.
    this.flush();
    this.queue.writeBuffer(buffer, 0, values as typeof values & ArrayBufferView<ArrayBuffer>);
    this.forgetValues(info);
  }

  /** The buffer's contents were changed behind TF.js's back: what it keeps on the CPU is out of date. */
  forgetValues({ dataId }: TensorInfo): void {
    const data = this.tensorMap.get(dataId);
    if (data.resource) data.values = null as unknown as typeof data.values;
  }

  /** Copies bytes between tensors outside a recording; clears the target first when asked. */
  copyInto(
    to: TensorInfo,
    copies: readonly {
      readonly from: TensorInfo;
      readonly source: number;
      readonly target: number;
      readonly bytes: number;
    }[],
    clear: boolean,
  ): void {
    const target = this.bufferOf(to);
    const sources = copies.map(({ from }) => this.bufferOf(from));
    this.ensureCommandEncoderReady();
    this.endComputePassEncoder();
    const encoder = this.inner.commandEncoder as GPUCommandEncoder;
    const owned = this.inner.commandQueueOwnedIds;
    if (clear) encoder.clearBuffer(target);
    for (const [i, { from, source, target: offset, bytes }] of copies.entries()) {
      encoder.copyBufferToBuffer(sources[i] as GPUBuffer, source, target, offset, bytes);
      owned.add(from.dataId);
    }
    owned.add(to.dataId);
  }

  override async read(dataId: object): ReturnType<WebGPUBackend["read"]> {
    this.refuseReading(dataId);
    return super.read(dataId);
  }

  override readSync(dataId: object): ReturnType<WebGPUBackend["readSync"]> {
    this.refuseReading(dataId);
    return super.readSync(dataId);
  }

  override readToGPU(dataId: object): ReturnType<WebGPUBackend["readToGPU"]> {
    this.refuseReading(dataId);
    return super.readToGPU(dataId);
  }

  private refuseReading(dataId: object): void {
    if (!this.recorder) return;
    const { shape, dtype } = this.tensorMap.get(dataId);
    throw new RecordingError(`${readable({ dataId, shape, dtype })} is read back while recording: return it instead.`);
  }
}

/** The slots of a program, if its invocations come in slots and its workgroups in a row. */
function launchOf({ slots }: Program, workgroups: readonly number[]): Launch | null {
  return slots && workgroups[1] === 1 ? { slots, sizes: null } : null;
}

/** What a dispatch of a program runs. */
function codeOf(program: WebGPUProgram, inputs: Shader["inputs"], output: TensorInfo, defined: Uniforms) {
  const shader: Shader = { key: shaderKey(program, inputs, output), program, inputs, output };
  return { shader, uniforms: packUniforms(uniformFields(program, inputs, output, defined)) };
}

/** The numbers that TF.js hands to each program, in its order. */
function uniformFields(
  program: WebGPUProgram,
  inputs: Shader["inputs"],
  output: TensorInfo,
  defined: Uniforms,
): Field[] {
  const fields: Field[] = [
    { type: "float32", data: [Number.NaN] },
    { type: "float32", data: [Number.POSITIVE_INFINITY] },
  ];
  for (const { shape } of [...inputs, output]) {
    fields.push({ type: "int32", data: shape }, { type: "int32", data: util.computeStrides(shape) });
  }
  if (program.size) {
    const size = util.sizeFromShape(program.outputShape);
    fields.push({ type: "int32", data: [size / (program.outputComponent ?? 1)] });
  }
  return [...fields, ...(defined ?? [])];
}
