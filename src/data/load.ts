/** From pictures as they were read to a data set ready for the search, and what the page is told of it. */
import { DataError, type DataSummary, type Dataset } from "../domain/dataset";
import type { Settings } from "../domain/settings";
import { readCifar10 } from "./cifar";
import { recognise } from "./file-kind";
import type { RawPictures } from "./pictures";
import { averageDown } from "./resize";
import { splitPictures } from "./split";
import { channelStatistics, classCounts, hashPictures } from "./statistics";

/**
 * Reads a dropped file.
 * @param name the file's name, for messages
 * @throws DataError that says what is wrong with the file and what to do
 */
export function readShard(name: string, buffer: ArrayBuffer): RawPictures {
  const known = recognise(new Uint8Array(buffer));
  if (known) throw new DataError(`${name} looks like ${known.what}. ${known.advice}`);
  return readCifar10(name, buffer);
}

/**
 * Averages down, splits and measures. The hash is that of the pictures as read, so one file has one hash whatever the
 * settings. `raw` is left as it is: keep it to assemble again with other settings.
 * @throws DataError when the pictures are too small or too few for the settings
 */
export async function finishDataset(
  raw: RawPictures,
  settings: Pick<Settings, "imageSize" | "testFraction" | "seed">,
): Promise<Dataset> {
  const { name, source, classNames, labels, ignored, attribution } = raw;
  const size = Number(settings.imageSize);
  const pixels = averageDown(raw.pixels, raw.size, size);
  const splits = splitPictures(raw, settings.testFraction, settings.seed);
  const { mean, std } = channelStatistics(pixels, size, splits.train);
  const hash = await hashPictures(raw);
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

const PREVIEW_PER_CLASS = 10;

/** What the page shows. The preview's pictures are copies, evenly chosen over each class. */
export function summarise(dataset: Dataset, perClass = PREVIEW_PER_CLASS): DataSummary {
  const { name, source, size, classNames, labels, pixels, splits, ignored, hash, attribution } = dataset;
  const members = classNames.map((): number[] => []);
  for (const [picture, label] of labels.entries()) members[label]?.push(picture);
  const length = size * size * 3;
  return {
    name,
    source,
    size,
    classNames,
    ignored,
    hash,
    classCounts: classCounts(labels, classNames.length),
    used: labels.length,
    splitSizes: { train: splits.train.length, validation: splits.validation.length, test: splits.test.length },
    preview: members.map((ofClass) =>
      evenly(ofClass, perClass).map((picture) => pixels.slice(picture * length, (picture + 1) * length)),
    ),
    ...(attribution === undefined ? {} : { attribution }),
  };
}

/** At most `count` of the items, spread over the whole list. */
function evenly(items: readonly number[], count: number): number[] {
  const step = Math.max(1, items.length / count);
  return Array.from({ length: Math.min(count, items.length) }, (_, i) => items[Math.floor(i * step)] ?? 0);
}
