/** A run: settings, data and stages; one call makes one iteration. Knows no page and no terminal. */
import { type AlphaHistory, historyAfter, NO_HISTORY } from "../../domain/alpha-history";
import { type Checkpoint, CheckpointError } from "../../domain/checkpoint";
import { type Dataset, HASH_VERSION } from "../../domain/dataset";
import type { Alphas, Betas, Genotype } from "../../domain/genotype";
import { historyOfFile } from "../../domain/history-file";
import { ALL_OPERATIONS, type Operations } from "../../domain/primitives";
import type {
  EarlierEnvironment,
  Engine,
  Environment,
  Explanation,
  HypergradientComparison,
  IterationRecord,
  Profile,
  RunFile,
  SettingChange,
} from "../../domain/run";
import {
  checkSettings,
  parseSettings,
  SETTING_NAMES,
  SETTINGS,
  type Settings,
  SettingsError,
} from "../../domain/settings";
import { type RunStage, runIterations, type StageShape, stageOf, stageShapes } from "../../domain/stages";
import type { Preparation } from "../gpu/compile";
import { ScratchArena } from "../gpu/plan";
import { tf } from "../gpu/tensorflow";
import type { VariantTable } from "../gpu/variants";
import { Batches } from "./batches";
import { EXPLAINED } from "./iteration";
import { iterationRecord } from "./record";
import { runFile } from "./run-file";
import { RunVariants } from "./run-variants";
import { type Explainable, type RunParts, Stage } from "./stage";

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

function checkOptions({ settings, dataset }: SearchOptions): void {
  checkSettings(settings);
  const side = Number(settings.imageSize);
  if (dataset.size !== side) {
    throw new SettingsError(`The pictures are ${dataset.size} pixels wide, the settings say ${side}.`);
  }
}

/** Whether a run was here, so that it goes on to the last bit. */
function isPlace(made: Environment, { engine, version, runtime }: Omit<SearchOptions, "settings">): boolean {
  const { backend, adapter } = engine;
  const same: Omit<Environment, "variants"> = { backend, adapter, version, runtime };
  return (Object.keys(same) as (keyof typeof same)[]).every((key) => made[key] === same[key]);
}

function otherPictures(made: RunFile["data"], { name, hash }: Dataset): string {
  if (made.hashVersion !== HASH_VERSION) {
    return `The run was made of ${made.name} (${made.source}) by an earlier version of Searchlight, which told data sets apart in another way: its pictures cannot be matched. Start a new run with its settings.`;
  }
  const short = (of: string) => of.slice(0, 12);
  return `The run was made of ${made.name} (${made.source}, hash ${short(made.hash)}), and these are ${name} (hash ${short(hash)}). Load those pictures to go on.`;
}

/** An iteration that is begun ahead delays a pause by its own time. */
const QUICK_MS = 250;

export class Search {
  #settings: Settings;
  readonly #options: SearchOptions;
  readonly #run: RunParts;
  readonly #shapes: readonly StageShape[];
  /** Those that began, the last of them under way. */
  readonly #begun: RunStage[] = [];
  #stage: Stage;
  readonly #records: IterationRecord[] = [];
  #history: AlphaHistory;
  readonly #changes: SettingChange[] = [];
  readonly #earlier: EarlierEnvironment[] = [];
  /** Pictures of a batch that are explained, at most. */
  explained = EXPLAINED;
  /** What the last iteration of the stage explained. */
  #last: Explainable | null = null;
  /** When the last iteration was done. */
  #ended = 0;

  private constructor(options: SearchOptions, from?: Checkpoint) {
    const { settings, dataset, variants = {} } = options;
    const stays = from && isPlace(from.run.environment, options);
    this.#options = options;
    this.#settings = settings;
    this.#run = {
      dataset,
      batches: new Batches(dataset, settings),
      arena: new ScratchArena(),
      variants: new RunVariants(variants, stays ? from.run.environment.variants : {}),
    };
    // What shapes a run is fixed: changes of other settings do not count.
    this.#shapes = stageShapes(settings, this.iterationsPerEpoch);
    if (!from) {
      this.#stage = this.#begin(this.#shapes[0] as StageShape, { normal: ALL_OPERATIONS, reduce: ALL_OPERATIONS });
      this.#history = historyAfter(NO_HISTORY, 0, this.#stage);
      return;
    }
    this.#begun.push(...from.begun);
    this.#records.push(...from.run.records);
    this.#changes.push(...from.run.settingChanges);
    if (!from.run.history) throw new Error("The checkpoint has no history of the alphas.");
    this.#history = historyOfFile(from.run.history, this.iteration);
    const { variants: _, ...environment } = from.run.environment;
    this.#earlier.push(...(from.run.earlier ?? []));
    if (!stays) this.#earlier.push({ ...environment, iterations: this.iteration });
    const { operations, ...shape } = from.begun.at(-1) as RunStage;
    this.#stage = new Stage(this.#run, from.stage.settings, shape, operations as Operations, from.stage);
    this.#stage.change(settings);
  }

  /** @throws DataError or SettingsError when data and settings do not fit each other */
  static async create(options: SearchOptions): Promise<Search> {
    if (tf.getBackend() !== options.engine.backend) await tf.setBackend(options.engine.backend);
    checkOptions(options);
    return new Search(options);
  }

  /**
   * A run that goes on from a checkpoint: on the same adapter and runtime to the same result, to the last bit, as without it.
   * @throws CheckpointError when it was made of other pictures, or when this version has other networks
   */
  static async restore(o: Omit<SearchOptions, "settings" | "variants">, from: Checkpoint): Promise<Search> {
    const { settings, data, environment } = from.run;
    if (data.hash !== o.dataset.hash) throw new CheckpointError(otherPictures(data, o.dataset));
    const options = { ...o, settings, variants: isPlace(environment, o) ? from.variants : {} };
    if (tf.getBackend() !== o.engine.backend) await tf.setBackend(o.engine.backend);
    checkOptions(options);
    try {
      return new Search(options, from);
    } catch (error) {
      throw new CheckpointError(
        `The run cannot go on with this version of Searchlight: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }

  /**
   * The run as it stands between two iterations.
   * @throws Error while an iteration is under way
   */
  async checkpoint(): Promise<Checkpoint> {
    const [begun, { known }] = [[...this.#begun], this.#run.variants];
    const { iterationsPerEpoch } = this;
    return { run: await this.file(), iterationsPerEpoch, variants: known, begun, stage: await this.#stage.state() };
  }

  #begin(shape: StageShape, operations: Operations): Stage {
    const stage = new Stage(this.#run, this.#settings, shape, operations);
    this.#begun.push(stage.description);
    return stage;
  }

  /** The stage of the next iteration. It begins where the one before is over, whose memory is released first. */
  #current(): Stage {
    const shape = stageOf(this.#shapes, this.iteration);
    if (!shape || shape.index < this.#begun.length) return this.#stage;
    const operations = this.#stage.next(shape);
    this.#stage.dispose();
    this.#last = null;
    this.#stage = this.#begin(shape, operations);
    return this.#stage;
  }

  get settings(): Settings {
    return this.#settings;
  }

  /** SHA-256 of the pictures. */
  get dataHash(): string {
    return this.#run.dataset.hash;
  }

  /** Finished iterations. */
  get iteration(): number {
    return this.#records.length;
  }

  /** Iterations of the whole run. */
  get iterations(): number {
    return runIterations(this.#settings, this.iterationsPerEpoch);
  }

  get iterationsPerEpoch(): number {
    return this.#run.batches.iterationsPerEpoch;
  }

  /** All stages, those to come without their operations. */
  get stages(): readonly RunStage[] {
    return this.#shapes.map((shape) => this.#begun[shape.index] ?? { ...shape, operations: null });
  }

  /** The stage that alphas and genotype belong to, from 0. */
  get stage(): number {
    return this.#begun.length - 1;
  }

  /** An operation that a stage has dropped has −∞. */
  get alphas(): Alphas {
    return this.#stage.alphas;
  }

  /** null for a strategy without edge weights. */
  get betas(): Betas | null {
    return this.#stage.betas;
  }

  get genotype(): Genotype {
    return this.#stage.genotype;
  }

  /** Of the architecture, from the start of the run on. */
  get history(): AlphaHistory {
    return this.#history;
  }

  get records(): readonly IterationRecord[] {
    return this.#records;
  }

  /** Where the run was before, if it went on elsewhere. */
  get earlier(): readonly EarlierEnvironment[] {
    return this.#earlier;
  }

  get changes(): readonly SettingChange[] {
    return this.#changes;
  }

  /**
   * Makes the plan of an iteration, unless that has been done. The first iteration of a stage does it else.
   * @throws OutOfMemoryError
   */
  async prepare(report?: (doing: Preparation) => void): Promise<void> {
    await this.#current().prepare(this.iteration, report);
  }

  /** The kernel variants that this run has called, from `prepare` on. */
  get variants(): VariantTable {
    return this.#run.variants.called;
  }

  /** All kernel variants that are known; another object after each plan. */
  get knownVariants(): VariantTable {
    return this.#run.variants.known;
  }

  /** Where the time of an iteration goes; null on the CPU, which has no plan. */
  profile(): Promise<Profile | null> {
    return this.#current().profile(this.iteration);
  }

  /** Whether the device has begun an iteration whose record is not made: `iterate` makes it. */
  get isAhead(): boolean {
    return this.#stage.isAhead;
  }

  /** Whether iterations are so quick that a pause may wait for one more. */
  get isQuick(): boolean {
    return (this.#records.at(-1)?.milliseconds ?? Number.POSITIVE_INFINITY) < QUICK_MS;
  }

  /**
   * One iteration.
   * @param report receives explained pictures, when given and the objective explains
   * @param ahead another one follows for certain: where there is a plan and no report, the device begins it meanwhile
   */
  async iterate(report?: (explanations: readonly Explanation[]) => void, ahead = false): Promise<IterationRecord> {
    // One that was begun ahead counts from the end of the one before.
    const began = this.isAhead ? this.#ended : performance.now();
    const index = this.iteration;
    const stage = this.#current();
    const { values, ...given } = await stage.iterate(index, ahead && !report);
    this.#last = { index, train: given.batches.train, logits: values.audienceTrainLogits };
    const explanations = report && (await stage.explain(this.#last, this.explained));
    if (explanations) report(explanations);
    this.#ended = performance.now();
    const record = iterationRecord(values, {
      ...given,
      iteration: index + 1,
      stage: this.stage,
      epoch: this.#run.batches.epochOf(index),
      milliseconds: this.#ended - began,
      alphas: stage.alphas,
      unrestricted: stage.unrestricted,
      settings: this.#settings,
    });
    this.#records.push(record);
    this.#history = historyAfter(this.#history, this.iteration, stage);
    return record;
  }

  /** Explained pictures of the last iteration, while none is under way; null before one, and for the bilevel objective. */
  async explanations(): Promise<readonly Explanation[] | null> {
    if (!this.#last || this.isAhead) return null;
    this.#stage.present(this.#last.index);
    return this.#stage.explain(this.#last, this.explained);
  }

  /**
   * The next iteration's hypergradient both ways; nothing changes.
   * @throws Error where nothing is approximated: the bilevel objective at first order
   */
  async compareHypergradients(): Promise<HypergradientComparison> {
    if (this.#settings.objective === "bilevel" && this.#settings.order === "1") {
      throw new Error("DARTS at first order has no second derivative to compare. Choose order 2 or LeaSE.");
    }
    const stage = this.#current();
    const exact = await stage.hypergradient(this.iteration, "exact");
    const difference = await stage.hypergradient(this.iteration, "finite-difference");
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
    this.#stage.change(changed);
    this.#settings = changed;
    this.#changes.push(...changes);
    return changes;
  }

  /** The run as a file. */
  async file(): Promise<RunFile> {
    const { version, runtime, engine } = this.#options;
    const { genotype, alphas, betas, stages, settings, variants } = this;
    return runFile({
      ...{ genotype, alphas, betas, stages, settings },
      changes: this.#changes,
      records: this.#records,
      history: this.#history,
      earlier: this.#earlier,
      dataset: this.#run.dataset,
      environment: {
        version,
        backend: engine.backend,
        adapter: engine.adapter,
        runtime,
        ...(engine.backend === "webgpu" ? { variants } : {}),
      },
    });
  }

  /** Releases every tensor and buffer. */
  dispose(): void {
    this.#stage.dispose();
    this.#run.arena.dispose();
  }
}
