/** Divides pictures into search-train, search-validation and test; no picture stands in two. */
import { DataError, type Split } from "../domain/dataset";
import { CounterRandom, STREAM } from "../domain/random";
import { counted, type RawPictures } from "./pictures";

export type Splits = Readonly<Record<Split, Uint32Array>>;

/** The smallest batch is two pictures, so each half of the search needs as many. */
const SMALLEST = 2;

/**
 * The last `testFraction` of the pictures is test; of the rest the first half trains the weights and the second half the
 * alphas, as in DARTS (train_search.py, train_portion 0.5). With groups this is done class by class over the groups in an
 * order drawn from `seed`, so that each split has every class in proportion.
 * @param testFraction in [0, 1)
 * @throws DataError when a half of the search would have too few pictures
 */
export function splitPictures(
  pictures: Pick<RawPictures, "labels" | "splitRule">,
  testFraction: number,
  seed: number,
): Splits {
  const { labels, splitRule } = pictures;
  const splits =
    splitRule.kind === "order"
      ? cut(Uint32Array.from(labels.keys()), testFraction)
      : splitGroups(labels, splitRule.groups, testFraction, seed);
  if (splits.train.length < SMALLEST || splits.validation.length < SMALLEST) {
    const kept = labels.length - splits.test.length;
    throw new DataError(
      `Too few pictures: of ${labels.length}, ${splits.test.length} are kept for the test, and the ${counted(kept, "picture")} left give ${splits.train.length} for the weights and ${splits.validation.length} for the architecture. Each needs at least ${SMALLEST}: lower the test share or choose a larger file.`,
    );
  }
  return splits;
}

function cut(order: Uint32Array, testFraction: number): Splits {
  const search = order.length - Math.round(order.length * testFraction);
  const half = Math.floor(search / 2);
  return { train: order.slice(0, half), validation: order.slice(half, search), test: order.slice(search) };
}

function splitGroups(labels: Uint16Array, groups: Uint32Array, testFraction: number, seed: number): Splits {
  const members = new Map<number, number[]>();
  groups.forEach((group, picture) => {
    const list = members.get(group);
    if (list) list.push(picture);
    else members.set(group, [picture]);
  });
  const classes = new Map<number, number[][]>();
  for (const pictures of members.values()) {
    const label = labels[pictures[0] ?? 0] ?? 0;
    const list = classes.get(label);
    if (list) list.push(pictures);
    else classes.set(label, [pictures]);
  }
  const result: Record<Split, number[]> = { train: [], validation: [], test: [] };
  for (const [label, ofClass] of classes) {
    const parts = cut(new CounterRandom(seed, STREAM.split, label).permutation(ofClass.length), testFraction);
    for (const split of ["train", "validation", "test"] as const) {
      for (const place of parts[split]) result[split].push(...(ofClass[place] ?? []));
    }
  }
  // In the order of the file: a split does not depend on the order in which classes were met.
  const sorted = (list: number[]) => Uint32Array.from(list).sort();
  return { train: sorted(result.train), validation: sorted(result.validation), test: sorted(result.test) };
}
