/** Runs that differ by their seed alone, so that their spread says something of the method. Plain functions. */
import type { RunFile } from "./run";
import { isUsed, SETTING_NAMES, type SettingName, type Settings } from "./settings";

/** What makes runs comparable; a kept run and a run file both have it. */
export interface SettledRun {
  readonly settings: Settings;
  readonly data: RunFile["data"];
}

/** A setting that plays no part in a run makes no difference between two. */
function matters(name: SettingName, settings: Settings): boolean {
  if (name === "epochs") return settings.iterations === 0;
  return isUsed(name, settings);
}

/** Settings that play a part and differ between any two of the runs, in the order of the table. */
export function differingSettings(all: readonly Settings[]): SettingName[] {
  const [first] = all;
  if (!first) return [];
  return SETTING_NAMES.filter((name) =>
    all.some((settings) => {
      if (settings[name] === first[name]) return false;
      return matters(name, settings) || matters(name, first);
    }),
  );
}

/** A built-in set may be drawn from the seed, so that its pictures, and their hash, are others for each seed. */
export function sameData(a: RunFile["data"], b: RunFile["data"]): boolean {
  if (a.hash === b.hash) return true;
  return a.source === "built in" && b.source === "built in" && a.name === b.name && a.pictures === b.pictures;
}

/** How many digits of a hash tell apart data sets of the same name. */
const HASH_DIGITS = 12;

/** Names that tell data sets apart where any two differ, as runs tell them; null where all are the same. */
export function differingData(all: readonly RunFile["data"][]): string[] | null {
  const [first] = all;
  if (!first || all.every((data) => sameData(data, first))) return null;
  const isAmbiguous = (data: RunFile["data"]) =>
    all.some((other) => other.name === data.name && !sameData(other, data));
  return all.map((data) => (isAmbiguous(data) ? `${data.name} (hash ${data.hash.slice(0, HASH_DIGITS)})` : data.name));
}

/** Whether two runs agree in all but the seed: settings that play a part, and data. */
export function sameButSeed(a: SettledRun, b: SettledRun): boolean {
  return sameData(a.data, b.data) && differingSettings([a.settings, b.settings]).every((name) => name === "seed");
}

/** Runs in groups that agree in all but the seed, in the order of their first members. */
export function seedGroups<R extends SettledRun>(runs: readonly R[]): R[][] {
  const groups: R[][] = [];
  for (const run of runs) {
    const group = groups.find(([first]) => first && sameButSeed(first, run));
    if (group) group.push(run);
    else groups.push([run]);
  }
  return groups;
}

/** One run for each seed, by rising seed: of several the first one. */
export function onePerSeed<R extends SettledRun>(runs: readonly R[]): R[] {
  const first = new Map<number, R>();
  for (const run of runs) if (!first.has(run.settings.seed)) first.set(run.settings.seed, run);
  return [...first.values()].sort((a, b) => a.settings.seed - b.settings.seed);
}

/** Largest seed that the settings allow. */
const LAST_SEED = 4294967295;

/** The next `count` seeds from `first` on that are not among `taken`; fewer where the seeds end. */
export function nextSeeds(first: number, count: number, taken: ReadonlySet<number>): number[] {
  const seeds: number[] = [];
  for (let seed = first; seeds.length < count && seed <= LAST_SEED; seed++) if (!taken.has(seed)) seeds.push(seed);
  return seeds;
}
