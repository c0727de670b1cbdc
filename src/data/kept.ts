/** A data set as one file, to keep it from one visit to the next: a header in JSON, then labels, groups and pixels as bytes. */

import { DataError } from "../domain/dataset";
import { z } from "../domain/zod";
import type { RawPictures, SplitRule } from "./pictures";

const MAGIC = "SLDATA01";
const names = z.array(z.string()).min(1);
const count = z.int().nonnegative();
const headerSchema = z.object({
  name: z.string(),
  source: z.string(),
  classNames: names,
  size: z.int().positive(),
  count: z.int().positive(),
  ignored: z.array(z.object({ count, reason: z.string() })),
  attribution: z.string().exactOptional(),
  grey: z.literal(true).exactOptional(),
  coarseNames: names.exactOptional(),
  split: z.union([
    z.object({ kind: z.enum(["order", "groups"]) }),
    z.object({ kind: z.literal("given"), testFrom: count }),
  ]),
});

function bytesOf(values: Uint16Array | Uint32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

/** The pieces of the file, one after the other; those of the pictures are not copied. */
export function packPictures(raw: RawPictures): Uint8Array[] {
  const { name, source, classNames, size, ignored, attribution, grey, coarse, splitRule, labels, pixels } = raw;
  const header: z.infer<typeof headerSchema> = {
    name,
    source,
    classNames: [...classNames],
    size,
    count: labels.length,
    ignored: [...ignored],
    split: splitRule.kind === "groups" ? { kind: "groups" } : splitRule,
    ...(attribution === undefined ? {} : { attribution }),
    ...(grey ? { grey: true } : {}),
    ...(coarse ? { coarseNames: [...coarse.classNames] } : {}),
  };
  const text = new TextEncoder().encode(JSON.stringify(header));
  const start = new Uint8Array(MAGIC.length + 4);
  new TextEncoder().encodeInto(MAGIC, start);
  new DataView(start.buffer).setUint32(MAGIC.length, text.length, true);
  return [
    start,
    text,
    bytesOf(labels),
    ...(coarse ? [bytesOf(coarse.labels)] : []),
    ...(splitRule.kind === "groups" ? [bytesOf(splitRule.groups)] : []),
    pixels,
  ];
}

/** @throws DataError when the file is not whole */
export function unpackPictures(bytes: Uint8Array<ArrayBuffer>): RawPictures {
  const damaged = () => new DataError("The kept data set is damaged. Delete it and load its files again.");
  const text = new TextDecoder();
  if (bytes.length < MAGIC.length + 4 || text.decode(bytes.subarray(0, MAGIC.length)) !== MAGIC) throw damaged();
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(MAGIC.length, true);
  let at = MAGIC.length + 4 + length;
  const header = headerSchema.safeParse(parse(text.decode(bytes.subarray(MAGIC.length + 4, at))));
  if (!header.success) throw damaged();
  const { classNames, size, count, split, coarseNames, ...rest } = header.data;
  const take = (wanted: number) => {
    if (at + wanted > bytes.length) throw damaged();
    at += wanted;
    return bytes.subarray(at - wanted, at);
  };
  // Copied, as numbers of several bytes may not begin anywhere.
  const labels = new Uint16Array(take(2 * count).slice().buffer);
  const coarse = coarseNames && new Uint16Array(take(2 * count).slice().buffer);
  const splitRule: SplitRule =
    split.kind === "groups"
      ? { kind: "groups", groups: new Uint32Array(take(4 * count).slice().buffer) }
      : split.kind === "given"
        ? split
        : { kind: "order" };
  const pixels = take(count * size * size * 3);
  const most = (values: Uint16Array) => values.reduce((highest, label) => Math.max(highest, label), 0);
  if (at !== bytes.length || most(labels) >= classNames.length) throw damaged();
  if (coarse && coarseNames && most(coarse) >= coarseNames.length) throw damaged();
  return {
    ...rest,
    classNames,
    size,
    labels,
    pixels,
    splitRule,
    ...(coarse && coarseNames ? { coarse: { labels: coarse, classNames: coarseNames } } : {}),
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
