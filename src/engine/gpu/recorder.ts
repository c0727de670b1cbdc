/**
 * Writes down what a step would do on the GPU instead of doing it: TF.js runs the step as ever, and every program it wants
 * to run becomes a command over places that are laid out afterwards. Executes, allocates and compiles nothing.
 */
import type { WebGPUProgram } from "@tensorflow/tfjs-backend-webgpu/dist/webgpu";
import type { DataType, TensorInfo } from "@tensorflow/tfjs-core";
import type { Slots } from "./launch";

/** A run of bytes that commands use: scratch to be laid out, a tensor from outside, or a constant. */
export interface Storage {
  readonly bytes: number;
  readonly source:
    | "scratch"
    | { readonly tensor: TensorInfo }
    | { readonly constant: number; readonly dtype: DataType };
  /** Where it lies inside another one: a view, or a part of a joined tensor. */
  within: { readonly storage: Storage; readonly offset: number } | null;
}

/** What a kernel's shader is made from. */
export interface Shader {
  readonly key: string;
  readonly program: WebGPUProgram;
  readonly inputs: readonly { readonly dtype: DataType; readonly shape: number[]; readonly name: string }[];
  readonly output: TensorInfo;
}

/** The slots that a dispatch works on. */
export interface Launch {
  readonly slots: Slots;
  /** Where the device finds how many workgroups that takes: bytes from the start of a storage that is made from the picks. */
  sizes: { readonly storage: Storage; readonly offset: number; readonly picks: Storage } | null;
}

export interface DispatchCommand {
  readonly kind: "dispatch";
  /** Name of the kernel, for people. */
  readonly name: string;
  readonly shader: Shader;
  readonly uniforms: ArrayBuffer;
  readonly workgroups: readonly [number, number, number];
  /** Multiplications and additions, where the kernel counts them. */
  readonly operations: number;
  readonly output: Storage;
  readonly inputs: readonly Storage[];
  /** The kernel that adds one more input, the last, to what it stores; null where there is none. */
  readonly accumulating: (() => Pick<DispatchCommand, "shader" | "uniforms">) | null;
  /** The form that adds to what its output holds and leaves the rest alone; null where there is none. */
  readonly adding: {
    readonly code: () => Pick<DispatchCommand, "shader" | "uniforms">;
    readonly launch: Launch | null;
  } | null;
  /** What it does, if it only joins its inputs: adds all up, or takes each slot from that one of the first two which has it. */
  readonly joins: "sum" | "slots" | null;
  /** Whether what it leaves alone of its output is zero. */
  readonly sparse: boolean;
  /** null where its size is fixed. */
  readonly launch: Launch | null;
}

/** Pieces copied to their offsets; what lies between them becomes zero. */
export interface JoinCommand {
  readonly kind: "join";
  readonly output: Storage;
  /** null for zeros. */
  readonly pieces: readonly { readonly from: Storage | null; readonly offset: number }[];
}

export type Command = DispatchCommand | JoinCommand;

/** What a command reads. */
export function readsOf(command: Command): Storage[] {
  if (command.kind === "join") return command.pieces.flatMap(({ from }) => (from ? [from] : []));
  const sizes = command.launch?.sizes;
  return sizes ? [...command.inputs, sizes.storage] : [...command.inputs];
}

/** A call of a kernel of ours that can be computed in several ways. */
export interface Call {
  readonly kernelName: string;
  readonly attrs: unknown;
  readonly inputs: readonly { readonly shape: readonly number[]; readonly dtype: DataType }[];
}

export class RecordingError extends Error {
  override name = "RecordingError";
}

export class Recorder {
  readonly commands: Command[] = [];
  readonly calls: Call[] = [];
  private readonly storages = new Map<object, Storage>();
  private readonly constants = new Map<string, Storage>();

  /** Tensors that the step may read from outside: they keep their buffers from run to run. */
  constructor(outside: readonly TensorInfo[]) {
    for (const tensor of outside)
      this.storages.set(tensor.dataId, { bytes: bytesOf(tensor.shape), source: { tensor }, within: null });
  }

  /** Storage of a tensor, which the step has made or was given. */
  storage(info: TensorInfo, values: ArrayLike<number> | null, reader: string): Storage {
    const known = this.storages.get(info.dataId);
    if (known) return known;
    const storage = this.constant(info, values, reader);
    this.storages.set(info.dataId, storage);
    return storage;
  }

  /** Whether the step knows the tensor already. */
  has(info: TensorInfo): boolean {
    return this.storages.has(info.dataId);
  }

  /** New scratch for a tensor. */
  scratch(info: TensorInfo): Storage {
    const storage: Storage = { bytes: bytesOf(info.shape), source: "scratch", within: null };
    this.storages.set(info.dataId, storage);
    return storage;
  }

  /** Makes `info` a run of `of`, beginning at `offset` bytes. */
  view(info: TensorInfo, of: Storage, offset: number): void {
    const within = { storage: of, offset };
    this.storages.set(info.dataId, { bytes: bytesOf(info.shape), source: "scratch", within });
  }

  /** Numbers that the step makes on the CPU are the same at each run. */
  private constant({ shape, dtype }: TensorInfo, values: ArrayLike<number> | null, reader: string): Storage {
    const where = `${reader} reads a tensor [${shape}]`;
    if (!values) throw new RecordingError(`${where} that is not an input of the step.`);
    const first = values[0] ?? 0;
    for (let i = 1; i < values.length; i++) {
      if (!Object.is(values[i], first)) {
        throw new RecordingError(`${where} uploaded from the CPU while recording: make it an input of the step.`);
      }
    }
    const key = `${dtype} ${shape.reduce((a, b) => a * b, 1)} ${Object.is(first, -0) ? "-0" : first}`;
    const known = this.constants.get(key);
    if (known) return known;
    const storage: Storage = { bytes: bytesOf(shape), source: { constant: first, dtype }, within: null };
    this.constants.set(key, storage);
    return storage;
  }
}

function bytesOf(shape: readonly number[]): number {
  return 4 * shape.reduce((a, b) => a * b, 1);
}

/** The storage that holds the bytes, and where in it they begin. */
export function rootOf(storage: Storage): { readonly root: Storage; readonly offset: number } {
  let [root, offset] = [storage, 0];
  while (root.within) [root, offset] = [root.within.storage, offset + root.within.offset];
  return { root, offset };
}
