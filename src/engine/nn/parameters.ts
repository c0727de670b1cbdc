/**
 * The weights of a network as one flat tensor. Each parameter is a run of it, with zeros between the runs; steps, norms and
 * axpys act on the whole.
 * Knows the names and layouts of PyTorch state dicts, so that weights can be compared and exported.
 */
import { CounterRandom, type Stream } from "../../domain/random";
import type { Tensor } from "../gpu/tensorflow";
import { type FlatLayout, flatLayout, views } from "../gpu/views";

/** One tensor of the state dict inside a parameter. */
export interface TorchPart {
  readonly name: string;
  readonly shape: readonly number[];
  /** Offset inside the parameter of the state dict tensor's i-th value. */
  readonly offset: (i: number) => number;
}

/** Initial values: uniform in ±1/√fanIn (PyTorch's default), ones or zeros. */
export type Initial = { readonly fanIn: number } | "ones" | "zeros";

export interface Parameter {
  readonly shape: readonly number[];
  /** Initial values of runs of the parameter, in order: [length, how]. */
  readonly initial: readonly (readonly [length: number, how: Initial])[];
  readonly parts: readonly TorchPart[];
}

/** Handle of a parameter in its set. */
export interface ParameterRef {
  readonly index: number;
}

/** Looks up a parameter's tensor. */
export type View = (ref: ParameterRef) => Tensor;

const sizeOf = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

/** The parameters of one network, in order of their registration. */
export class ParameterSet {
  private readonly parameters: Parameter[] = [];
  #layout: FlatLayout | null = null;

  add(parameter: Parameter): ParameterRef {
    this.parameters.push(parameter);
    this.#layout = null;
    return { index: this.parameters.length - 1 };
  }

  /** Where each parameter lies in the flat tensor. The gaps between them are zero. */
  get layout(): FlatLayout {
    this.#layout ??= flatLayout(this.parameters.map(({ shape }) => shape));
    return this.#layout;
  }

  /** Values of the flat tensor. */
  get size(): number {
    return this.layout.size;
  }

  /** Differentiable views of a flat tensor [size]. */
  view(flat: Tensor): View {
    const parts = views(flat, this.layout);
    return ({ index }) => {
      const tensor = parts[index];
      if (!tensor) throw new Error(`There is no parameter ${index}.`);
      return tensor;
    };
  }

  /** Seeded initial weights. @param stage of a run, each of which starts anew */
  initial(seed: number, stream: Stream, stage = 0): Float32Array {
    const values = new Float32Array(this.size);
    const random = new CounterRandom(seed, stream, stage);
    let drawn = 0;
    for (const [p, { initial }] of this.parameters.entries()) {
      let at = this.layout.parts[p]?.offset ?? 0;
      for (const [length, how] of initial)
        for (let i = 0; i < length; i++, drawn++)
          values[at++] =
            how === "ones" ? 1 : how === "zeros" ? 0 : (2 * random.uniform(drawn) - 1) / Math.sqrt(how.fanIn);
    }
    return values;
  }

  /** Calls visit(part, offset of its i-th value in the flat tensor). */
  eachPart(visit: (part: TorchPart, at: (i: number) => number) => void): void {
    for (const [p, { parts }] of this.parameters.entries()) {
      const start = this.layout.parts[p]?.offset ?? 0;
      for (const part of parts) visit(part, (i) => start + part.offset(i));
    }
  }

  /** Flat values from a state dict. @throws Error that names a missing tensor */
  fromTorch(read: (name: string) => Float32Array | undefined): Float32Array {
    const flat = new Float32Array(this.size);
    this.eachPart(({ name, shape }, at) => {
      const values = read(name);
      if (values?.length !== sizeOf(shape))
        throw new Error(`State dict tensor ${name} [${shape}] is missing or has another size.`);
      for (const [i, value] of values.entries()) flat[at(i)] = value;
    });
    return flat;
  }

  /** State dict from flat values. */
  toTorch(flat: Float32Array): Map<string, { readonly shape: readonly number[]; readonly values: Float32Array }> {
    const dict = new Map<string, { shape: readonly number[]; values: Float32Array }>();
    this.eachPart(({ name, shape }, at) => {
      dict.set(name, {
        shape,
        values: Float32Array.from({ length: sizeOf(shape) }, (_, i) => flat[at(i)] ?? Number.NaN),
      });
    });
    return dict;
  }
}

/** A vector [length], as in batch norms and biases. */
export function vector(name: string, length: number, how: Initial): Parameter {
  return { shape: [length], initial: [[length, how]], parts: [{ name, shape: [length], offset: (i) => i }] };
}

/**
 * Convolution filter [k, k, I, groups·O]; one state dict tensor [O, I, k, k] for each name, for consecutive runs of O
 * output channels.
 */
export function convolutionFilter(
  names: readonly string[],
  kernel: number,
  inChannels: number,
  outChannels: number,
): Parameter {
  const all = names.length * outChannels;
  const shape = [kernel, kernel, inChannels, all];
  return {
    shape,
    initial: [[sizeOf(shape), { fanIn: inChannels * kernel ** 2 }]],
    parts: names.map((name, g) => ({
      name,
      shape: [outChannels, inChannels, kernel, kernel],
      offset: (i) => {
        const tap = i % kernel ** 2;
        const input = Math.floor(i / kernel ** 2) % inChannels;
        const output = Math.floor(i / (kernel ** 2 * inChannels));
        return (tap * inChannels + input) * all + g * outChannels + output;
      },
    })),
  };
}

/** Flat filter of a depthwise bank: for each block the kernel size and the state dict names, `channels` channels for each. */
export function depthwiseFilter(
  blocks: readonly { readonly kernel: number; readonly names: readonly string[] }[],
  channels: number,
): Parameter {
  let base = 0;
  const parts: TorchPart[] = [];
  const initial: [number, Initial][] = [];
  for (const { kernel, names } of blocks) {
    const [start, all] = [base, names.length * channels];
    for (const [g, name] of names.entries()) {
      parts.push({
        name,
        shape: [channels, 1, kernel, kernel],
        offset: (i) => start + (i % kernel ** 2) * all + g * channels + Math.floor(i / kernel ** 2),
      });
    }
    initial.push([kernel ** 2 * all, { fanIn: kernel ** 2 }]);
    base += kernel ** 2 * all;
  }
  return { shape: [base], initial, parts };
}

/** Matrix of a linear layer as a 1×1 filter [1, 1, I, O]; state dict [O, I]. */
export function linearFilter(name: string, inputs: number, outputs: number): Parameter {
  return {
    shape: [1, 1, inputs, outputs],
    initial: [[inputs * outputs, { fanIn: inputs }]],
    parts: [{ name, shape: [outputs, inputs], offset: (i) => (i % inputs) * outputs + Math.floor(i / inputs) }],
  };
}
