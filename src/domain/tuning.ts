/** Kernel variants found by timing, remembered where they hold. Knows no storage. */
import type { BackendName, Environment, Variants } from "./run";

/** Where variants hold: the same kernels, compiled by the same runtime, on the same adapter. */
export type TuningPlace = Pick<Environment, "adapter" | "version" | "runtime">;

/** Keeps variants from one run to the next. No method rejects: a search does without what cannot be read or kept. */
export interface TuningMemory {
  recall(place: TuningPlace): Promise<Variants>;
  /** Adds to what is remembered for the place. */
  keep(place: TuningPlace, variants: Variants): Promise<void>;
  /** Forgets all places. */
  forget(): Promise<void>;
}

/** Keeps which backend is the faster where the one adapter is a software adapter. No method rejects. */
export interface BackendMemory {
  /** Null when it is not known yet. */
  recall(place: TuningPlace): Promise<BackendName | null>;
  keep(place: TuningPlace, backend: BackendName): Promise<void>;
  forget(): Promise<void>;
}

/** One word for a place. */
export function placeKey({ adapter, version, runtime }: TuningPlace): string {
  return JSON.stringify([version, adapter, runtime]);
}

/** @param key of a place */
export function isOfVersion(key: string, { version }: TuningPlace): boolean {
  return key.startsWith(`[${JSON.stringify(version)},`);
}

/** The variants of a run that is repeated, where they hold; they go before what is remembered. */
export function repeatedVariants(place: TuningPlace, repeats: Environment | null): Variants {
  const same = repeats?.adapter === place.adapter && repeats.version === place.version;
  return (same && repeats.variants) || {};
}
