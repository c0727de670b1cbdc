import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { DataError } from "../domain/dataset";
import { presetSettings } from "../domain/presets";
import { parseEmoji } from "./emoji";
import { finishDataset } from "./load";
import type { RawPictures } from "./pictures";
import { classCounts } from "./statistics";

const settings = { ...presetSettings("tiny"), imageSize: "32" } as const;

/** Two classes, six emoji by two artists each, 2×2 pixels. */
const index = {
  format: "emoji-8",
  version: 1,
  size: 2,
  count: 12,
  classNames: ["Food", "Symbols"],
  attribution: "by A and B",
  artists: [{ name: "A" }, { name: "B" }],
  names: ["one", "two", "three", "four", "five", "six"],
  pictures: {
    label: [0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1],
    name: [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5],
    artist: [0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1],
  },
};
const binary = Uint8Array.from({ length: 12 * 12 }, (_, i) => i).buffer;

/** As it would lie in emoji-8.json. */
function asFile(value: unknown): ArrayBuffer {
  return new TextEncoder().encode(JSON.stringify(value)).buffer;
}

describe("parseEmoji", () => {
  it("gives pixels, labels and groups", () => {
    const read = parseEmoji(binary, asFile(index));
    expect([...read.labels]).toEqual(index.pictures.label);
    expect(read.splitRule).toEqual({ kind: "groups", groups: Uint32Array.from(index.pictures.name) });
    expect([...read.pixels.subarray(0, 3)]).toEqual([0, 1, 2]);
    expect(read).toMatchObject({
      size: 2,
      classNames: ["Food", "Symbols"],
      attribution: "by A and B",
      source: "built in",
    });
  });

  it.each<[string, ArrayBuffer, unknown, RegExp]>([
    ["no object", binary, "text", /not as expected/],
    ["another format", binary, { ...index, format: "cifar" }, /format/],
    ["another version", binary, { ...index, version: 2 }, /version/],
    ["a missing field", binary, { ...index, attribution: undefined }, /attribution/],
    [
      "too few labels",
      binary,
      { ...index, pictures: { ...index.pictures, label: [0] } },
      /pictures\.label has 1 entries for 12/,
    ],
    ["a label without a class", binary, { ...index, classNames: ["Food"] }, /pictures\.label\[6\] is 1/],
    ["a name that is not there", binary, { ...index, names: ["one"] }, /pictures\.name\[2\] is 1/],
    ["an unknown artist", binary, { ...index, artists: [{ name: "A" }] }, /pictures\.artist\[1\] is 1/],
    ["a negative label", binary, { ...index, pictures: { ...index.pictures, label: [-1] } }, /pictures\.label\.0/],
    ["a short binary", binary.slice(1), index, /has 143 bytes, but emoji-8\.json tells of 144/],
    ["an empty binary", new ArrayBuffer(0), index, /has 0 bytes/],
  ])("refuses %s and says how to build it again", (_title, file, json, says) => {
    expect(() => parseEmoji(file, asFile(json))).toThrow(DataError);
    expect(() => parseEmoji(file, asFile(json))).toThrow(says);
    expect(() => parseEmoji(file, asFile(json))).toThrow(/node scripts\/build-data\.mjs/);
  });
});

it("refuses a broken emoji-8.json and says how to build it again", () => {
  const cut = asFile(index).slice(0, -1);
  expect(() => parseEmoji(binary, cut)).toThrow(DataError);
  expect(() => parseEmoji(binary, cut)).toThrow(/emoji-8\.json is not JSON.*node scripts\/build-data\.mjs/);
});

describe("the built Emoji-8", () => {
  const folder = new URL("../../public/data/", import.meta.url);
  let raw: RawPictures;
  let names: string[];

  beforeAll(() => {
    execFileSync(process.execPath, [new URL("../../scripts/build-data.mjs", import.meta.url).pathname]);
    const json = new Uint8Array(readFileSync(new URL("emoji-8.json", folder))).buffer;
    raw = parseEmoji(new Uint8Array(readFileSync(new URL("emoji-8.bin", folder))).buffer, json);
    names = (JSON.parse(new TextDecoder().decode(json)) as { names: string[] }).names;
  }, 180_000);

  it("has about 4,500 pictures of eight classes, by two artists or more, at most 250 emoji a class", () => {
    expect(raw.classNames).toEqual([
      "Smileys & Emotion",
      "People & Body",
      "Animals & Nature",
      "Food & Drink",
      "Travel & Places",
      "Activities",
      "Objects",
      "Symbols",
    ]);
    expect(Math.abs(raw.labels.length - 4500)).toBeLessThan(200);
    expect(Math.min(...classCounts(raw.labels, 8))).toBeGreaterThan(200);
    const drawings = classCounts(Uint16Array.from(groupsOf(raw)), names.length);
    expect(Math.min(...drawings)).toBeGreaterThanOrEqual(2);
    expect(Math.max(...drawings)).toBeLessThanOrEqual(3);
    const emojiOfClass = raw.classNames.map(
      (_, label) => new Set([...groupsOf(raw)].filter((_, i) => raw.labels[i] === label)).size,
    );
    expect(Math.max(...emojiOfClass)).toBeLessThanOrEqual(250);
    expect(emojiOfClass.reduce((sum, count) => sum + count, 0)).toBe(names.length);
  });

  it("has no flags, no skin tones, and no two equal pictures", () => {
    expect(
      names.filter((name) =>
        /skin-tone|^flag-(?!in-hole)|^(black|white|chequered|crossed|triangular|rainbow|pirate|transgender)-flags?$/.test(
          name,
        ),
      ),
    ).toEqual([]);
    const pictures = Array.from({ length: raw.labels.length }, (_, i) =>
      Buffer.from(raw.pixels.subarray(i * 3072, (i + 1) * 3072)).toString("latin1"),
    );
    expect(new Set(pictures).size).toBe(pictures.length);
  });

  it("is split by emoji: no name stands in two splits", async () => {
    const { splits } = await finishDataset(raw, settings);
    const groups = groupsOf(raw);
    const sets = [splits.train, splits.validation, splits.test].map(
      (split) => new Set(Array.from(split, (i) => groups[i])),
    );
    expect(sets.reduce((sum, set) => sum + set.size, 0)).toBe(names.length);
    expect(splits.train.length + splits.validation.length + splits.test.length).toBe(raw.labels.length);
    expect(Math.abs(splits.test.length / raw.labels.length - 0.2)).toBeLessThan(0.01);
  });

  it("names the artists and their licences", () => {
    for (const part of ["Noto", "Apache-2.0", "Twitter", "CC-BY-4.0", "Fluent", "MIT"]) {
      expect(raw.attribution).toContain(part);
    }
  });
});

function groupsOf(raw: RawPictures): Uint32Array {
  if (raw.splitRule.kind !== "groups") throw new Error("Emoji are split by name.");
  return raw.splitRule.groups;
}
