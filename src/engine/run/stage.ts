/**
 * A stage of a run: one network with its weights, architecture, optimisers and plans. Most runs are one stage; P-DARTS has
 * three. What all stages share, data, inputs and scratch memory, is the run's.
 */
import type { StageState } from "../../domain/checkpoint";
import type { Dataset } from "../../domain/dataset";
import { type Alphas, type Betas, type Genotype, softmaxRows } from "../../domain/genotype";
import { dropLeast } from "../../domain/p-darts";
import type { Operations } from "../../domain/primitives";
import type { Explanation, PlanSize, Profile } from "../../domain/run";
import type { Settings } from "../../domain/settings";
import type { RunStage, StageShape } from "../../domain/stages";
import { engineFailure } from "../gpu/backend";
import { compileStep, type Preparation } from "../gpu/compile";
import type { Plan, ScratchArena } from "../gpu/plan";
import { type Held, type Results, recordingBackend, type Step, writeInput } from "../gpu/step";
import { tf } from "../gpu/tensorflow";
import { adamCorrections } from "../optim/adam";
import { cosineRate } from "../optim/cosine";
import { type Moment, scheduleStep } from "../strategies/strategy";
import { BATCHES, type Batches, batchValues, type HostBatch } from "./batches";
import { explanationPictures } from "./explanations";
import {
  carriedNames,
  explained,
  hypergradient,
  type IterationInputs,
  type IterationResult,
  initialTensors,
  iteration,
  iterationInputs,
  restoredTensors,
  type Searched,
  type SearchTensors,
  scheduleInput,
} from "./iteration";
import type { RunVariants } from "./run-variants";
import { searchedBy } from "./searched";
import { BETAS } from "./updates";

/** What the stages of a run share. */
export interface RunParts {
  readonly dataset: Dataset;
  readonly batches: Batches;
  readonly arena: ScratchArena;
  readonly variants: RunVariants;
}

/** Time for choosing kernel variants before a stage. */
const TUNING_MS = 3000;

type IterationStep = Step<IterationResult> & { readonly plan?: Plan };

/** Whether the architecture moves in an iteration or rests: each kind is a step of its own. */
type Kind = "moves" | "rests";

/** What an iteration gave, and what it was given. */
export interface Iterated {
  readonly values: Results<IterationResult>;
  readonly batches: ReturnType<Batches["at"]>;
  readonly learningRate: number;
  readonly schedules: Readonly<Record<string, number>>;
}

/** What an iteration's explanations are told with: its batch and the audience's logits, [N, classes]. */
export interface Explainable {
  readonly index: number;
  readonly train: HostBatch;
  readonly logits: Float32Array;
}

/** An iteration on its way. */
type Started = Omit<Iterated, "values"> & { readonly values: Promise<Results<IterationResult>> };

export class Stage {
  readonly #run: RunParts;
  readonly #shape: StageShape;
  readonly #operations: Operations;
  /** Networks are made of these for as long as the stage lasts. */
  readonly #begunWith: Settings;
  #settings: Settings;
  readonly #searched: Searched;
  readonly #state: Held<SearchTensors>;
  readonly #inputs: Held<IterationInputs>;
  /** Made when first needed, and anew after a change of settings. */
  readonly #steps = new Map<Kind, IterationStep>();
  #explained: Step<"x" | "delta" | "clean" | "perturbed"> | null = null;
  #planned: PlanSize | null = null;
  #architecture: Float32Array;
  /** Steps of Adam so far: none while the architecture rests. */
  #architectureSteps: number;
  /** The iteration after the last one whose results were given, if the device has it already. */
  #ahead: Started | null = null;

  /**
   * @param settings those it begins with
   * @param state where it goes on from a checkpoint @throws Error when that belongs to another stage
   */
  constructor(run: RunParts, settings: Settings, shape: StageShape, operations: Operations, state?: StageState) {
    this.#run = run;
    this.#begunWith = settings;
    this.#settings = settings;
    this.#shape = shape;
    this.#operations = operations;
    const { dataset, batches } = run;
    this.#searched = searchedBy(settings, shape, operations, dataset.classNames.length);
    this.#architecture = state?.tensors.architecture ?? this.#searched.strategy.initial(settings.seed);
    this.#architectureSteps = state?.architectureSteps ?? 0;
    this.#state = {
      tensors: state
        ? restoredTensors(this.#searched, settings, state.tensors)
        : initialTensors(this.#searched, settings, shape.index),
    };
    const statistics = [...dataset.mean, ...dataset.std];
    this.#inputs = { tensors: iterationInputs(this.#searched, settings, batches, statistics) };
  }

  get description(): RunStage {
    return { ...this.#shape, operations: this.#operations };
  }

  get alphas(): Alphas {
    return this.#searched.strategy.alphas(this.#architecture);
  }

  /** null for a strategy without edge weights. */
  get betas(): Betas | null {
    return this.#searched.strategy.betas(this.#architecture);
  }

  get genotype(): Genotype {
    return this.#searched.strategy.derive(this.#architecture, this.#settings);
  }

  /** The genotype before skips are restricted. */
  get unrestricted(): Genotype {
    return this.#searched.strategy.unrestricted?.(this.#architecture) ?? this.genotype;
  }

  /** The operations that the next stage keeps. */
  next({ operationsPerEdge }: StageShape): Operations {
    const { alphas } = this;
    const count = this.#shape.operationsPerEdge - operationsPerEdge;
    return {
      normal: dropLeast(this.#operations.normal, softmaxRows(alphas.normal), count),
      reduce: dropLeast(this.#operations.reduce, softmaxRows(alphas.reduce), count),
    };
  }

  /** Takes other settings; they are constants of the steps. */
  change(settings: Settings): void {
    if (this.#ahead) throw new Error("An iteration is under way with the settings of before.");
    this.#settings = settings;
    this.#disposeSteps();
    this.#explained?.dispose();
    this.#explained = null;
  }

  /** What the next iteration starts from. @throws Error while an iteration is under way, and when the device fails */
  async state(): Promise<StageState> {
    if (this.#ahead) throw new Error("An iteration is under way: there is no boundary to keep.");
    const read = carriedNames(this.#searched, this.#begunWith).map(async (name) => {
      const values = await this.#state.tensors[name]?.data();
      return [name, values as Float32Array] as const;
    });
    const tensors = Object.fromEntries(await Promise.all(read));
    // A lost device gives zeros.
    const failure = engineFailure();
    if (failure) throw new Error(failure);
    return { settings: this.#begunWith, architectureSteps: this.#architectureSteps, tensors };
  }

  /** Where an iteration of the run stands in the stage. */
  #moment(index: number): Moment {
    const { iterationsPerEpoch } = this.#run.batches;
    const { begins, iterations } = this.#shape;
    return {
      iteration: index - begins,
      iterations,
      epoch: Math.floor((index - begins) / iterationsPerEpoch),
      epochs: Math.ceil(iterations / iterationsPerEpoch),
    };
  }

  /** Whether the architecture stays as it is in an iteration of the run. */
  rests(index: number): boolean {
    return this.#searched.strategy.rests(this.#settings, this.#moment(index));
  }

  #kind(index: number): Kind {
    return this.rests(index) ? "rests" : "moves";
  }

  #learningRate(index: number): number {
    const { learningRate, learningRateMin } = this.#settings;
    const { step, steps } = scheduleStep(this.#settings, this.#moment(index));
    return cosineRate(learningRate, learningRateMin, step, steps);
  }

  /** The strategy's scalars. */
  #schedules(index: number): Readonly<Record<string, number>> {
    return this.#searched.strategy.schedules(this.#settings, this.#moment(index));
  }

  /** Writes what an iteration reads. */
  #write(index: number): Omit<Iterated, "values"> {
    const batches = this.#run.batches.at(index, this.#settings);
    const [learningRate, schedules] = [this.#learningRate(index), this.#schedules(index)];
    const write = (name: string, values: Float32Array | Int32Array) => writeInput(this.#inputs, name, values);
    for (const batch of BATCHES) for (const [name, values] of batchValues(batch, batches[batch])) write(name, values);
    const { first, second } = adamCorrections(BETAS, this.#architectureSteps + 1);
    write("learningRate", Float32Array.of(learningRate));
    write("correction1", Float32Array.of(first));
    write("correction2", Float32Array.of(second));
    write("iteration", Int32Array.of(index));
    for (const [name, value] of Object.entries(schedules)) write(scheduleInput(name), Float32Array.of(value));
    return { batches, learningRate, schedules };
  }

  /**
   * Makes the plan of an iteration, unless that has been done. What the stage will take is that of an iteration in which the
   * architecture moves; one in which it rests takes less of the same scratch memory.
   * @throws OutOfMemoryError
   */
  async prepare(index: number, report?: (doing: Preparation) => void): Promise<IterationStep> {
    const step = this.#steps.get("moves") ?? (await this.#prepareMoving(report));
    if (this.#kind(index) === "moves") return step;
    const resting = this.#steps.get("rests") ?? (await this.#compile(iteration(this.#searched, this.#settings, true)));
    this.#steps.set("rests", resting);
    return resting;
  }

  async #prepareMoving(report?: (doing: Preparation) => void): Promise<IterationStep> {
    const { arena, variants } = this.#run;
    variants.use();
    const tuning = this.#settings.autotune ? TUNING_MS : 0;
    const made = iteration(this.#searched, this.#settings);
    const step: IterationStep = await compileStep(made, this.#state, this.#inputs, arena, {
      tuning,
      report: (doing) => {
        if (doing.kind === "planned") this.#planned = doing;
        report?.(doing);
      },
    });
    variants.note(step.plan);
    this.#steps.set("moves", step);
    return step;
  }

  /** Where the time of an iteration goes; null on the CPU, which has no plan. */
  async profile(index: number): Promise<Profile | null> {
    const { plan } = await this.prepare(index);
    return plan ? { kernels: await plan.profile(), bytes: this.#planned?.bytes ?? 0 } : null;
  }

  /** Sends an iteration off. Its correction counts it as done. */
  #start(index: number, step: IterationStep): Started {
    const given = this.#write(index);
    const values = step.run();
    // Whoever asks for them hears of a failure; a stage that is disposed of is asked no more.
    values.catch(() => undefined);
    if (this.#kind(index) === "moves") this.#architectureSteps++;
    return { ...given, values };
  }

  /** Whether an iteration was sent off whose results were not asked for. */
  get isAhead(): boolean {
    return this.#ahead !== null;
  }

  /**
   * An iteration of the run, counted from 0.
   * @param ahead sends off the next one as well, where its plan is there, so that the device need not wait for the host to
   * read this one's results; it must be asked for next
   * @throws Error when it fails or gives numbers that are not finite; the architecture then stays what it was
   */
  async iterate(index: number, ahead = false): Promise<Iterated> {
    const started = this.#ahead ?? this.#start(index, await this.prepare(index));
    const { begins, iterations } = this.#shape;
    const next = index + 1 < begins + iterations ? this.#steps.get(this.#kind(index + 1)) : undefined;
    this.#ahead = ahead && next?.plan ? this.#start(index + 1, next) : null;
    const { values: pending, ...given } = started;
    const values = await pending;
    const failure = engineFailure();
    if (failure) throw new Error(failure);
    if (!Object.values(values).every((numbers) => numbers.every(Number.isFinite))) {
      throw new Error(
        `Iteration ${index + 1} gave numbers that are not finite. Lower the learning rates, or check this adapter.`,
      );
    }
    this.#architecture = values.architecture;
    return { ...given, values };
  }

  #compile<R extends string>(
    step: Parameters<typeof compileStep<SearchTensors, IterationInputs, R>>[0],
  ): Promise<Step<R>> {
    return compileStep(step, this.#state, this.#inputs, this.#run.arena);
  }

  /** Writes what an iteration reads, where something else was written since. */
  present(index: number): void {
    this.#write(index);
  }

  /**
   * The pictures that the iteration just made explained, at most `count`; null for the bilevel objective.
   */
  async explain({ train, logits }: Explainable, count: number): Promise<Explanation[] | null> {
    if (!this.#searched.audience) return null;
    const { dataset } = this.#run;
    this.#explained ??= await this.#compile(explained(this.#searched, this.#settings));
    const values = { ...(await this.#explained.run()), audience: softmaxRows(logits, dataset.classNames.length) };
    return explanationPictures(values, train.labels.slice(0, count), dataset, this.#settings.weighting);
  }

  /** The hypergradient of an iteration, found by the given method; nothing changes. */
  async hypergradient(index: number, method: Settings["hypergradient"]): Promise<Float32Array> {
    this.#write(index);
    const step = await this.#compile(hypergradient(this.#searched, { ...this.#settings, hypergradient: method }));
    const { hypergradient: values } = await step.run();
    step.dispose();
    return values;
  }

  #disposeSteps(): void {
    for (const step of this.#steps.values()) step.dispose();
    this.#steps.clear();
  }

  /** Releases every tensor and buffer that is its own. */
  dispose(): void {
    this.#disposeSteps();
    this.#explained?.dispose();
    tf.dispose([...Object.values(this.#state.tensors), ...Object.values(this.#inputs.tensors)]);
    // The next stage or run has other sizes: it would use none of these buffers again.
    recordingBackend()?.releaseIdle();
  }
}
