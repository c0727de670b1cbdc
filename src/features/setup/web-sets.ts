/** Public data sets that pages may read, as their hosts offer them. */

const HUB = "https://huggingface.co/datasets";
const PARTS = ["train-00000-of-00001.parquet", "test-00000-of-00001.parquet"];

export interface WebSet {
  readonly name: string;
  readonly host: string;
  /** Of all files together. */
  readonly size: string;
  readonly addresses: readonly string[];
}

export const WEB_SETS: readonly WebSet[] = [
  {
    name: "CIFAR-10, Hugging Face",
    host: "huggingface.co",
    size: "144 MB",
    addresses: PARTS.map((part) => `${HUB}/uoft-cs/cifar10/resolve/main/plain_text/${part}`),
  },
  {
    name: "CIFAR-100, Hugging Face",
    host: "huggingface.co",
    size: "142 MB",
    addresses: PARTS.map((part) => `${HUB}/uoft-cs/cifar100/resolve/main/cifar100/${part}`),
  },
];
