/** Tells what a file is by its bytes; its name plays no part. */

export type Format =
  | "gzip"
  | "zip"
  | "tar"
  | "parquet"
  | "npy"
  | "pickle"
  | "png"
  | "jpeg"
  | "idx"
  /** Known, but not read. */
  | "other"
  | "text"
  /** No sign at all: CIFAR's binary form has none. */
  | "bare";

export interface Kind {
  readonly format: Format;
  /** "a gzip archive" */
  readonly what: string;
  /** What to do with a file that is not read. */
  readonly advice?: string;
}

interface Sign extends Kind {
  /** Where `magic` stands; 0 when left out. */
  readonly at?: number;
  readonly magic: readonly number[];
}

function ascii(text: string): number[] {
  return Array.from(text, (char) => char.charCodeAt(0));
}

const UNPACK = "Unpack it first, or pack it as .tar.gz or .zip.";
const CONVERT = "PNG and JPEG pictures are read: convert it first.";
/** What can be dropped. */
export const FORMS = "Read are CIFAR in all its forms, parquet, npz, IDX, and folders of PNG or JPEG pictures.";

const SIGNS: readonly Sign[] = [
  { format: "gzip", what: "a gzip archive", magic: [0x1f, 0x8b] },
  { format: "zip", what: "a zip archive", magic: ascii("PK\x03\x04") },
  { format: "zip", what: "an empty zip archive", magic: ascii("PK\x05\x06") },
  { format: "tar", what: "a tar archive", at: 257, magic: ascii("ustar") },
  { format: "parquet", what: "a Parquet file", magic: ascii("PAR1") },
  {
    format: "other",
    what: "an encrypted Parquet file",
    magic: ascii("PARE"),
    advice: "Write it without encryption.",
  },
  { format: "npy", what: "a NumPy array", magic: [0x93, ...ascii("NUMPY")] },
  { format: "png", what: "a PNG picture", magic: [0x89, ...ascii("PNG")] },
  { format: "jpeg", what: "a JPEG picture", magic: [0xff, 0xd8, 0xff] },
  { format: "other", what: "a bzip2 archive", magic: ascii("BZh"), advice: UNPACK },
  { format: "other", what: "an xz archive", magic: [0xfd, ...ascii("7zXZ")], advice: UNPACK },
  { format: "other", what: "a Zstandard archive", magic: [0x28, 0xb5, 0x2f, 0xfd], advice: UNPACK },
  { format: "other", what: "a 7-Zip archive", magic: [...ascii("7z"), 0xbc, 0xaf], advice: UNPACK },
  { format: "other", what: "a RAR archive", magic: ascii("Rar!"), advice: UNPACK },
  { format: "other", what: "a GIF picture", magic: ascii("GIF8"), advice: CONVERT },
  { format: "other", what: "a WebP or other RIFF file", magic: ascii("RIFF"), advice: CONVERT },
  { format: "other", what: "an HDF5 file", magic: [0x89, ...ascii("HDF")], advice: FORMS },
  {
    format: "other",
    what: "a MATLAB file",
    magic: ascii("MATLAB"),
    advice: "Choose the binary or Python version of CIFAR.",
  },
  {
    format: "other",
    what: "a web page",
    magic: ascii("<!"),
    advice: "The download probably failed: download the file again.",
  },
  {
    format: "other",
    what: "a Git LFS pointer, which only names the file",
    magic: ascii("version https://git-lfs"),
    advice: "Download the file itself: on the Hugging Face hub its address has /resolve/ instead of /raw/.",
  },
  // Protocols 0 and 1 have no sign; Python 2 wrote CIFAR with protocol 2.
  ...[2, 3, 4, 5].map((protocol): Sign => ({ format: "pickle", what: "a Python pickle", magic: [0x80, protocol] })),
];

/** Bytes of each element type of IDX: http://yann.lecun.com/exdb/mnist/ */
export const IDX_TYPES: Readonly<Record<number, number>> = { 8: 1, 9: 1, 11: 2, 12: 4, 13: 4, 14: 8 };

/**
 * Two zeros, a type, a number of dimensions, then each dimension, big-endian. A CIFAR record may begin like this, so a file
 * whose size fits CIFAR must fit the dimensions as well.
 */
function isIdx(head: Uint8Array, size: number): boolean {
  const [first, second, type = 0, dimensions = 0] = head;
  const element = IDX_TYPES[type];
  if (first !== 0 || second !== 0 || !element || dimensions < 1 || dimensions > 4) return false;
  if (head.length < 4 + 4 * dimensions) return false;
  const view = new DataView(head.buffer, head.byteOffset);
  let bytes = element;
  for (let i = 0; i < dimensions; i++) bytes *= view.getUint32(4 + 4 * i);
  return size === 4 + 4 * dimensions + bytes || (size % 3073 !== 0 && size % 3074 !== 0);
}

/** UTF-8 without control characters, in lines. */
function isText(head: Uint8Array, size: number): boolean {
  try {
    // The head may end within a character.
    const text = new TextDecoder("utf-8", { fatal: true }).decode(head, { stream: size > head.length });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what tells text from bytes
    return !/[\x00-\x08\x0e-\x1f]/.test(text) && (size <= HEAD || text.includes("\n"));
  } catch {
    return false;
  }
}

/** How many bytes `recognise` looks at. */
export const HEAD = 512;

/**
 * @param head the first bytes, up to HEAD
 * @param size of the whole file
 */
export function recognise(head: Uint8Array, size: number): Kind {
  const sign = SIGNS.find(({ at = 0, magic }) => magic.every((byte, i) => head[at + i] === byte));
  if (sign) return sign;
  if (isIdx(head, size)) return { format: "idx", what: "an IDX file" };
  if (isText(head, size)) return { format: "text", what: "a text file", advice: FORMS };
  return { format: "bare", what: "a file without a sign", advice: FORMS };
}
