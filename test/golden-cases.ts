/** Runs every golden case of the parts that are built, on the current backend. */
import { deriveGenotype } from "../src/domain/genotype";
import { dropLeast, expandRows, keepOne, restrictSkips } from "../src/domain/p-darts";
import { ALL_OPERATIONS, CELL_KINDS, type CellKind, PRIMITIVES } from "../src/domain/primitives";
import { ScratchArena } from "../src/engine/gpu/plan";
import { recordStep, type Tensors } from "../src/engine/gpu/step";
import { type Tensor, tf } from "../src/engine/gpu/tensorflow";
import { norm } from "../src/engine/kernels/flat";
import { softmax } from "../src/engine/kernels/softmax";
import { type AdamState, adamCorrections, adamStep } from "../src/engine/optim/adam";
import { cosineRate } from "../src/engine/optim/cosine";
import { sgdStep } from "../src/engine/optim/sgd";
import { readGoldenJson } from "./golden-files";
import { GDAS_CASES } from "./golden-gdas";
import { excess, GoldenCase, toNCHW } from "./golden-manifest";
import { NETWORK_CASES, type Results } from "./golden-networks";
import { OBJECTIVE_CASES } from "./golden-objectives";

/** One comparison: its error over the tolerance. Above 1 fails. */
export interface Comparison {
  readonly name: string;
  readonly excess: number;
}

const CASES = { ...NETWORK_CASES, ...OBJECTIVE_CASES, ...GDAS_CASES };

type Run = () => Results;

/** Values of the results' tensors, in PyTorch's layout. */
type Read = (run: Run, golden: GoldenCase) => Promise<ReadonlyMap<string, Float32Array>>;

/** Each result's tensor in PyTorch's layout; parts of one flat tensor share it. */
function outputs(results: Results): { readonly tensors: readonly Tensor[]; readonly of: ReadonlyMap<string, number> } {
  const tensors: Tensor[] = [];
  const places = new Map<Tensor, number>();
  const of = new Map<string, number>();
  for (const [name, result] of results) {
    const source = "flat" in result ? result.flat : result;
    const place = places.get(source) ?? tensors.push("flat" in result ? source : toNCHW(source)) - 1;
    places.set(source, place);
    of.set(name, place);
  }
  return { tensors, of };
}

function named(results: Results, of: ReadonlyMap<string, number>, values: readonly Float32Array[]) {
  return new Map(
    [...results].map(([name, result]) => {
      const all = values[of.get(name) ?? -1] ?? new Float32Array(0);
      return [name, "flat" in result ? (result.set.toTorch(all).get(result.name)?.values ?? all) : all] as const;
    }),
  );
}

/** Run at once by TF.js. */
const readAtOnce: Read = async (run) => {
  tf.engine().startScope();
  try {
    const results = run();
    const { tensors, of } = outputs(results);
    return named(results, of, await Promise.all(tensors.map((t) => t.data() as Promise<Float32Array>)));
  } finally {
    tf.engine().endScope();
  }
};

/** Recorded, and replayed as a plan. */
const readReplayed: Read = async (run, golden) => {
  let found:
    | { readonly results: Results; readonly of: ReadonlyMap<string, number>; readonly count: number }
    | undefined;
  const step = () => {
    const results = run();
    const { tensors, of } = outputs(results);
    found = { results, of, count: tensors.length };
    return { next: {}, results: Object.fromEntries(tensors.map((t, i) => [`${i}`, t])) };
  };
  const arena = new ScratchArena();
  const plan = await recordStep<Tensors, Tensors, string>(step, { tensors: {} }, { tensors: golden.inputs }).build(
    arena,
  );
  const values = await plan.run();
  plan.dispose();
  arena.dispose();
  if (!found) throw new Error("Nothing was recorded.");
  return named(
    found.results,
    found.of,
    Array.from({ length: found.count }, (_, i) => values[`${i}`] ?? new Float32Array(0)),
  );
};

async function tensorCase(name: string, replayed: boolean): Promise<Comparison[]> {
  const golden = await GoldenCase.load(name);
  const runner = CASES[name.slice(0, name.indexOf("_"))];
  if (!runner) throw new Error(`No runner for ${name}.`);
  const run = () => runner(golden);
  try {
    // At once in any case: it makes the tensors that a plan reads.
    const atOnce = await readAtOnce(run, golden);
    const all = replayed ? [atOnce, await readReplayed(run, golden)] : [atOnce];
    return all.flatMap((results, i) =>
      golden.expected.map((expected) => {
        const result = results.get(expected.name.replace(/\.f64$/, ""));
        if (!result) throw new Error(`${name}: nothing was computed for ${expected.name}.`);
        const how = i === 0 ? "" : " (replayed)";
        return { name: `${expected.name}${how}`, excess: golden.excess(expected, result) };
      }),
    );
  } finally {
    golden.dispose();
  }
}

interface GenotypeFile {
  readonly cases: readonly {
    readonly id: number;
    readonly alphas_normal: number[][];
    readonly alphas_reduce: number[][];
    readonly betas_normal?: number[];
    readonly betas_reduce?: number[];
    readonly genotype: unknown;
  }[];
}

async function genotypeCase(name: string): Promise<Comparison[]> {
  const { cases } = await readGoldenJson<GenotypeFile>(`darts/${name}.json`);
  return cases.map(({ id, alphas_normal, alphas_reduce, betas_normal, betas_reduce, genotype }) => {
    const got = deriveGenotype(
      { normal: Float32Array.from(alphas_normal.flat()), reduce: Float32Array.from(alphas_reduce.flat()) },
      betas_normal && betas_reduce
        ? { normal: Float32Array.from(betas_normal), reduce: Float32Array.from(betas_reduce) }
        : null,
    );
    return { name: `genotype ${id}`, excess: canonical(got) === canonical(genotype) ? 0 : Number.POSITIVE_INFINITY };
  });
}

/** Primitive numbers on after a stage, for each edge. */
type KeptAfter = readonly (readonly number[])[];

interface StagedFile {
  readonly cases: readonly {
    readonly id: number;
    readonly stages: readonly {
      readonly alphas_normal: number[][];
      readonly alphas_reduce: number[][];
      readonly kept_normal: KeptAfter;
      readonly kept_reduce: KeptAfter;
    }[];
    readonly initialGenotype: Readonly<Record<CellKind, unknown>>;
    readonly initialSkips: number;
    readonly restricted: readonly {
      readonly maxSkips: number;
      readonly skips: number;
      readonly genotype: Readonly<Record<CellKind, unknown>>;
    }[];
  }[];
}

/** Operations dropped at the end of the first two stages of P-DARTS. */
const DROPPED = [3, 2];

/** P-DARTS's choices from the softmax of the current backend. */
async function stagedCase(name: string): Promise<Comparison[]> {
  const { cases } = await readGoldenJson<StagedFile>(`darts/${name}.json`);
  const comparisons: Comparison[] = [];
  const compare = (what: string, got: unknown, want: unknown) =>
    comparisons.push({ name: what, excess: canonical(got) === canonical(want) ? 0 : Number.POSITIVE_INFINITY });
  for (const { id, stages, initialGenotype, initialSkips, restricted } of cases) {
    for (const kind of CELL_KINDS) {
      let on = ALL_OPERATIONS;
      for (const [stage, values] of stages.entries()) {
        const own = (await softmax(tf.tensor2d(values[`alphas_${kind}`])).data()) as Float32Array;
        const probabilities = expandRows(on, own, 0);
        const dropped = DROPPED[stage];
        const left = dropped ? dropLeast(on, probabilities, dropped) : keepOne(on, probabilities).map((op) => [op]);
        const numbers = left.map((ops) => ops.map((op) => PRIMITIVES.indexOf(op)));
        compare(`case ${id}, ${kind}, stage ${stage}`, numbers, values[`kept_${kind}`]);
        if (dropped) {
          on = left;
          continue;
        }
        const [unrestricted, ...fewer] = restrictSkips(on, probabilities);
        compare(`case ${id}, ${kind}`, unrestricted?.genes, initialGenotype[kind]);
        if (kind === "reduce") continue;
        compare(`case ${id}, skips`, unrestricted?.skips, initialSkips);
        compare(
          `case ${id}, fewer skips`,
          fewer.map(({ maxSkips, skips, genes }) => ({ maxSkips, skips, genes })),
          restricted.map(({ maxSkips, skips, genotype }) => ({ maxSkips, skips, genes: genotype.normal })),
        );
      }
    }
    for (const { maxSkips, genotype } of restricted)
      compare(`case ${id}, reduction cell at ${maxSkips}`, genotype.reduce, initialGenotype.reduce);
  }
  return comparisons;
}

/** Key order does not matter, list order does. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, v: unknown) =>
    v && typeof v === "object" && !Array.isArray(v)
      ? Object.fromEntries(Object.entries(v).sort(([a], [b]) => (a < b ? -1 : 1)))
      : v,
  );
}

interface CosineFile {
  readonly schedules: Readonly<
    Record<
      string,
      { readonly base: number; readonly min: number; readonly epochs: number; readonly lr: readonly number[] }
    >
  >;
}

async function cosineCase(name: string): Promise<Comparison[]> {
  const { schedules } = await readGoldenJson<CosineFile>(`darts/${name}.json`);
  return Object.entries(schedules).map(([schedule, { base, min, epochs, lr }]) => ({
    name: schedule,
    excess: excess(
      lr.map((_, e) => cosineRate(base, min, e, epochs)),
      lr,
      1e-18,
      1e-6,
    ),
  }));
}

interface OptimizerFile {
  readonly cases: readonly {
    readonly name: string;
    readonly clip: number | null;
    readonly initial: number[][];
    readonly grads: number[][][];
    readonly stepsFloat64: readonly { readonly params: number[][]; readonly gradNormBeforeClip: number | null }[];
  }[];
}

/** Hyper-parameters of the named optimisers, as DARTS, PC-DARTS and GDAS set them. */
const SGD = { learningRate: 0.025, momentum: 0.9, weightDecay: 3e-4 };
const ADAM = { learningRate: 3e-4, weightDecay: 1e-3, beta1: 0.5, beta2: 0.999 };

/** The float64 run starts from `initial`; the float32 one in the file does not (its start was overwritten by its end). */
async function optimizerCase(name: string): Promise<Comparison[]> {
  const { cases } = await readGoldenJson<OptimizerFile>(`darts/${name}.json`);
  const comparisons: Comparison[] = [];
  for (const c of cases) {
    let parameters: Tensor = tf.tensor1d(c.initial.flat());
    let buffer: Tensor | null = null;
    let state: AdamState | null = null;
    for (const [i, want] of c.stepsFloat64.entries()) {
      const gradient = tf.tensor1d(c.grads[i]?.flat() ?? []);
      if (c.name.startsWith("adam")) {
        const step: ReturnType<typeof adamStep> = adamStep(parameters, gradient, state, adamCorrections(ADAM, i + 1), {
          ...ADAM,
          learningRate: c.name === "adam_alpha_pcdarts" ? 6e-4 : ADAM.learningRate,
        });
        [parameters, state] = [step.parameters, step.state];
      } else {
        const options = c.name === "sgd_nesterov" ? { ...SGD, weightDecay: 5e-4, nesterov: true } : SGD;
        if (want.gradNormBeforeClip !== null) {
          const got = (await norm(gradient).data())[0] ?? Number.NaN;
          comparisons.push({ name: `${c.name} norm ${i + 1}`, excess: excess([got], [want.gradNormBeforeClip], 0, 0) });
        }
        const step: ReturnType<typeof sgdStep> = sgdStep(parameters, gradient, buffer, {
          ...options,
          ...(c.clip === null ? {} : { clip: c.clip }),
        });
        [parameters, buffer] = [step.weights, step.buffer];
      }
      const wanted = want.params.flat();
      const got = (await parameters.data()) as Float32Array;
      comparisons.push({ name: `${c.name} step ${i + 1}`, excess: excess(got, wanted, 1e-7, 1) });
    }
  }
  return comparisons;
}

const JSON_CASES: Readonly<Record<string, (name: string) => Promise<Comparison[]>>> = {
  i_genotype_darts: genotypeCase,
  i_genotype_pcdarts: genotypeCase,
  j_cosine: cosineCase,
  j_optimizers: optimizerCase,
  n_pdarts_selection: stagedCase,
};

/** Whether a case belongs to a part that is built. */
function isBuilt(name: string): boolean {
  return Object.hasOwn(JSON_CASES, name) || Object.hasOwn(CASES, name.slice(0, name.indexOf("_")));
}

/** The index of all golden cases. */
export function goldenIndex(): Promise<readonly { readonly name: string }[]> {
  return readGoldenJson("darts/index.json");
}

/** The cases of the index that belong to built parts. */
export async function goldenCaseNames(): Promise<string[]> {
  return (await goldenIndex()).map(({ name }) => name).filter(isBuilt);
}

/** @param replayed also as a plan; WebGPU only */
export function runGoldenCase(name: string, replayed = false): Promise<Comparison[]> {
  return JSON_CASES[name]?.(name) ?? tensorCase(name, replayed);
}
