/** From pictures as they were read to a data set ready for the search, and what the page is told of it. */
import { type DataSummary, type Dataset, SPLITS } from "../domain/dataset";
import type { Settings } from "../domain/settings";
import { checkOverlap, countDuplicates, firstOfEach } from "./duplicates";
import type { RawPictures } from "./pictures";
import { PUBLISHED } from "./published";
import { greyPictures, resizePictures } from "./resize";
import { type SplitSettings, splitPictures } from "./split";
import { channelStatistics, classCounts, hashPictures } from "./statistics";

/** What depends on the pictures alone is found once for each set; it goes when they go. */
const HASHES = new WeakMap<RawPictures, Promise<string>>();
const FIRSTS = new WeakMap<RawPictures, Uint32Array>();

function once<T>(known: WeakMap<RawPictures, T>, raw: RawPictures, find: (raw: RawPictures) => T): T {
  const found = known.get(raw) ?? find(raw);
  known.set(raw, found);
  return found;
}

/** Identifies the set as it was read. */
export function hashOf(raw: RawPictures): Promise<string> {
  return once(HASHES, raw, hashPictures);
}

export type DataSettings = SplitSettings & Pick<Settings, "imageSize" | "labels" | "colour">;

/**
 * Resizes, splits and measures. The hash is that of the pictures as read, so one file has one hash whatever the settings.
 * `raw` is left as it is: keep it to assemble again with other settings.
 * @throws DataError when the pictures are too few for the settings
 */
export async function finishDataset(raw: RawPictures, settings: DataSettings): Promise<Dataset> {
  const { name, source, ignored, attribution } = raw;
  const { labels, classNames } = chosenLabels(raw, settings);
  const size = Number(settings.imageSize);
  const resized = resizePictures(raw.pixels, raw.size, size);
  const pixels = settings.colour === "grey" ? greyPictures(resized) : resized;
  const splits = splitPictures({ labels, splitRule: raw.splitRule }, settings);
  const { mean, std } = channelStatistics(pixels, size, splits.train);
  const hash = await hashOf(raw);
  return {
    name,
    source,
    classNames,
    size,
    pixels,
    labels,
    splits,
    ignored,
    hash,
    mean,
    std,
    ...(attribution === undefined ? {} : { attribution }),
  };
}

/** Sets without coarse labels keep those they have. */
function chosenLabels(
  raw: RawPictures,
  { labels }: Pick<DataSettings, "labels">,
): Pick<Dataset, "labels" | "classNames"> {
  return labels === "coarse" && raw.coarse ? raw.coarse : raw;
}

const PREVIEW_PER_CLASS = 10;
/** With very many classes, fewer of each. */
const PREVIEW_LIMIT = 2000;

/** What the page shows. The preview's pictures are copies, evenly chosen over each class. */
export function summarise(dataset: Dataset, raw: RawPictures, perClass = PREVIEW_PER_CLASS): DataSummary {
  const { name, source, size, classNames, labels, splits, ignored, hash, attribution } = dataset;
  const used = SPLITS.flatMap((split) => [...splits[split]]);
  const shown = Math.max(1, Math.min(perClass, Math.floor(PREVIEW_LIMIT / classNames.length)));
  const searched = Uint32Array.from([...splits.train, ...splits.validation]);
  return {
    name,
    source,
    size,
    classNames,
    ignored,
    hash,
    classCounts: classCounts(labels, classNames.length, used),
    used: used.length,
    total: labels.length,
    rawSize: raw.size,
    grey: raw.grey === true,
    hasCoarse: raw.coarse !== undefined,
    ownTest: raw.splitRule.kind === "given",
    figures: channelStatistics(raw.pixels, raw.size, searched),
    published: PUBLISHED[name] ?? null,
    duplicates: countDuplicates(once(FIRSTS, raw, firstOfEach), labels, splits),
    overlap: checkOverlap(labels.length, splits),
    splitSizes: { train: splits.train.length, validation: splits.validation.length, test: splits.test.length },
    preview: members(dataset).map((ofClass) => copies(dataset, evenly(ofClass, shown))),
    ...(attribution === undefined ? {} : { attribution }),
  };
}

/** Up to `count` pictures of one class, spread over it. @returns copies, each [size, size, 3] */
export function picturesOfClass(dataset: Dataset, label: number, count: number): Uint8Array[] {
  return copies(dataset, evenly(members(dataset)[label] ?? [], count));
}

/** The pictures in use of each class, in the order of the file. */
function members({ classNames, labels, splits }: Dataset): number[][] {
  const lists = classNames.map((): number[] => []);
  for (const split of SPLITS) for (const picture of splits[split]) lists[labels[picture] ?? 0]?.push(picture);
  return lists.map((list) => list.sort((a, b) => a - b));
}

function copies({ pixels, size }: Dataset, pictures: readonly number[]): Uint8Array[] {
  const length = size * size * 3;
  return pictures.map((picture) => pixels.slice(picture * length, (picture + 1) * length));
}

/** At most `count` of the items, spread over the whole list. */
function evenly(items: readonly number[], count: number): number[] {
  const step = Math.max(1, items.length / count);
  return Array.from({ length: Math.min(count, items.length) }, (_, i) => items[Math.floor(i * step)] ?? 0);
}
