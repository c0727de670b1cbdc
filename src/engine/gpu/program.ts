/** Runs a WGSL kernel through TF.js's WebGPU backend, with dimensions as uniforms so that one pipeline serves all shapes. */
import type { WebGPUBackend, WebGPUProgram } from "@tensorflow/tfjs-backend-webgpu/dist/webgpu";
import type { Slots } from "./launch";
import type { TensorInfo } from "./tensorflow";

/**
 * One dispatch: `count` invocations of `body`, which sees `index`, the inputs as arrays, and `result`. A body that writes
 * every element once and by `store(i, value)` alone lets a plan add another tensor as it stores (gpu/accumulate.ts).
 */
export interface Dispatch {
  readonly name: string;
  /** Everything but the parameters that changes `body`: part of the pipeline's key. */
  readonly variant?: string;
  /** Arrays the body reads: WGSL name and tensor. Each must be read. At most seven; the name "addend" is taken. */
  readonly inputs: Readonly<Record<string, TensorInfo>>;
  /** Integers the body reads as `uniforms.NAME`. */
  readonly params: Readonly<Record<string, number>>;
  /** Tables of integers that it reads as `uniforms.NAME[row]`, a vec4. */
  readonly tables?: Readonly<Record<string, readonly Quad[]>>;
  /** WGSL functions the body calls. */
  readonly functions?: string;
  readonly body: string;
  readonly count: number;
  readonly shape: readonly number[];
  readonly dtype?: "float32" | "int32";
  /**
   * Floats of an element of `result` and of the inputs, as WGSL type `T`: 4 where channels come in fours, which makes
   * every load four times as wide. Default 1.
   */
  readonly vector?: 1 | 4;
  /** Inputs, or "result", whose elements stay single floats. */
  readonly scalars?: readonly string[];
  /** Multiplications and additions of all invocations, for the profiler; left out by kernels that only move data. */
  readonly operations?: number;
  /** Invocations of a workgroup. Default 64. */
  readonly workgroup?: number;
  /** WGSL declarations of workgroup memory. The dispatch is `together`: barriers must be met by all. */
  readonly shared?: string;
  /**
   * Every invocation of a workgroup reaches the body, also those beyond `count`, and of whole workgroups beyond it: lanes
   * share values only where all of them are. `index / workgroup` is the same for a workgroup.
   */
  readonly together?: boolean;
  /** Another form, which adds to what `result` holds and leaves alone what it adds nothing to. */
  readonly adding?: Pick<Dispatch, "body"> & Partial<Pick<Dispatch, "slots">>;
  /** What the body does, if it only joins the inputs: a plan may spare it (see in-place.ts). */
  readonly joins?: "sum" | "slots";
  /** The slots that the invocations work on, `slots.each` on each (see launch.ts); all are the same work without. */
  readonly slots?: Slots;
  /** Whether what no invocation writes is zero; undefined else. */
  readonly sparse?: boolean;
  /** The result of an earlier dispatch, of which this one writes another part. It must not be sparse then. */
  readonly into?: TensorInfo;
}

/** A row of a table. */
export type Quad = readonly [number, number, number, number];

/** The widest vector that `channels` is made of. */
export function vectorFor(...channels: readonly number[]): 1 | 4 {
  return channels.every((c) => c % 4 === 0) ? 4 : 1;
}

const WORKGROUP = 64;

/** What the keys of our kernels begin with. */
export const OWN = "searchlight_";

/** Storage buffers that a kernel may read: one of eight is written. */
const MOST_INPUTS = 7;
const ADDEND = "addend";

export class Program implements WebGPUProgram {
  readonly outputShape: number[];
  readonly shaderKey: string;
  readonly dispatchLayout = { x: [0] };
  dispatch: [number, number, number];
  readonly variableNames: string[];
  readonly uniforms: string;
  readonly outputComponent: number;
  readonly variableComponents: number[];
  readonly workgroupSize: [number, number, number];

  readonly operations: number;

  /** @param accumulates whether `store` adds to what it stores the elements of one more input, the last */
  constructor(
    private readonly source: Dispatch,
    private readonly accumulates = false,
  ) {
    this.operations = source.operations ?? 0;
    this.outputShape = [source.shape.reduce((a, b) => a * b, 1)];
    const { vector = 1, scalars = [], tables = {} } = source;
    const lengths = Object.values(tables).map(({ length }) => length);
    const plus = accumulates ? "_plus" : "";
    this.shaderKey = `${OWN}${[source.name, vector, ...lengths, source.variant ?? ""].join("_")}${plus}`;
    this.outputComponent = scalars.includes("result") ? 1 : vector;
    const read = Object.keys(source.inputs);
    this.variableComponents = read.map((name) => (scalars.includes(name) ? 1 : vector));
    const workgroup = source.workgroup ?? WORKGROUP;
    this.workgroupSize = [workgroup, 1, 1];
    this.dispatch = [Math.ceil(source.count / workgroup), 1, 1];
    this.variableNames = read;
    if (accumulates) {
      this.variableNames = [...read, ADDEND];
      this.variableComponents.push(this.outputComponent);
    }
    this.uniforms = [
      ...["count", ...Object.keys(source.params)].map((name) => `${name} : i32, `),
      ...Object.entries(tables).map(([name, { length }]) => `${name} : array<vec4<i32>, ${length}>, `),
    ].join("");
  }

  get slots(): Slots | null {
    return this.source.slots ?? null;
  }

  get joins(): "sum" | "slots" | null {
    return this.source.joins ?? null;
  }

  /** The form that adds to what the result holds, if there is one. */
  adding(): Program | null {
    const { adding, variant = "", ...source } = this.source;
    return adding ? new Program({ ...source, variant: `${variant}_adding`, ...adding }) : null;
  }

  get sparse(): boolean {
    return this.source.sparse ?? false;
  }

  /** The same with an addend; null where the body cannot take one. */
  accumulating(): Program | null {
    const { body, inputs, into, dtype = "float32" } = this.source;
    const free = Object.keys(inputs).length < MOST_INPUTS && !into;
    return free && !this.accumulates && dtype === "float32" && body.includes("store(")
      ? new Program(this.source, true)
      : null;
  }

  /** WGSL of `store`, where the body calls it. */
  private get store(): string {
    if (!this.source.body.includes("store(")) return "";
    const type = this.outputComponent === 4 ? "vec4<f32>" : "f32";
    return `fn store(i : i32, value : ${type}) { result[i] = value${this.accumulates ? ` + ${ADDEND}[i]` : ""}; }`;
  }

  getUserCode(): string {
    const { shared = "", together = shared !== "" } = this.source;
    const wide = this.source.vector === 4;
    return `alias T = ${wide ? "vec4<f32>" : "f32"};
      fn total(v : T) -> f32 { return ${wide ? "dot(v, T(1.0))" : "v"}; }
      ${this.source.functions ?? ""}
      ${shared}
      ${this.store}
      fn main(index : i32) {
        ${together ? "" : "if (index >= uniforms.count) { return; }"}
        ${this.source.body}
      }`;
  }
}

/** Enqueues a dispatch. Inputs are seen flat; the result has `shape`. */
export function runDispatch(backend: WebGPUBackend, dispatch: Dispatch): TensorInfo {
  const inputs = Object.values(dispatch.inputs).map(({ dataId, shape, dtype }) => ({
    dataId,
    dtype,
    shape: [shape.reduce((a, b) => a * b, 1)],
  }));
  const uniforms = [dispatch.count, ...Object.values(dispatch.params)].map((value) => ({
    type: "int32",
    data: [value],
  }));
  const rows = Object.values(dispatch.tables ?? {}).flat();
  const tables = rows.map((row) => ({ type: "int32", data: [...row] }));
  const dtype = dispatch.dtype ?? "float32";
  const program = new Program(dispatch);
  // Flat like all others: the rank of the output is part of the uniforms' layout, but not of the pipeline's key.
  const into = dispatch.into && { ...dispatch.into, shape: program.outputShape };
  const output = backend.runWebGPUProgram(program, inputs, dtype, [...uniforms, ...tables], into);
  return { dataId: output.dataId, dtype: output.dtype, shape: [...dispatch.shape] };
}
