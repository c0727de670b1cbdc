/** Bad files of every form: each ends in a message that a person can read, soon, in bounded memory, and nothing is run. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Files, gzip, tar, zip } from "../../../test/files/archives";
import { idx, int64, npy, npz } from "../../../test/files/arrays";
import { attempt, expectWhole, sources } from "../../../test/files/attempt";
import { cifar100File, cifar100Pickle, cifarFile, cifarPickle, namesPickle } from "../../../test/files/cifar";
import { jpegs, parquet, pngFolder, pngs } from "../../../test/files/encoded";
import { bytesOf, changed } from "../../../test/files/spoiled";
import { makeShapes } from "../shapes";
import { CIFAR10_NAMES } from "./class-names";
import { readPictures } from "./read";
import { type FileSource, memorySource } from "./source";

const SHAPES = makeShapes({ seed: 5, count: 12 });
/** Bytes of the heap and of buffers that a bad file may take. */
const MEMORY = 250e6;

/** What the making of files has left must not count as memory of their reading. */
function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
}

/** A file of a set, and the files beside it, which stay whole. */
interface Form {
  readonly file: Uint8Array<ArrayBuffer>;
  readonly beside?: Files;
}

async function forms(): Promise<Readonly<Record<string, Form>>> {
  const labels = [...SHAPES.labels];
  const [images, numbers] = [npy("|u1", [12, 32, 32, 3], SHAPES.pixels), npy("<i8", [12], int64(labels))];
  const grey = idx([12, 32, 32], SHAPES.pixels.slice(0, 12 * 1024));
  const encoded = await jpegs(SHAPES);
  const batch = { "cifar/data_batch_1": cifarPickle(SHAPES), "cifar/batches.meta": namesPickle(CIFAR10_NAMES) };
  const alone = {
    "cifar10.bin": cifarFile(SHAPES),
    "cifar100.bin": cifar100File(SHAPES),
    data_batch_1: cifarPickle(SHAPES),
    train: cifar100Pickle(SHAPES),
    "python.tar.gz": gzip(await tar(batch)),
    "python.tar": await tar(batch),
    "binary.zip": zip({ "data_batch_1.bin": cifarFile(SHAPES) }),
    "folder.zip": zip(pngFolder(SHAPES)),
    "png.parquet": parquet(pngs(SHAPES), { label: labels }, SHAPES.classNames),
    "jpeg.parquet": parquet(encoded, { fine_label: labels, coarse_label: labels }),
    "set.npz": npz([12, 32, 32, 3], SHAPES.pixels, labels),
    "idx.zip": zip({ images: grey, labels: idx([12], Uint8Array.from(labels)) }),
  };
  return {
    ...Object.fromEntries(Object.entries(alone).map(([name, file]) => [name, { file }])),
    // Outside of archives, whose checksums tell what was spoiled before the readers see it.
    "images.npy": { file: images, beside: { "labels.npy": numbers } },
    "labels.npy": { file: numbers, beside: { "images.npy": images } },
    "images-idx3-ubyte": { file: grey, beside: { labels: idx([12], Uint8Array.from(labels)) } },
    "shapes/disc/x.png": { file: Uint8Array.from(pngs(SHAPES)[5] ?? []), beside: pngFolder(SHAPES) },
    "shapes/disc/x.jpg": { file: Uint8Array.from(encoded[5] ?? []), beside: pngFolder(SHAPES) },
  };
}
const FORMS = await forms();
const NAMES = Object.keys(FORMS);

function formOf(name: string): Form {
  const form = FORMS[name];
  if (!form) throw new Error(`There is no form ${name}.`);
  return form;
}

/** One way to spoil a file; places are shares of its length, or bytes from its start or end. */
type Spoil =
  | { readonly kind: "cut"; readonly at: number; readonly fromEnd: boolean }
  | { readonly kind: "share"; readonly share: number }
  | { readonly kind: "set"; readonly places: readonly (readonly [share: number, value: number])[] }
  | { readonly kind: "head"; readonly places: readonly (readonly [at: number, value: number])[] }
  | { readonly kind: "tail"; readonly places: readonly (readonly [at: number, value: number])[] }
  | { readonly kind: "insert"; readonly share: number; readonly bytes: Uint8Array }
  | { readonly kind: "repeat"; readonly share: number; readonly length: number };

const share = fc.double({ min: 0, max: 1, noNaN: true });
const byte = fc.oneof(fc.constantFrom(0, 1, 0x7f, 0x80, 0xff), fc.integer({ min: 0, max: 255 }));
const near = fc.tuple(fc.integer({ min: 0, max: 200 }), byte);
const spoil: fc.Arbitrary<Spoil> = fc.oneof(
  fc.record({ kind: fc.constant("cut" as const), at: fc.integer({ min: 0, max: 600 }), fromEnd: fc.boolean() }),
  fc.record({ kind: fc.constant("share" as const), share }),
  fc.record({
    kind: fc.constant("set" as const),
    places: fc.array(fc.tuple(share, byte), { minLength: 1, maxLength: 8 }),
  }),
  fc.record({ kind: fc.constant("head" as const), places: fc.array(near, { minLength: 1, maxLength: 4 }) }),
  fc.record({ kind: fc.constant("tail" as const), places: fc.array(near, { minLength: 1, maxLength: 4 }) }),
  fc.record({ kind: fc.constant("insert" as const), share, bytes: fc.uint8Array({ minLength: 1, maxLength: 20 }) }),
  fc.record({ kind: fc.constant("repeat" as const), share, length: fc.integer({ min: 1, max: 4000 }) }),
);

function spoiled(file: Uint8Array, how: Spoil): Uint8Array<ArrayBuffer> {
  const at = (place: number) => Math.min(file.length - 1, Math.floor(place * file.length));
  const copy = Uint8Array.from(file);
  switch (how.kind) {
    case "cut":
      return copy.slice(0, how.fromEnd ? Math.max(0, file.length - 1 - how.at) : how.at);
    case "share":
      return copy.slice(0, at(how.share));
    case "set":
      for (const [place, value] of how.places) copy[at(place)] = value;
      return copy;
    case "head":
      for (const [place, value] of how.places) copy[Math.min(place, file.length - 1)] = value;
      return copy;
    case "tail":
      for (const [place, value] of how.places) copy[Math.max(0, file.length - 1 - place)] = value;
      return copy;
    case "insert":
      return Uint8Array.from([...file.subarray(0, at(how.share)), ...how.bytes, ...file.subarray(at(how.share))]);
    case "repeat": {
      const piece = file.subarray(at(how.share), at(how.share) + how.length);
      return Uint8Array.from([...file.subarray(0, at(how.share)), ...piece, ...file.subarray(at(how.share))]);
    }
    default:
      return how satisfies never;
  }
}

describe("spoiled files", () => {
  // 17 forms × 30 = 510 cases.
  it.each(NAMES)("%s: whole pictures or a clear message, whatever is done to it", async (name) => {
    const { file, beside = {} } = formOf(name);
    const whole = await attempt(sources({ ...beside, [name]: file }));
    if (typeof whole === "string") throw new Error(whole);
    expectWhole(whole);
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(spoil, async (how) => {
        const result = await attempt(sources({ ...beside, [name]: spoiled(file, how) }));
        // A picture of a folder is left out and counted.
        if (typeof result === "string" || result.ignored.length > 0) refused++;
        if (typeof result !== "string") expectWhole(result);
      }),
      { seed: 11, numRuns: 30 },
    );
    // Else nothing was spoiled.
    expect(refused).toBeGreaterThan(5);
  });

  it("noise ends in a message", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 600 }),
        fc.constantFrom("a", "a.zip", "x/y.png"),
        async (bytes, name) => {
          expect(typeof (await attempt([memorySource(name, Uint8Array.from(bytes))]))).toBe("string");
        },
      ),
      { seed: 1, numRuns: 60 },
    );
  });
});

/** Its one file is marked as encrypted, in the list at the end. */
function withPassword(file: Uint8Array, name: string): Uint8Array<ArrayBuffer> {
  return changed(file, file.length - 22 - 46 - name.length + 8, 1);
}

/** Hostile pickles: what they would do if anything of them were run. */
const PICKLES: readonly (readonly [string, Uint8Array])[] = [
  "cos\nsystem\n(S'touch x'\ntR.",
  "c__builtin__\neval\n(S'1'\ntR.",
  "csubprocess\nPopen\n(S'x'\ntR.",
  "cnumpy.core.multiarray\nscalar\n(tR.",
  "cnumpy\nload\n(S'x'\ntR.",
  "cnumpy.core.multiarray\n_reconstruct\ncos\nsystem\n\x85R.",
  "ccopy_reg\n_reconstructor\n(tR.",
  "(i__main__\nX\n.",
  "(c__main__\nX\no.",
  "\x82\x01.",
  "Pid\n.",
  "Q.",
  "\x81.",
  "\x92.",
  "\x93.",
  "}}b.",
  "]}b.",
  `${"(".repeat(5000)}.`,
  "}U\x04dataNs.",
  "T\xff\xff\xff\x7fx.",
  "\x8a\xff.",
].map((body, i) => [`pickle ${i + 1}`, bytesOf(`\x80\x02${body}`)] as const);

const BAD: readonly (readonly [what: string, files: Files, ...says: RegExp[]])[] = [
  ["nothing", {}, /no file/],
  ["an empty file", { "e.bin": new Uint8Array() }, /e\.bin is empty/],
  ["a byte too few", { "c.bin": cifarFile(SHAPES).slice(1) }, /36,875 bytes/, /11 records and 3,072 bytes more/],
  ["a label of 10", { "l.bin": changed(cifarFile(SHAPES), 3 * 3073, 10) }, /record 4 of 12 has the label 10/, /0 to 9/],
  [
    "a coarse label of 20",
    { "l.bin": changed(cifar100File(SHAPES), 0, 20) },
    /record 1 of 12 has the label 20.*0 to 19/,
  ],
  ["a bzip2 archive", { "c.tar.bz2": bytesOf("BZh91AY&SY") }, /bzip2 archive/, /[Uu]npack/],
  ["an xz archive", { x: changed(new Uint8Array(50), 0, 0xfd, 0x37, 0x7a, 0x58, 0x5a) }, /xz archive/],
  ["a GIF", { "c/a.gif": bytesOf("GIF89a......") }, /GIF picture/, /PNG and JPEG/],
  ["a MATLAB file", { "b.mat": bytesOf("MATLAB 5.0 MAT-file\x00\x01") }, /MATLAB file/],
  ["a page of a server", { "c.tar.gz": bytesOf("<!DOCTYPE html><title>404</title>") }, /web page/, /download/i],
  [
    "a film",
    { "film.mp4": bytesOf("\0\0\0\x18ftypmp42\x01\x02\x03") },
    /film\.mp4 is of no form that is read/,
    /Read are CIFAR/,
  ],
  [
    "a pointer",
    { p: bytesOf("version https://git-lfs.github.com/spec/v1\noid sha256:00\n") },
    /Git LFS pointer/,
    /\/resolve\//,
  ],
  ["a text", { "notes.txt": bytesOf("hello, this holds no pictures") }, /no pictures/, /Read are CIFAR/],
  ["an empty zip", { "e.zip": bytesOf(`PK\x05\x06${"\0".repeat(18)}`) }, /no pictures/],
  ["a zip of texts", { "t.zip": zip({ "a.txt": bytesOf("text") }) }, /no pictures/],
  [
    "one class only",
    { "o.bin": cifarFile({ labels: new Uint16Array(4).fill(3), pixels: SHAPES.pixels.slice(0, 4 * 3072) }) },
    /one class, cat/,
  ],
  [
    "a damaged part among good ones",
    { "a.bin": cifarFile(SHAPES), "b.bin": cifarFile(SHAPES).slice(7) },
    /b\.bin has 36,869 bytes/,
  ],
  [
    "a million rows in IDX",
    { i: idx([1_000_000, 28, 28], new Uint8Array(100)) },
    /tells of 784,000,000 bytes.*100 bytes follow/,
  ],
  ["huge pictures", { "a/p.png": changed(pngs(SHAPES)[0] ?? new Uint8Array(), 16, 0, 0, 255, 255) }, /65,?535/],
  [
    "a zip with a password",
    { "p.zip": withPassword(zip({ "a.bin": cifarFile(SHAPES) }), "a.bin") },
    /p\.zip is a zip archive with a password, which is not read/,
  ],
  [
    "zips in zips",
    { "z.zip": zip({ "a.zip": zip({ "b.zip": zip({ "c.zip": zip({ "d.bin": cifarFile(SHAPES) }) }) }) }) },
    /archives that lie in archives/,
  ],
  ...PICKLES.map(([what, bytes]) => [what, { "p.pkl": bytes }, /p\.pkl/] as const),
];

describe("refuses", () => {
  it.each(BAD.map(([what, files, ...says]) => ({ what, files, says })))("$what", async ({ files, says }) => {
    const message = await attempt(sources(files));
    for (const part of says) expect(message).toMatch(part);
  });

  it("paths that lead out of an archive mean nothing", async () => {
    const files = {
      "../../../../etc/cron.d/x.bin": cifarFile(SHAPES),
      "/abs\\..\\y.bin": cifarFile(makeShapes({ seed: 6, count: 12 })),
    };
    for (const archive of [zip(files), await tar(files)]) {
      const read = await attempt([memorySource("tricks", archive)]);
      if (typeof read === "string") throw new Error(read);
      expect(read.labels).toHaveLength(24);
    }
  });

  it("a page of Parquet that claims more values than there are rows, which would keep the decoder for ever", async () => {
    const { file } = formOf("png.parquet");
    const endless = [
      [16, 252],
      [69, 87],
      [141, 253],
    ].reduce((bytes, [at = 0, value = 0]) => changed(bytes, at, value), file);
    expect(await attempt([memorySource("p.parquet", endless)])).toMatch(
      /p\.parquet is a Parquet file that is cut off, damaged/,
    );
  });

  it("bombs, before the memory is full", async () => {
    const zeros = gzipSync(new Uint8Array(160e6), { level: 1 });
    const deflated = zip({ "zeros.bin": new Uint8Array(120e6) });
    // The list claims three bytes; the data unpack to 120 MB.
    const lying = changed(deflated, deflated.length - 22 - 46 - "zeros.bin".length + 24, 3, 0, 0, 0);
    const bombs = [
      gzip(zeros),
      Uint8Array.from(zeros),
      deflated,
      lying,
      gzip(await tar({ "zeros.bin": new Uint8Array(100e6) })),
    ];
    collectGarbage();
    const before = process.memoryUsage();
    let most = 0;
    const held = () => {
      const { heapUsed, arrayBuffers } = process.memoryUsage();
      return heapUsed + arrayBuffers - before.heapUsed - before.arrayBuffers;
    };
    const look = () => {
      // What is held counts, not what the collector has yet to come by.
      if (held() > MEMORY) collectGarbage();
      most = Math.max(most, held());
    };
    const watch = setInterval(look, 5);
    for (const bomb of bombs) {
      expect(await attempt([memorySource("bomb", bomb)])).toMatch(
        /no honest archive|unpacks to more than|cut off or damaged/,
      );
    }
    clearInterval(watch);
    look();
    expect(most).toBeLessThan(MEMORY);
  });

  it("a file of 5 GB, without reading it", async () => {
    let read = 0;
    const huge: FileSource = {
      path: "huge.bin",
      size: 5e9,
      read: async (start, end) => {
        read += end - start;
        return new Uint8Array(end - start);
      },
    };
    expect(await attempt([huge])).toMatch(/huge\.bin has 5,000 megabytes; files of up to 2,000 megabytes are read/);
    expect(read).toBe(0);
  });
});

it("can be cancelled", async () => {
  const controller = new AbortController();
  const read = readPictures([memorySource("a.bin", formOf("cifar10.bin").file)], {
    signal: controller.signal,
  });
  controller.abort();
  await expect(read).rejects.toThrow(/was cancelled/);
});
