/** Tells by its first bytes what a dropped file is when it is no CIFAR-10 shard, to say what to do with it. */

interface Kind {
  readonly what: string;
  readonly advice: string;
  /** Where `magic` stands; 0 when left out. */
  readonly at?: number;
  readonly magic: readonly number[];
}

function ascii(text: string): number[] {
  return Array.from(text, (char) => char.charCodeAt(0));
}

const UNPACK = "Unpack it first and choose a file of the binary version, such as data_batch_1.bin.";
const NOT_YET = "Only CIFAR-10 shards of the binary version (.bin) can be read so far.";

/** No CIFAR-10 shard begins like these: its first byte is a label from 0 to 9. A tar archive is told by its header. */
const KINDS: readonly Kind[] = [
  { what: "a gzip archive", magic: [0x1f, 0x8b], advice: UNPACK },
  { what: "a zip archive (or an .npz file)", magic: ascii("PK\x03\x04"), advice: UNPACK },
  { what: "a bzip2 archive", magic: ascii("BZh"), advice: UNPACK },
  { what: "an xz archive", magic: [0xfd, ...ascii("7zXZ")], advice: UNPACK },
  { what: "a 7-Zip archive", magic: [...ascii("7z"), 0xbc, 0xaf], advice: UNPACK },
  { what: "a tar archive", at: 257, magic: ascii("ustar"), advice: UNPACK },
  { what: "a PNG picture", magic: [0x89, ...ascii("PNG")], advice: NOT_YET },
  { what: "a JPEG picture", magic: [0xff, 0xd8, 0xff], advice: NOT_YET },
  { what: "a GIF picture", magic: ascii("GIF8"), advice: NOT_YET },
  { what: "a WebP or other RIFF file", magic: ascii("RIFF"), advice: NOT_YET },
  { what: "a NumPy array", magic: [0x93, ...ascii("NUMPY")], advice: NOT_YET },
  { what: "a Parquet file", magic: ascii("PAR1"), advice: NOT_YET },
  { what: "an HDF5 file", magic: [0x89, ...ascii("HDF")], advice: NOT_YET },
  { what: "a web page", magic: ascii("<!"), advice: "The download probably failed: download the file again." },
  { what: "a JSON file", magic: ascii("{"), advice: NOT_YET },
  // Pickle protocols 2 to 5: the Python version of CIFAR-10.
  ...[2, 3, 4, 5].map((protocol) => ({
    what: "a Python pickle",
    magic: [0x80, protocol],
    advice: "Choose a file of the binary version instead (cifar-10-binary.tar.gz, unpacked).",
  })),
];

/** What the file looks like and what to do with it, or null when nothing known was recognised. */
export function recognise(bytes: Uint8Array): { readonly what: string; readonly advice: string } | null {
  return KINDS.find(({ at = 0, magic }) => magic.every((byte, i) => bytes[at + i] === byte)) ?? null;
}
