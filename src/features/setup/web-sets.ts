/** Public data sets that pages may read, as their hosts offer them. */

/** The hub of Hugging Face gives its files to every page: it sends pages on to hosts of its own, which allow parts as well. */
const HUB = "https://huggingface.co/datasets";
const SPLITS = ["train", "test"] as const;

export interface WebSet {
  readonly name: string;
  readonly host: string;
  /** Of all files together. */
  readonly size: string;
  /** Each file by the addresses at which it may lie; the first that has it is taken. */
  readonly files: readonly (readonly string[])[];
}

/** As the set's owners keep the files; else as the hub keeps them for every set, on a branch of its own. */
function filesOf(set: string, config: string): string[][] {
  return SPLITS.map((split) => [
    `${HUB}/${set}/resolve/main/${config}/${split}-00000-of-00001.parquet`,
    `${HUB}/${set}/resolve/refs%2Fconvert%2Fparquet/${config}/${split}/0000.parquet`,
  ]);
}

export const WEB_SETS: readonly WebSet[] = [
  {
    name: "CIFAR-10, Hugging Face",
    host: "huggingface.co",
    size: "144 MB",
    files: filesOf("uoft-cs/cifar10", "plain_text"),
  },
  {
    name: "CIFAR-100, Hugging Face",
    host: "huggingface.co",
    size: "142 MB",
    files: filesOf("uoft-cs/cifar100", "cifar100"),
  },
];
