/** A run: settings, data and state; one call makes one iteration. Knows no page and no terminal. */
import type { Dataset } from "../../domain/dataset";
import { type Alphas, type Betas, type Genotype, genotypeText, softmaxRows } from "../../domain/genotype";
import { EDGES, PRIMITIVES } from "../../domain/primitives";
import type {
  Engine,
  Explanation,
  HypergradientComparison,
  IterationRecord,
  PlanSize,
  Profile,
  RunFile,
  SettingChange,
} from "../../domain/run";
import {
  parseSettings,
  SETTING_NAMES,
  SETTINGS,
  type Settings,
  SettingsError,
  type StrategyName,
} from "../../domain/settings";
import { engineFailure } from "../gpu/backend";
import { compileStep, type Preparation } from "../gpu/compile";
import { type Plan, ScratchArena } from "../gpu/plan";
import { type Held, type Step, writeInput } from "../gpu/step";
import { tf } from "../gpu/tensorflow";
import { callKey, setVariants, type VariantTable, variantTable } from "../gpu/variants";
import { RESNET, type Resnet, resnet } from "../nn/resnet";
import { adamCorrections } from "../optim/adam";
import { cosineRate } from "../optim/cosine";
import { darts } from "../strategies/darts";
import { gdas } from "../strategies/gdas";
import { pcDarts } from "../strategies/pc-darts";
import { type Moment, type Strategy, scheduleStep } from "../strategies/strategy";
import { BATCHES, Batches, batchValues, type HostBatch } from "./batches";
import { explanationPictures } from "./explanations";
import {
  EXPLAINED,
  explained,
  hypergradient,
  type IterationInputs,
  type IterationResult,
  initialTensors,
  iteration,
  iterationInputs,
  type Searched,
  type SearchTensors,
  scheduleInput,
} from "./iteration";
import { iterationRecord } from "./record";
import { BETAS } from "./updates";

export interface SearchOptions {
  readonly settings: Settings;
  readonly dataset: Dataset;
  readonly engine: Engine;
  /** Of the product, and of what it runs in: both go into the exported file. */
  readonly version: string;
  readonly runtime: string;
  /** Kernel variants found on this adapter before, or those of a run to repeat. */
  readonly variants?: VariantTable;
}

const STRATEGY: Readonly<Record<StrategyName, Strategy>> = { darts, "pc-darts": pcDarts, gdas };

function audienceFor(settings: Settings, classes: number): Resnet | null {
  switch (settings.objective) {
    case "bilevel":
      return null;
    case "lease-r18":
      return resnet({ ...RESNET.r18, width: settings.audienceWidth, classes, smooth: false });
    case "lease-r50":
      return resnet({ ...RESNET.r50, width: settings.audienceWidth, classes, smooth: false });
    default:
      return settings.objective satisfies never;
  }
}

/** Time for choosing kernel variants before a run. */
const TUNING_MS = 3000;

type IterationStep = Step<IterationResult> & { readonly plan?: Plan };

/** Whether the architecture moves in an iteration or rests: each kind is a step of its own. */
type Kind = "moves" | "rests";

export class Search {
  #settings: Settings;
  readonly #dataset: Dataset;
  readonly #engine: Engine;
  readonly #version: string;
  readonly #runtime: string;
  readonly #searched: Searched;
  readonly #batches: Batches;
  readonly #records: IterationRecord[] = [];
  readonly #changes: SettingChange[] = [];
  #variants: VariantTable;
  #planned: PlanSize | null = null;
  readonly #arena = new ScratchArena();
  readonly #state: Held<SearchTensors>;
  readonly #inputs: Held<IterationInputs>;
  /** Made when first needed, and anew after a change of settings. */
  readonly #steps = new Map<Kind, IterationStep>();
  #explained: Step<"x" | "delta" | "clean" | "perturbed"> | null = null;
  #architecture: Float32Array;
  /** Steps of Adam so far: none while the architecture rests. */
  #architectureSteps = 0;

  private constructor(options: SearchOptions) {
    const { settings, dataset } = options;
    this.#settings = settings;
    this.#dataset = dataset;
    this.#engine = options.engine;
    this.#version = options.version;
    this.#runtime = options.runtime;
    this.#variants = options.variants ?? {};
    this.#batches = new Batches(dataset, settings);
    const strategy = STRATEGY[settings.strategy];
    const classes = dataset.classNames.length;
    const size = { channels: settings.initChannels, layers: settings.layers, classes, smooth: false };
    const net = strategy.network(size, settings);
    this.#searched = { strategy, net, audience: audienceFor(settings, classes) };
    this.#architecture = strategy.initial(settings.seed);
    this.#state = { tensors: initialTensors(this.#searched, settings) };
    const statistics = [...dataset.mean, ...dataset.std];
    this.#inputs = { tensors: iterationInputs(this.#searched, settings, this.#batches, statistics) };
  }

  /** @throws DataError or SettingsError when data and settings do not fit each other */
  static async create(options: SearchOptions): Promise<Search> {
    if (tf.getBackend() !== options.engine.backend) await tf.setBackend(options.engine.backend);
    const side = Number(options.settings.imageSize);
    if (options.dataset.size !== side) {
      throw new SettingsError(`The pictures are ${options.dataset.size} pixels wide, the settings say ${side}.`);
    }
    return new Search(options);
  }

  get settings(): Settings {
    return this.#settings;
  }

  /** Finished iterations. */
  get iteration(): number {
    return this.#records.length;
  }

  /** Iterations of the whole run. */
  get iterations(): number {
    const { iterations, epochs } = this.#settings;
    return iterations > 0 ? iterations : epochs * this.iterationsPerEpoch;
  }

  get iterationsPerEpoch(): number {
    return this.#batches.iterationsPerEpoch;
  }

  get alphas(): Alphas {
    return this.#searched.strategy.alphas(this.#architecture);
  }

  /** null for a strategy without edge weights. */
  get betas(): Betas | null {
    return this.#searched.strategy.betas(this.#architecture);
  }

  get genotype(): Genotype {
    return this.#searched.strategy.derive(this.#architecture);
  }

  get changes(): readonly SettingChange[] {
    return this.#changes;
  }

  /** Where the next iteration stands. */
  get #moment(): Moment {
    return {
      iteration: this.iteration,
      iterations: this.iterations,
      epoch: this.#batches.epochOf(this.iteration),
      epochs: Math.ceil(this.iterations / this.iterationsPerEpoch),
    };
  }

  get #kind(): Kind {
    return this.#searched.strategy.rests(this.#settings, this.#moment) ? "rests" : "moves";
  }

  /** Rate of the next iteration. */
  #learningRate(): number {
    const { learningRate, learningRateMin } = this.#settings;
    const { step, steps } = scheduleStep(this.#settings, this.#moment);
    return cosineRate(learningRate, learningRateMin, step, steps);
  }

  /** The strategy's scalars of the next iteration. */
  #schedules(): Readonly<Record<string, number>> {
    return this.#searched.strategy.schedules(this.#settings, this.#moment);
  }

  /** Writes what the next iteration reads. */
  #write(): ReturnType<Batches["at"]> {
    const index = this.iteration;
    const batches = this.#batches.at(index, this.#settings);
    const write = (name: string, values: Float32Array | Int32Array) => writeInput(this.#inputs, name, values);
    for (const batch of BATCHES) for (const [name, values] of batchValues(batch, batches[batch])) write(name, values);
    const { first, second } = adamCorrections(BETAS, this.#architectureSteps + 1);
    write("learningRate", Float32Array.of(this.#learningRate()));
    write("correction1", Float32Array.of(first));
    write("correction2", Float32Array.of(second));
    write("iteration", Int32Array.of(index));
    for (const [name, value] of Object.entries(this.#schedules())) write(scheduleInput(name), Float32Array.of(value));
    return batches;
  }

  /**
   * Makes the plan of an iteration, unless that has been done. The first iteration does it else. What the run will take is
   * that of an iteration in which the architecture moves; one in which it rests takes less of the same scratch memory.
   * @throws OutOfMemoryError
   */
  async prepare(report?: (doing: Preparation) => void): Promise<IterationStep> {
    const step = this.#steps.get("moves") ?? (await this.#prepareMoving(report));
    if (this.#kind === "moves") return step;
    const resting = this.#steps.get("rests") ?? (await this.#compile(iteration(this.#searched, this.#settings, true)));
    this.#steps.set("rests", resting);
    return resting;
  }

  async #prepareMoving(report?: (doing: Preparation) => void): Promise<IterationStep> {
    setVariants(this.#variants);
    const tuning = this.#settings.autotune ? TUNING_MS : 0;
    const step: IterationStep = await compileStep(
      iteration(this.#searched, this.#settings),
      this.#state,
      this.#inputs,
      this.#arena,
      {
        tuning,
        report: (doing) => {
          if (doing.kind === "planned") this.#planned = doing;
          report?.(doing);
        },
      },
    );
    // Only what this run calls; and a change of settings makes the plan anew from the same variants.
    const called = new Set(step.plan?.recording.calls.map(({ kernelName, attrs }) => callKey(kernelName, attrs)));
    this.#variants = Object.fromEntries(Object.entries(variantTable()).filter(([key]) => called.has(key)));
    this.#steps.set("moves", step);
    return step;
  }

  /** The kernel variants of this run, from `prepare` on. */
  get variants(): VariantTable {
    return this.#variants;
  }

  /** Where the time of an iteration goes; null on the CPU, which has no plan. */
  async profile(): Promise<Profile | null> {
    const { plan } = await this.prepare();
    return plan ? { kernels: await plan.profile(), bytes: this.#planned?.bytes ?? 0 } : null;
  }

  /**
   * One iteration.
   * @param report receives explained pictures, when given and the objective explains
   */
  async iterate(report?: (explanations: readonly Explanation[]) => void): Promise<IterationRecord> {
    const began = performance.now();
    const learningRate = this.#learningRate();
    const schedules = this.#schedules();
    const step = await this.prepare();
    const kind = this.#kind;
    const batches = this.#write();
    const values = await step.run();
    const failure = engineFailure();
    if (failure) throw new Error(failure);
    if (report && this.#searched.audience) report(await this.#explain(batches.train, values.audienceTrainLogits));
    if (!Object.values(values).every((numbers) => numbers.every(Number.isFinite))) {
      throw new Error(
        `Iteration ${this.iteration + 1} gave numbers that are not finite. Lower the learning rates, or check this adapter.`,
      );
    }
    this.#architecture = values.architecture;
    if (kind === "moves") this.#architectureSteps++;
    const record = iterationRecord(values, {
      iteration: this.iteration + 1,
      epoch: this.#batches.epochOf(this.iteration),
      learningRate,
      schedules,
      milliseconds: performance.now() - began,
      alphas: this.alphas,
      settings: this.#settings,
      batches,
    });
    this.#records.push(record);
    return record;
  }

  #compile<R extends string>(
    step: Parameters<typeof compileStep<SearchTensors, IterationInputs, R>>[0],
  ): Promise<Step<R>> {
    return compileStep(step, this.#state, this.#inputs, this.#arena);
  }

  /** The pictures that the iteration just made explained. @param logits the audience's, [N, classes] */
  async #explain(train: HostBatch, logits: Float32Array): Promise<Explanation[]> {
    this.#explained ??= await this.#compile(explained(this.#searched, this.#settings));
    const values = { ...(await this.#explained.run()), audience: softmaxRows(logits, this.#dataset.classNames.length) };
    return explanationPictures(values, train.labels.slice(0, EXPLAINED), this.#dataset, this.#settings.weighting);
  }

  /**
   * The next iteration's hypergradient both ways; nothing changes.
   * @throws Error where nothing is approximated: the bilevel objective at first order
   */
  async compareHypergradients(): Promise<HypergradientComparison> {
    if (this.#settings.objective === "bilevel" && this.#settings.order === "1") {
      throw new Error("DARTS at first order has no second derivative to compare. Choose order 2 or LeaSE.");
    }
    this.#write();
    const of = async (method: Settings["hypergradient"]) => {
      const step = await this.#compile(hypergradient(this.#searched, { ...this.#settings, hypergradient: method }));
      const { hypergradient: values } = await step.run();
      step.dispose();
      return values;
    };
    const [exact, difference] = [await of("exact"), await of("finite-difference")];
    const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, v, i) => sum + v * (b[i] ?? 0), 0);
    const [exactNorm, finiteDifferenceNorm] = [Math.sqrt(dot(exact, exact)), Math.sqrt(dot(difference, difference))];
    return { cosine: dot(exact, difference) / (exactNorm * finiteDifferenceNorm), exactNorm, finiteDifferenceNorm };
  }

  /**
   * Changes settings that fix no shape, from the next iteration on.
   * @throws SettingsError for wrong values and for settings that only a new run can take
   */
  change(values: Partial<Settings>): readonly SettingChange[] {
    const changed = parseSettings(values, this.#settings);
    const names = SETTING_NAMES.filter((name) => changed[name] !== this.#settings[name]);
    const fixed = names.filter((name) => SETTINGS[name].fixed);
    if (fixed.length > 0)
      throw new SettingsError(`${fixed.map((name) => SETTINGS[name].label).join(", ")}: only a reset can change this.`);
    const changes = names.map((name) => ({
      iteration: this.iteration,
      name,
      from: this.#settings[name],
      to: changed[name],
    }));
    this.#settings = changed;
    this.#changes.push(...changes);
    // Settings are constants of the step.
    this.#disposeSteps();
    return changes;
  }

  /** The run as a file. */
  async file(): Promise<RunFile> {
    const matrix = (values: Float32Array) =>
      Array.from({ length: EDGES }, (_, e) =>
        Array.from(values.subarray(e * PRIMITIVES.length, (e + 1) * PRIMITIVES.length)),
      );
    const { name, source, hash, classNames, labels } = this.#dataset;
    const { genotype, alphas, betas } = this;
    return {
      format: "searchlight-run",
      version: 1,
      genotype,
      genotypeText: genotypeText(genotype),
      alphas: { normal: matrix(alphas.normal), reduce: matrix(alphas.reduce) },
      ...(betas && { betas: { normal: Array.from(betas.normal), reduce: Array.from(betas.reduce) } }),
      settings: this.#settings,
      settingChanges: this.#changes,
      seed: this.#settings.seed,
      iterations: this.iteration,
      data: { name, source, hash, classes: classNames.length, pictures: labels.length },
      environment: {
        version: this.#version,
        backend: this.#engine.backend,
        adapter: this.#engine.adapter,
        runtime: this.#runtime,
        ...(this.#engine.backend === "webgpu" ? { variants: this.variants } : {}),
      },
      records: [...this.#records],
      created: new Date().toISOString(),
    };
  }

  #disposeSteps(): void {
    for (const step of this.#steps.values()) step.dispose();
    this.#steps.clear();
  }

  /** Releases every tensor and buffer. */
  dispose(): void {
    this.#disposeSteps();
    this.#explained?.dispose();
    this.#arena.dispose();
    tf.dispose([...Object.values(this.#state.tensors), ...Object.values(this.#inputs.tensors)]);
  }
}
