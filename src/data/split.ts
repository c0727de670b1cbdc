/** Divides pictures into search-train, search-validation and test; no picture stands in two. */
import { DataError, SPLITS, type Split } from "../domain/dataset";
import { CounterRandom, STREAM } from "../domain/random";
import type { Settings } from "../domain/settings";
import { counted, type RawPictures } from "./pictures";

export type Splits = Readonly<Record<Split, Uint32Array>>;
export type SplitSettings = Pick<Settings, "testFraction" | "trainShare" | "split" | "splitSeed" | "perClass">;

/** The smallest batch is two pictures, so each half of the search needs as many. */
const SMALLEST = 2;

/** Pictures that stay together: one, or all of a group. */
type Unit = readonly number[];

/**
 * The last `testFraction` of the pictures is test, unless the set gives its own test pictures; of the rest the first
 * `trainShare` trains the weights and the other part the alphas, as in DARTS (train_search.py, train_portion). Shuffled, and
 * always with groups, this is done class by class in an order drawn from `splitSeed`, so that each split has every class in
 * proportion. `perClass` first leaves so many pictures of each class, in the test of the set's own as well.
 * @throws DataError when a half of the search would have too few pictures
 */
export function splitPictures(
  pictures: Pick<RawPictures, "labels" | "splitRule">,
  { testFraction, trainShare, split, splitSeed, perClass }: SplitSettings,
): Splits {
  const { labels, splitRule } = pictures;
  const searched = splitRule.kind === "given" ? splitRule.testFrom : labels.length;
  const drawn = split === "shuffle" || splitRule.kind === "groups";
  const units = splitRule.kind === "groups" ? groupUnits(splitRule.groups) : singles(0, searched);
  // By class, or all in the order of the file.
  const lists = drawn ? [...byClass(labels, units)].map(([label, list]) => shuffled(list, splitSeed, label)) : [units];
  const result: Record<Split, number[]> = { train: [], validation: [], test: [] };
  const share = splitRule.kind === "given" ? 0 : testFraction;
  for (const list of lists) {
    const parts = cut(limited(list, labels, perClass), share, trainShare);
    for (const name of SPLITS) for (const unit of parts[name]) for (const picture of unit) result[name].push(picture);
  }
  if (splitRule.kind === "given") {
    for (const unit of limited(singles(searched, labels.length), labels, perClass)) result.test.push(...unit);
  }
  // In the order of the file: a split does not depend on the order in which classes were met.
  const sorted = (list: readonly number[]) => Uint32Array.from(list).sort();
  const splits = { train: sorted(result.train), validation: sorted(result.validation), test: sorted(result.test) };
  if (splits.train.length < SMALLEST || splits.validation.length < SMALLEST) throw tooFew(splits);
  return splits;
}

function tooFew({ train, validation, test }: Splits): DataError {
  const kept = train.length + validation.length;
  return new DataError(
    `Too few pictures: of ${kept + test.length}, ${test.length} are kept for the test, and the ${counted(kept, "picture")} left give ${train.length} for the weights and ${validation.length} for the architecture. Each needs at least ${SMALLEST}: lower the test share, use more pictures per class, or choose a larger file.`,
  );
}

function singles(from: number, to: number): Unit[] {
  return Array.from({ length: to - from }, (_, i) => [from + i]);
}

function groupUnits(groups: Uint32Array): Unit[] {
  const members = new Map<number, number[]>();
  groups.forEach((group, picture) => {
    const list = members.get(group);
    if (list) list.push(picture);
    else members.set(group, [picture]);
  });
  return [...members.values()];
}

function byClass(labels: Uint16Array, units: readonly Unit[]): Map<number, Unit[]> {
  const classes = new Map<number, Unit[]>();
  for (const unit of units) {
    const label = labels[unit[0] ?? 0] ?? 0;
    const list = classes.get(label);
    if (list) list.push(unit);
    else classes.set(label, [unit]);
  }
  return classes;
}

function shuffled(units: readonly Unit[], seed: number, label: number): Unit[] {
  return Array.from(
    new CounterRandom(seed, STREAM.split, label).permutation(units.length),
    (place) => units[place] ?? [],
  );
}

/** The first units until each class has `perClass` pictures; 0 means all. */
function limited(units: readonly Unit[], labels: Uint16Array, perClass: number): readonly Unit[] {
  if (perClass === 0) return units;
  const taken = new Map<number, number>();
  return units.filter((unit) => {
    const label = labels[unit[0] ?? 0] ?? 0;
    const count = taken.get(label) ?? 0;
    if (count + unit.length > perClass) return false;
    taken.set(label, count + unit.length);
    return true;
  });
}

function cut(units: readonly Unit[], testFraction: number, trainShare: number): Record<Split, readonly Unit[]> {
  const search = units.length - Math.round(units.length * testFraction);
  const train = Math.floor(search * trainShare);
  return { train: units.slice(0, train), validation: units.slice(train, search), test: units.slice(search) };
}
