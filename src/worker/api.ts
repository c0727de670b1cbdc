/** What the page may ask of the engine, and what it is told. Types only: the page imports nothing else of `worker`. */
import type { CostEstimate, RunTime } from "../domain/cost";
import type { BuiltIn, DataSummary, KeptSet } from "../domain/dataset";
import type { KeptRun, RunLabel, RunStorage } from "../domain/kept-run";
import type {
  DataReading,
  Engine,
  Environment,
  Explanation,
  HypergradientComparison,
  PlanSize,
  Profile,
  RunFile,
  RunStatus,
  SettingChange,
  Snapshot,
  Tuned,
} from "../domain/run";
import type { Settings } from "../domain/settings";
import type { ReportRecords } from "./pieces";

export interface SelfCheckResult {
  readonly name: string;
  readonly ok: boolean;
  /** Largest error over the tolerance; at most 1 when ok. */
  readonly error: number;
}

/** A file with its place among the folders that were dropped. */
export interface PathFile {
  readonly path: string;
  readonly file: File;
}

export type RunWithoutRecords = Omit<RunFile, "records">;

/** An error that nothing handled. */
export interface Fault {
  readonly message: string;
  /** Where in the code. */
  readonly stack?: string | undefined;
}

export interface Incident {
  readonly kind: "incident";
  /** `moved`: the run goes on elsewhere than before, which the message names. */
  readonly what: "device-lost" | "not-recovered" | "moved";
  readonly message: string;
  /** Iterations that were done, and after which it goes on; null if it does not. */
  readonly reached: number;
  readonly from: number | null;
  /** The run had come to its end before: nothing goes on. */
  readonly finished?: boolean;
}

export type EngineEvent =
  | { readonly kind: "status"; readonly status: RunStatus }
  | { readonly kind: "engine"; readonly engine: Engine }
  | { readonly kind: "data"; readonly summary: DataSummary }
  /** Pictures are being read, whatever the status; null when that is over. */
  | { readonly kind: "reading"; readonly reading: DataReading | null }
  /** The data sets that the browser keeps; null where it can keep none. */
  | { readonly kind: "kept"; readonly sets: readonly KeptSet[] | null }
  /** The runs that the browser keeps, the newest first; null where it can keep none. */
  | { readonly kind: "runs"; readonly runs: readonly KeptRun[] | null; readonly storage: RunStorage }
  /** Which run is on the page from here on, and why it is kept no further; null when it is kept again. */
  | { readonly kind: "keeping"; readonly id: string; readonly problem: string | null }
  /** A kept run is shown from here on; all that was shown before goes. `data`: what it was made of. */
  | {
      readonly kind: "shown-run";
      readonly id: string;
      readonly settings: Settings;
      readonly data: RunFile["data"];
      readonly snapshot: Snapshot;
    }
  /** Something went wrong that the run survived, or not. */
  | Incident
  /** What the run that starts will take. */
  | { readonly kind: "planned"; readonly plan: PlanSize }
  /** What is remembered for the adapter in use. */
  | { readonly kind: "tuned"; readonly tuned: Tuned }
  | { readonly kind: "snapshot"; readonly snapshot: Snapshot }
  | { readonly kind: "setting-change"; readonly change: SettingChange }
  /** In the engine's worker; what runs goes on. */
  | { readonly kind: "fault"; readonly fault: Fault }
  /** A new run starts from nothing: forget what was drawn. */
  | { readonly kind: "reset" };

/**
 * The worker's face, called through Comlink. Every method that can fail rejects with an Error whose message a person can
 * read; what was loaded or running stays as it was.
 */
export interface EngineApi {
  /** Name of a lock that is held for as long as the engine lives; null where the browser has no locks. */
  lifeLock(): Promise<string | null>;
  /** Checks WebGPU and chooses the backend; must be called once, first. Events arrive through `listener`. */
  connect(listener: (event: EngineEvent) => void): Promise<void>;
  loadBuiltIn(name: BuiltIn): Promise<void>;
  /** Several files, or all files of a folder, are one data set. */
  loadFiles(files: readonly PathFile[]): Promise<void>;
  /** The files behind web addresses, as one data set. Each file has one address or several, of which one must have it. */
  loadAddresses(files: readonly (readonly string[])[]): Promise<void>;
  /** Gives up the reading under way; the call that began it rejects. */
  cancelLoading(): Promise<void>;
  /** The kept set that was in use at the last visit. @returns whether there is one */
  loadLast(): Promise<boolean>;
  loadKept(id: string): Promise<void>;
  /** Keeps the pictures in use in the browser. */
  keep(): Promise<void>;
  forgetKept(id: string): Promise<void>;
  /** Shows the run that was left last, as it was; `search` resumes it, unless it is finished. @returns whether there is one */
  showLastRun(): Promise<boolean>;
  /** The same of one run. @returns false when it is not kept */
  showRun(id: string): Promise<boolean>;
  /** Shows a kept run, loads what it was made of where that needs no file, and goes on with it. */
  resumeRun(id: string): Promise<void>;
  /**
   * The page may go away: a run under way is written as soon as an iteration is done, one that found no room at once.
   * @returns whether nothing of the run on the page is known to have found no room
   */
  keepNow(): Promise<boolean>;
  /** Changes name or pin of a kept run. */
  changeRun(id: string, label: Partial<RunLabel>): Promise<void>;
  /** Deletes a kept run; the one under way cannot be. */
  forgetRun(id: string): Promise<void>;
  /**
   * A kept run, without anything else changing. A long run has so many records that the page would stand still while it takes
   * them: they come before the rest, in pieces, each after the page has taken the one before.
   */
  readRun(id: string, records: ReportRecords): Promise<RunWithoutRecords>;
  /** Looks at the pictures in use with these settings: the next `data` event follows them. */
  describe(settings: Settings): Promise<void>;
  /** Up to `count` pictures of a class, each [size, size, 3] bytes. */
  classPictures(label: number, count: number): Promise<readonly Uint8Array[]>;
  /** Pictures of the preview as the search would augment them in one iteration, [class][picture]. */
  augmentedPreview(settings: Settings, iteration: number): Promise<DataSummary["preview"]>;
  /**
   * From now on so many pictures of a batch are explained, or as many as it has.
   * @returns those of a run that stands still; null where there are none, or the next snapshot brings them
   */
  explain(count: number): Promise<readonly Explanation[] | null>;
  /**
   * What a run with these settings will cost on the adapter that it would get, planned and remembered; nothing is run. Asking
   * again, or a start, gives up the planning under way, whose call rejects.
   */
  estimate(settings: Settings): Promise<CostEstimate>;
  /** Times two steps of each kind of iteration; only while idle. `pause` ends it early. @returns null when it was ended */
  measure(settings: Settings): Promise<RunTime | null>;
  /**
   * Starts a run with these settings, or goes on with the paused one.
   * @param repeats where the run that is to be repeated was made: its kernel variants are used where they hold
   */
  search(settings: Settings, repeats?: Environment | null): Promise<void>;
  pause(): Promise<void>;
  /** One iteration, then pause. */
  step(settings: Settings, repeats?: Environment | null): Promise<void>;
  /** Forgets the run; the next search starts from the seed. */
  reset(): Promise<void>;
  /** Changes settings that fix no shape; only while paused. */
  change(settings: Partial<Settings>): Promise<void>;
  /**
   * The file of a kept run, or of the run in hand from at least one finished iteration on.
   * @param maxSkips the file also has the genotype with at most so many in its normal cell; null for none
   */
  writeRun(id: string | null, maxSkips: number | null): Promise<Blob>;
  /** A run file as a bundle, the bytes of a zip; that of the run in hand when there is none given. */
  packBundle(run: RunFile | null): Promise<Uint8Array<ArrayBuffer>>;
  /** The text of the run file in a bundle; null when the zip is none. */
  readBundle(file: File): Promise<string | null>;
  /** Both hypergradients at the present state, which stays as it is; only while paused. */
  compareHypergradients(): Promise<HypergradientComparison>;
  /** Where the time of an iteration goes, null on the CPU; the run stays as it is. Only while paused. */
  profile(): Promise<Profile | null>;
  /** Forgets the kernel variants of all adapters; the run under way keeps its own. */
  forgetTuning(): Promise<void>;
  /** Destroys the graphics device, to see that a search survives it. */
  loseDevice(): Promise<void>;
  /** Compares each primitive's values and gradients on this adapter with the CPU reference. */
  selfCheck(report: (result: SelfCheckResult) => void): Promise<void>;
}
