/** Reads golden cases and compares with them by the tolerance rule of test/golden/README.md. */
import { type Tensor, tf } from "../src/engine/gpu/tensorflow";
import type { ParameterSet } from "../src/engine/nn/parameters";
import { readGolden, readGoldenJson } from "./golden-files";

export interface GoldenTensor {
  readonly name: string;
  readonly role: string;
  readonly shape: readonly number[];
  readonly byteOffset: number;
  readonly maxAbs?: number;
  readonly f64MaxAbsDiff?: number;
}

interface Manifest {
  readonly name: string;
  readonly op: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly bin: string;
  readonly tensors: readonly GoldenTensor[];
}

const sizeOf = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

/** NCHW ↔ NHWC. */
export const toNHWC = (t: Tensor): Tensor => (t.rank === 4 ? tf.transpose(t, [0, 2, 3, 1]) : t);
export const toNCHW = (t: Tensor): Tensor => (t.rank === 4 ? tf.transpose(t, [0, 3, 1, 2]) : t);

export class GoldenCase {
  private readonly tensors = new Map<string, Tensor>();

  private constructor(
    readonly manifest: Manifest,
    private readonly bytes: ArrayBuffer,
  ) {}

  static async load(name: string): Promise<GoldenCase> {
    const manifest = await readGoldenJson<Manifest>(`darts/${name}.json`);
    return new GoldenCase(manifest, await readGolden(`darts/${manifest.bin}`));
  }

  private find(name: string): GoldenTensor | undefined {
    return this.manifest.tensors.find((t) => t.name === name);
  }

  has(name: string): boolean {
    return this.find(name) !== undefined;
  }

  /** Values in PyTorch's layout; undefined when the case has no such tensor. */
  values(name: string): Float32Array | undefined {
    const t = this.find(name);
    return t && new Float32Array(this.bytes, t.byteOffset, sizeOf(t.shape));
  }

  /** A tensor made from the case's numbers: made once, so that a plan can name it as its input. */
  made(key: string, make: () => Tensor): Tensor {
    const known = this.tensors.get(key);
    if (known) return known;
    const tensor = tf.keep(tf.tidy(make));
    this.tensors.set(key, tensor);
    return tensor;
  }

  /** Every tensor made so far, by its key. */
  get inputs(): Readonly<Record<string, Tensor>> {
    return Object.fromEntries(this.tensors);
  }

  dispose(): void {
    for (const tensor of this.tensors.values()) tensor.dispose();
    this.tensors.clear();
  }

  /** The tensor, pictures as NHWC. */
  tensor(name: string): Tensor {
    const [t, values] = [this.find(name), this.values(name)];
    if (!t || !values) throw new Error(`${this.manifest.name} has no tensor ${name}.`);
    return this.made(name, () => toNHWC(tf.tensor(values, [...t.shape])));
  }

  /** Flat weights from the state dict under `prefix`. */
  weights(set: ParameterSet, prefix: string): Tensor {
    return this.made(`${prefix}.*`, () => tf.tensor1d(set.fromTorch((name) => this.values(`${prefix}.${name}`))));
  }

  /** One-hot targets [N, classes]. */
  targets(targets: readonly number[]): Tensor {
    const classes = this.number("classes");
    const make = () => tf.oneHot(tf.tensor1d([...targets], "int32"), classes).toFloat();
    return this.made(`targets ${targets}`, make);
  }

  /** @param otherwise where the case has none */
  number(key: string, otherwise?: number): number {
    const value = this.manifest.config[key] ?? otherwise;
    if (typeof value !== "number") throw new Error(`${this.manifest.name} has no number ${key}.`);
    return value;
  }

  flag(key: string): boolean {
    return this.manifest.config[key] === true;
  }

  numbers(key: string): number[] {
    return numbersIn(this.manifest.config[key]);
  }

  /** Everything the case expects: outputs, gradients, buffers and float64 references. */
  get expected(): readonly GoldenTensor[] {
    return this.manifest.tensors.filter((t) => ["output", "grad", "buffer", "reference"].includes(t.role));
  }

  /** Largest error over the tolerance, of one expected tensor; above 1 is a failure. */
  excess(expected: GoldenTensor, got: Float32Array): number {
    const want = this.values(expected.name) ?? new Float32Array(0);
    if (got.length !== want.length) return Number.POSITIVE_INFINITY;
    const single = this.find(expected.name.replace(/\.f64$/, ""));
    const hint = single?.f64MaxAbsDiff ?? expected.f64MaxAbsDiff ?? 0;
    const maxAbs = expected.maxAbs ?? want.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
    return excess(got, want, hint, maxAbs);
  }
}

export function numbersIn(value: unknown): number[] {
  if (!Array.isArray(value) || value.some((v) => typeof v !== "number"))
    throw new Error("A golden case lacks a list of numbers.");
  return value as number[];
}

/** max over elements of |got − want| / (20·hint + 1e-6·maxAbs + 1e-4·|want|); zero agrees with zero. */
export function excess(got: ArrayLike<number>, want: ArrayLike<number>, hint: number, maxAbs: number): number {
  let worst = 0;
  for (let i = 0; i < want.length; i++) {
    const error = Math.abs((got[i] ?? Number.NaN) - (want[i] ?? Number.NaN));
    const allowed = 20 * hint + 1e-6 * maxAbs + 1e-4 * Math.abs(want[i] ?? 0);
    const ratio = error === 0 ? 0 : error / allowed;
    worst = Number.isNaN(ratio) ? Number.POSITIVE_INFINITY : Math.max(worst, ratio);
  }
  return worst;
}
