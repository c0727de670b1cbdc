/** Reads Emoji-8, the built-in set of emoji by several artists, as scripts/build-data.mjs writes it. */

import { DataError } from "../domain/dataset";
import { z } from "../domain/zod";
import { type RawPictures, thousands } from "./pictures";

const places = z.array(z.int().nonnegative());
const indexSchema = z
  .object({
    format: z.literal("emoji-8"),
    version: z.literal(1),
    size: z.int().positive(),
    count: z.int().positive(),
    classNames: z.array(z.string()).min(1),
    attribution: z.string(),
    artists: z.array(z.object({ name: z.string() })),
    names: z.array(z.string()),
    /** [count] each. */
    pictures: z.object({ label: places, name: places, artist: places }),
  })
  .superRefine(({ count, classNames, names, artists, pictures }, context) => {
    const bounds = { label: classNames.length, name: names.length, artist: artists.length };
    for (const key of ["label", "name", "artist"] as const) {
      if (pictures[key].length !== count) {
        context.addIssue(`pictures.${key} has ${pictures[key].length} entries for ${count} pictures`);
      }
      const wrong = pictures[key].findIndex((value) => value >= bounds[key]);
      if (wrong >= 0)
        context.addIssue(`pictures.${key}[${wrong}] is ${pictures[key][wrong]}, but must be below ${bounds[key]}`);
    }
  });

const REBUILD = "Build it again with: node scripts/build-data.mjs --force";

function parseJson(bytes: ArrayBuffer): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw new DataError(`emoji-8.json is not JSON. ${REBUILD}`);
  }
}

/**
 * @param binary emoji-8.bin: [count, size, size, 3] bytes
 * @param json emoji-8.json as it lies in its file
 * @throws DataError when the two do not fit each other or the form is wrong
 */
export function parseEmoji(binary: ArrayBuffer, json: ArrayBuffer): RawPictures {
  const parsed = indexSchema.safeParse(parseJson(json));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const where = issue?.path.length ? `${issue.path.join(".")}: ` : "";
    throw new DataError(`emoji-8.json is not as expected (${where}${issue?.message ?? "unknown"}). ${REBUILD}`);
  }
  const { size, count, classNames, attribution, pictures } = parsed.data;
  const expected = count * size * size * 3;
  if (binary.byteLength !== expected) {
    throw new DataError(
      `emoji-8.bin has ${thousands(binary.byteLength)} bytes, but emoji-8.json tells of ${thousands(expected)}. ${REBUILD}`,
    );
  }
  return {
    name: "Emoji-8",
    source: "built in",
    classNames,
    size,
    attribution,
    ignored: [],
    pixels: new Uint8Array(binary),
    labels: Uint16Array.from(pictures.label),
    // By emoji, never by artist: an emoji seen in training must not come back in the test by another hand.
    splitRule: { kind: "groups", groups: Uint32Array.from(pictures.name) },
  };
}
