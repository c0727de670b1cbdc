/**
 * Builds the built-in data set Emoji-8 into public/data: emoji artwork of three sets, rasterised to 32×32 RGB.
 *
 *   node scripts/build-data.mjs [--force] [--quiet]
 *
 * emoji-8.bin: [count, 32, 32, 3] bytes. emoji-8.json: classes, and for each picture its class, emoji and artist.
 * Built again only when a package's version or one of these scripts changed.
 */
import { createHash } from "node:crypto";
import { mkdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { CLASSES, chooseEmoji, joinSets } from "./emoji-set.mjs";

const PACKAGES = ["@iconify-json/noto", "@iconify-json/twemoji", "@iconify-json/fluent-emoji-flat"];
const SIZE = 32;
/** Artwork is transparent. A light grey keeps both white and black figures visible. */
const BACKGROUND = { r: 206, g: 212, b: 218 };
const IN_FLIGHT = 8;

const require = createRequire(import.meta.url);
const here = path.dirname(fileURLToPath(import.meta.url));
const folder = path.join(here, "..", "public", "data");
const binaryFile = path.join(folder, "emoji-8.bin");
const indexFile = path.join(folder, "emoji-8.json");

/** @param {string} name */
async function readPackage(name) {
  const read = async (/** @type {string} */ file) =>
    JSON.parse(await readFile(require.resolve(`${name}/${file}`), "utf8"));
  const [icons, chars, metadata, info] = await Promise.all(
    ["icons.json", "chars.json", "metadata.json", "info.json"].map(read),
  );
  return { prefix: icons.prefix, icons, chars, categories: metadata.categories, info };
}

async function cacheKey() {
  const hash = createHash("sha256");
  for (const name of [...PACKAGES, "sharp"]) {
    const { version } = JSON.parse(await readFile(path.join(here, "..", "node_modules", name, "package.json"), "utf8"));
    hash.update(`${name}@${version}\n`);
  }
  for (const file of ["build-data.mjs", "emoji-set.mjs"]) hash.update(await readFile(path.join(here, file)));
  return hash.digest("hex");
}

/** @param {string} key */
async function isCurrent(key) {
  try {
    const index = JSON.parse(await readFile(indexFile, "utf8"));
    return index.key === key && (await stat(binaryFile)).size === index.count * SIZE * SIZE * 3;
  } catch {
    return false; // Missing or damaged: build.
  }
}

/**
 * One icon as [32, 32, 3] bytes.
 * @param {typeof import("sharp").default} sharp
 * @param {Awaited<ReturnType<typeof readPackage>>["icons"]} icons
 * @param {string} name
 */
async function rasterise(sharp, icons, name) {
  const alias = icons.aliases?.[name];
  const icon = icons.icons[name] ?? icons.icons[alias?.parent];
  if (icon === undefined) throw new Error(`${icons.prefix} has no icon "${name}".`);
  const width = icon.width ?? icons.width;
  const height = icon.height ?? icons.height;
  const box = `${icon.left ?? icons.left ?? 0} ${icon.top ?? icons.top ?? 0} ${width} ${height}`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="${box}" width="${SIZE}" height="${SIZE}">${icon.body}</svg>`;
  // Drawn at four times the size and averaged down: thin lines keep their weight.
  const picture = sharp(Buffer.from(svg), { density: 72 * 4 }).flop(alias?.hFlip ?? false);
  const pixels = await picture
    .resize(SIZE, SIZE, { fit: "contain", background: { ...BACKGROUND, alpha: 0 } })
    .flatten({ background: BACKGROUND })
    .toColourspace("srgb")
    .raw()
    .toBuffer();
  if (pixels.length !== SIZE * SIZE * 3) throw new Error(`${icons.prefix} "${name}" gave ${pixels.length} bytes.`);
  return pixels;
}

/** Runs `work` over all items, a few at a time. @template T @param {readonly T[]} items @param {(item: T) => Promise<void>} work */
async function inParallel(items, work) {
  const queue = items.values();
  const worker = async () => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
}

/** @param {string} key */
async function build(key) {
  const { default: sharp } = await import("sharp");
  const sets = await Promise.all(PACKAGES.map(readPackage));
  const candidates = joinSets(sets);
  /** Raster of "code points/artist". @type {Map<string, Buffer>} */
  const drawn = new Map();
  await inParallel(
    candidates.flatMap(({ points, icons }) => [...icons].map(([artist, icon]) => ({ points, artist, icon }))),
    async ({ points, artist, icon }) => {
      drawn.set(`${points}/${artist}`, await rasterise(sharp, sets[artist]?.icons, icon));
    },
  );
  const rasterOf = (/** @type {{ points: string }} */ { points }, /** @type {number} */ artist) =>
    drawn.get(`${points}/${artist}`) ?? Buffer.alloc(0);
  const emoji = chooseEmoji(candidates, (one, artist) => rasterOf(one, artist).toString("latin1"));
  const kept = emoji.flatMap((one, name) =>
    [...one.icons.keys()].map((artist) => ({ label: one.label, name, artist, pixels: rasterOf(one, artist) })),
  );
  const artists = sets.map(({ info }) => ({
    name: info.name,
    author: info.author.name,
    url: info.author.url,
    licence: info.license.spdx,
    licenceUrl: info.license.url,
  }));
  const index = {
    format: "emoji-8",
    version: 1,
    key,
    size: SIZE,
    count: kept.length,
    layout: "[picture, row, column, channel] of uint8, RGB",
    background: [BACKGROUND.r, BACKGROUND.g, BACKGROUND.b],
    classNames: CLASSES,
    classCounts: CLASSES.map((_, label) => kept.filter((picture) => picture.label === label).length),
    attribution: `Emoji artwork, scaled to ${SIZE}×${SIZE}: ${artists.map(({ name, author, licence }) => `${name} by ${author} (${licence})`).join(", ")}`,
    artists,
    names: emoji.map(({ name }) => name),
    pictures: {
      label: kept.map(({ label }) => label),
      name: kept.map(({ name }) => name),
      artist: kept.map(({ artist }) => artist),
    },
  };
  await mkdir(folder, { recursive: true });
  // The index goes last: with an interrupted build there is no index that vouches for the pictures.
  await writeAtOnce(binaryFile, Buffer.concat(kept.map(({ pixels }) => pixels)));
  await writeAtOnce(indexFile, `${JSON.stringify(index)}\n`);
  return { pictures: kept.length, names: emoji.length };
}

/** @param {string} file @param {Buffer | string} content */
async function writeAtOnce(file, content) {
  await writeFile(`${file}.${process.pid}.part`, content);
  await rename(`${file}.${process.pid}.part`, file);
}

const start = performance.now();
const key = await cacheKey();
if (!process.argv.includes("--force") && (await isCurrent(key))) {
  if (!process.argv.includes("--quiet")) console.log("Emoji-8 is up to date.");
} else {
  const { pictures, names } = await build(key);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`Emoji-8: ${pictures} pictures of ${names} emoji in ${seconds} s.`);
}
