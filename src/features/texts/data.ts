/** Data sets: where they come from and what is known of them. */
import {
  type BuiltIn,
  type DataSummary,
  type Duplicates,
  type KeptSet,
  type Overlap,
  SPLITS,
  type Split,
} from "../../domain/dataset";
import type { Progress } from "../../domain/run";
import type { Settings } from "../../domain/settings";
import { formatBytes, formatCount } from "../../state/progress";

export const DATA = {
  title: "Data",
  select: "Data set",
  open: "Files",
  openHint: "Open the files of a data set, or drop them anywhere on the page",
  folder: "Folder",
  folderHint: "Open a folder of pictures, or of the parts of a data set",
  builtIn: { "emoji-8": "Emoji-8, built in", shapes: "Shapes, built in" } satisfies Record<BuiltIn, string>,
  loading: "The pictures appear here when they are loaded.",
  cancel: "Cancel",
  classes: "Classes",
  labels: "Labels",
  labelKinds: { fine: "Fine labels", coarse: "Coarse labels" } satisfies Record<Settings["labels"], string>,
  preview: "Ten pictures of each class",
  previewOf: (name: string) => `Pictures of ${name}`,
  filterHint: (name: string, alone: boolean) => (alone ? "Show all classes" : `Show ${name} alone`),
  augment: "Show augmented",
  augmentAgain: "Next draw",
  augmentOff: "As they are",
  augmented: (draw: number) => `Augmented, draw ${draw}.`,
  splitNames: { train: "weights", validation: "architecture", test: "test" } satisfies Record<Split, string>,
  drop: "Drop it here",
  dropHint:
    "CIFAR-10 and CIFAR-100 in any form, .tar.gz, .zip, parquet, npz, IDX, or a folder of pictures; several files are one set. A run file (.json) is shown. Nothing is uploaded.",
  web: {
    title: "From the web",
    choice: "Public data set",
    own: "An address of your own",
    address: "Web address",
    load: "Load",
    help: "The address of a file in any of the forms that can be dropped; several, with spaces between them, are one set.",
    public: (size: string, host: string) =>
      `About ${size} from ${host}. Your browser asks that host; nothing is sent to it.`,
  },
  doctor: {
    title: "Check the data",
    figures: "Channels, over the pictures of the search",
    mean: "mean",
    std: "deviation",
    published: "published",
    overlap: "Overlap of splits",
    duplicates: "Duplicates",
    ignored: "Ignored",
    source: "Read as",
    hash: "Hash",
  },
  kept: {
    keep: "Keep in this browser",
    list: "Kept data sets",
    forget: "Delete",
    help: "Kept sets stay in this browser's storage until you delete them. The one in use is there again after a reload.",
    none: "This browser keeps no files for this page, so a reload needs a new drop.",
  },
} as const;

/** "CIFAR-10, kept, 3.7 MB" */
export function keptText({ name, bytes }: KeptSet): string {
  const { value, unit } = formatBytes(bytes);
  return `${name}, kept, ${value} ${unit}`;
}

/** "Reading a.bin: 12.0 MB of 170 MB.", or "12.0 MB so far." where the whole is not known. */
export function readingText(what: string, progress: Progress | undefined): string {
  if (!progress || (progress.total === 0 && progress.done === 0)) return `${what}…`;
  const [done, total] = [formatBytes(progress.done), formatBytes(progress.total)];
  return `${what}: ${done.value} ${done.unit} ${progress.total === 0 ? "so far" : `of ${total.value} ${total.unit}`}.`;
}

export function overlapText({ checked, twice }: Overlap): string {
  return twice === 0
    ? `None: each of ${formatCount(checked)} pictures stands in one split.`
    : `${formatCount(twice)} of ${formatCount(checked)} pictures stand in two splits.`;
}

/** Pictures that are the same to the last bit, a line each. */
export function duplicateTexts({ within, across, otherLabel }: Duplicates): string[] {
  const lines = [
    ...SPLITS.map((split) => [within[split], `within ${DATA.splitNames[split]}`] as const),
    ...(["validation", "test"] as const).map(
      (split) => [across[split], `of ${DATA.splitNames[split]} also in a split before it`] as const,
    ),
    [otherLabel, "of these with another label"] as const,
  ];
  const found = lines.filter(([count]) => count > 0).map(([count, where]) => `${formatCount(count)} ${where}`);
  return found.length > 0 ? found : ["No picture equals another."];
}

/** Reasons for what was left out, a line each. */
export function ignoredLines(ignored: DataSummary["ignored"]): string[] {
  const found = ignored.filter(({ count }) => count > 0);
  return found.length > 0
    ? found.map(({ count, reason }) => `${formatCount(count)}: ${reason}`)
    : ["Nothing was left out."];
}

/** What the files hold, before settings change it. */
export function sourceTexts({ total, used, rawSize, grey, ownTest, classNames }: DataSummary): string[] {
  return [
    `${formatCount(total)} pictures of ${rawSize}×${rawSize}, ${classNames.length} classes`,
    ...(used < total ? [`${formatCount(used)} of them used`] : []),
    ...(grey ? ["grey, repeated in three channels"] : []),
    ownTest ? "test pictures of its own" : "no test pictures of its own",
  ];
}
