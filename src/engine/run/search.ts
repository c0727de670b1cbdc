/** A run: settings, data and state; one call makes one iteration. Knows no page and no terminal. */
import type { AugmentedBatch } from "../../data/augment";
import type { Dataset } from "../../domain/dataset";
import { type Alphas, type Genotype, genotypeText, meanEntropy, softmaxRows } from "../../domain/genotype";
import { EDGES, PRIMITIVES } from "../../domain/primitives";
import { STREAM } from "../../domain/random";
import type {
  Engine,
  Explanation,
  HypergradientComparison,
  IterationRecord,
  RunFile,
  SettingChange,
} from "../../domain/run";
import { parseSettings, SETTING_NAMES, SETTINGS, type Settings, SettingsError } from "../../domain/settings";
import { engineFailure } from "../gpu/backend";
import { scoped, type Tensor, tf } from "../gpu/tensorflow";
import { normalNoise } from "../kernels/noise";
import { softmax } from "../kernels/softmax";
import { RESNET, type Resnet, resnet } from "../nn/resnet";
import { type Supernet, supernet } from "../nn/supernet";
import { cosineRate } from "../optim/cosine";
import { norm } from "../optim/sgd";
import { darts } from "../strategies/darts";
import type { Strategy } from "../strategies/strategy";
import { Batches, type LabelledBatch } from "./batches";
import { type ExplanationValues, explanationPictures } from "./explanations";
import { type SearchState, type StepResult, searchStep } from "./step";

export interface SearchOptions {
  readonly settings: Settings;
  readonly dataset: Dataset;
  readonly engine: Engine;
  /** Of the product, and of what it runs in: both go into the exported file. */
  readonly version: string;
  readonly runtime: string;
}

const STRATEGY: Readonly<Record<Settings["strategy"], Strategy>> = { darts };

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

/** Pictures explained at a time. */
const EXPLAINED = 3;

export class Search {
  #settings: Settings;
  readonly #dataset: Dataset;
  readonly #engine: Engine;
  readonly #version: string;
  readonly #runtime: string;
  readonly #strategy: Strategy;
  readonly #net: Supernet;
  readonly #audience: Resnet | null;
  readonly #batches: Batches;
  readonly #records: IterationRecord[] = [];
  readonly #changes: SettingChange[] = [];
  #state: SearchState;
  #architecture: Float32Array;

  private constructor(options: SearchOptions) {
    const { settings, dataset } = options;
    this.#settings = settings;
    this.#dataset = dataset;
    this.#engine = options.engine;
    this.#version = options.version;
    this.#runtime = options.runtime;
    this.#batches = new Batches(dataset, settings);
    this.#strategy = STRATEGY[settings.strategy];
    const classes = dataset.classNames.length;
    this.#net = supernet({ channels: settings.initChannels, layers: settings.layers, classes, smooth: false });
    this.#audience = audienceFor(settings, classes);
    this.#architecture = this.#strategy.initial(settings.seed);
    const start = (weights: Float32Array) => ({ weights: tf.tensor1d(weights), buffer: null });
    this.#state = {
      architecture: tf.tensor1d(this.#architecture),
      adam: null,
      explainer: start(this.#net.parameters.initial(settings.seed, STREAM.explainerWeights)),
      audience: this.#audience && start(this.#audience.parameters.initial(settings.seed, STREAM.audienceWeights)),
    };
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
    return this.#strategy.alphas(this.#architecture);
  }

  get genotype(): Genotype {
    return this.#strategy.derive(this.#architecture);
  }

  get changes(): readonly SettingChange[] {
    return this.#changes;
  }

  /** Rate of the next iteration. */
  #learningRate(): number {
    const { learningRate, learningRateMin, schedule } = this.#settings;
    if (schedule === "iteration") return cosineRate(learningRate, learningRateMin, this.iteration, this.iterations);
    const epochs = Math.ceil(this.iterations / this.iterationsPerEpoch);
    return cosineRate(learningRate, learningRateMin, this.#batches.epochOf(this.iteration), epochs);
  }

  /**
   * One iteration.
   * @param report receives explained pictures, when given and the objective explains
   */
  async iterate(report?: (explanations: readonly Explanation[]) => void): Promise<IterationRecord> {
    const began = performance.now();
    const [index, settings, learningRate] = [this.iteration, this.#settings, this.#learningRate()];
    const before = this.#state;
    const { state, numbers, pictures, labels } = scoped(() => {
      const batches = this.#batches.at(index, settings);
      const result = this.#step(batches, settings);
      return {
        state: result.next,
        numbers: measurements(result),
        pictures: report ? explained(result, batches.train) : null,
        labels: labelsOf(batches),
      };
    });
    this.#state = state;
    tf.dispose(stateTensors(before));

    const values = (await numbers.data()) as Float32Array;
    numbers.dispose();
    const failure = engineFailure();
    if (failure) throw new Error(failure);
    if (report && pictures)
      report(
        explanationPictures(
          await readPictures(pictures),
          labels.train.slice(0, EXPLAINED),
          this.#dataset,
          settings.weighting,
        ),
      );
    if (!values.every(Number.isFinite)) {
      throw new Error(
        `Iteration ${index + 1} gave numbers that are not finite. Lower the learning rates, or check this adapter.`,
      );
    }
    this.#architecture = values.slice(0, this.#architecture.length);
    const record = this.#record(
      values.subarray(this.#architecture.length),
      labels,
      learningRate,
      performance.now() - began,
    );
    this.#records.push(record);
    return record;
  }

  /** What the next iteration would do to the present state. */
  #step(batches: ReturnType<Batches["at"]>, settings: Settings): StepResult {
    const index = this.iteration;
    return searchStep({
      state: this.#state,
      explainer: this.#strategy.explainer(this.#net, index),
      audience: this.#audience?.logits ?? null,
      settings,
      learningRate: this.#learningRate(),
      iteration: index + 1,
      ...batches,
      noise: () => normalNoise(batches.train.x.shape, settings.seed, STREAM.delta, index),
    });
  }

  /**
   * The next iteration's hypergradient both ways; nothing changes.
   * @throws Error where nothing is approximated: the bilevel objective at first order
   */
  async compareHypergradients(): Promise<HypergradientComparison> {
    if (this.#settings.objective === "bilevel" && this.#settings.order === "1") {
      throw new Error("DARTS at first order has no second derivative to compare. Choose order 2 or LeaSE.");
    }
    const gradients = scoped(() => {
      const batches = this.#batches.at(this.iteration, this.#settings);
      const of = (hypergradient: Settings["hypergradient"]) =>
        scoped(() => this.#step(batches, { ...this.#settings, hypergradient }).hypergradient);
      return [of("exact"), of("finite-difference")] as const;
    });
    const [exact, difference] = (await Promise.all(gradients.map((t) => t.data()))) as [Float32Array, Float32Array];
    tf.dispose([...gradients]);
    const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, v, i) => sum + v * (b[i] ?? 0), 0);
    const [exactNorm, finiteDifferenceNorm] = [Math.sqrt(dot(exact, exact)), Math.sqrt(dot(difference, difference))];
    return { cosine: dot(exact, difference) / (exactNorm * finiteDifferenceNorm), exactNorm, finiteDifferenceNorm };
  }

  #record(values: Float32Array, batches: Labels, learningRate: number, milliseconds: number): IterationRecord {
    const classes = this.#dataset.classNames.length;
    let read = 0;
    const next = () => values[read++] ?? Number.NaN;
    const accuracy = (labels: readonly number[]) => {
      const logits = values.subarray(read, read + labels.length * classes);
      read += logits.length;
      const right = labels.filter((label, n) => argmax(logits.subarray(n * classes, (n + 1) * classes)) === label);
      return right.length / labels.length;
    };
    const audience = this.#audience !== null;
    const [explainerTrainLoss, explainerValidationLoss, explainerGradientNorm, hypergradientNorm] = [
      next(),
      next(),
      next(),
      next(),
    ];
    const explainerTrainAccuracy = accuracy(batches.train);
    const explainerValidationAccuracy = accuracy(batches.explainerValidation);
    const optional = () => (audience ? next() : null);
    const record: IterationRecord = {
      iteration: this.iteration + 1,
      epoch: this.#batches.epochOf(this.iteration),
      learningRate,
      explainerTrainLoss,
      explainerValidationLoss,
      explainerTrainAccuracy,
      explainerValidationAccuracy,
      audienceTrainLoss: optional(),
      audienceValidationLoss: optional(),
      audienceGradientNorm: optional(),
      explanationLoss: optional(),
      deltaStepRatio: optional(),
      audienceTermNorm: optional(),
      audienceValidationAccuracy: audience ? accuracy(batches.audienceValidation) : null,
      explainerGradientNorm,
      hypergradientNorm,
      entropyNormal: meanEntropy(softmaxRows(this.alphas.normal)),
      entropyReduce: meanEntropy(softmaxRows(this.alphas.reduce)),
      milliseconds,
    };
    const deltaStd = this.#settings.deltaStd;
    const pictures = this.#settings.batchSize;
    return {
      ...record,
      // The sum over the batch as a mean, the step's rms over the noise's.
      explanationLoss: record.explanationLoss === null ? null : record.explanationLoss / pictures,
      deltaStepRatio: record.deltaStepRatio === null ? null : record.deltaStepRatio / deltaStd,
    };
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
    return changes;
  }

  /** The run as a file. */
  async file(): Promise<RunFile> {
    const matrix = (values: Float32Array) =>
      Array.from({ length: EDGES }, (_, e) =>
        Array.from(values.subarray(e * PRIMITIVES.length, (e + 1) * PRIMITIVES.length)),
      );
    const { name, source, hash, classNames, labels } = this.#dataset;
    const { genotype, alphas } = this;
    return {
      format: "searchlight-run",
      version: 1,
      genotype,
      genotypeText: genotypeText(genotype),
      alphas: { normal: matrix(alphas.normal), reduce: matrix(alphas.reduce) },
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
      },
      records: [...this.#records],
      created: new Date().toISOString(),
    };
  }

  /** Releases every tensor. */
  dispose(): void {
    tf.dispose(stateTensors(this.#state));
  }
}

function stateTensors(state: SearchState): Tensor[] {
  const { architecture, adam, explainer, audience } = state;
  return [
    architecture,
    adam?.m,
    adam?.v,
    explainer.weights,
    explainer.buffer,
    audience?.weights,
    audience?.buffer,
  ].filter((t): t is Tensor => t !== null && t !== undefined);
}

type Labels = Readonly<Record<AugmentedBatch, readonly number[]>>;

function labelsOf(batches: Readonly<Record<AugmentedBatch, LabelledBatch>>): Labels {
  return {
    train: batches.train.labels,
    explainerValidation: batches.explainerValidation.labels,
    audienceValidation: batches.audienceValidation.labels,
  };
}

function argmax(values: Float32Array): number {
  return values.reduce((best, v, i) => (v > (values[best] ?? 0) ? i : best), 0);
}

/** Everything the host wants to know of a step in one vector, in the order that `#record` reads it. */
function measurements({ next, train, validation, gradientNorm, hypergradient, audience }: StepResult): Tensor {
  const parts = [
    next.architecture,
    train.loss,
    validation.loss,
    gradientNorm,
    norm(hypergradient),
    train.logits,
    validation.logits,
  ];
  if (audience) {
    const { explanation } = audience;
    const rms = tf.sqrt(tf.mean(tf.square(explanation.step)));
    parts.push(
      audience.train.loss,
      audience.validation.loss,
      audience.gradientNorm,
      explanation.loss,
      rms,
      audience.termNorm,
      audience.validation.logits,
    );
  }
  return tf.concat(parts.map((t) => t.flatten()));
}

type Pictures = Readonly<Record<keyof ExplanationValues, Tensor>>;

function explained(result: StepResult, train: LabelledBatch): Pictures | null {
  if (!result.audience) return null;
  const { explanation } = result.audience;
  const first = (t: Tensor) => tf.slice(t, 0, Math.min(EXPLAINED, t.shape[0] ?? 0));
  const { clean, perturbed } = explanation.probabilities();
  return {
    x: first(train.x),
    delta: first(explanation.delta),
    clean: first(clean),
    perturbed: first(perturbed),
    audience: first(softmax(result.audience.train.logits)),
  };
}

async function readPictures(pictures: Pictures): Promise<ExplanationValues> {
  const read = async (t: Tensor) => {
    const values = (await t.data()) as Float32Array;
    t.dispose();
    return values;
  };
  return {
    x: await read(pictures.x),
    delta: await read(pictures.delta),
    clean: await read(pictures.clean),
    perturbed: await read(pictures.perturbed),
    audience: await read(pictures.audience),
  };
}
