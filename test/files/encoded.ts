/** Writes PNG and JPEG pictures, folders of them, and parquet as the Hugging Face hub does, for the tests. */
import { encode } from "fast-png";
import { parquetWriteBuffer } from "hyparquet-writer";
import sharp from "sharp";
import type { RawPictures } from "../../src/data/pictures";
import type { Files } from "./archives";

type Pictures = Pick<RawPictures, "labels" | "pixels" | "size" | "classNames">;

function pictureOf({ pixels, size }: Pick<Pictures, "pixels" | "size">, picture: number): Uint8Array {
  const length = size * size * 3;
  return pixels.slice(picture * length, (picture + 1) * length);
}

export function png(rgb: Uint8Array, size: number): Uint8Array {
  return encode({ width: size, height: size, channels: 3, depth: 8, data: rgb });
}

export async function jpeg(rgb: Uint8Array, size: number): Promise<Uint8Array> {
  const raw = { width: size, height: size, channels: 3 as const };
  return new Uint8Array(await sharp(rgb, { raw }).jpeg({ quality: 90 }).toBuffer());
}

export function pngs(pictures: Pictures): Uint8Array[] {
  return Array.from(pictures.labels, (_, i) => png(pictureOf(pictures, i), pictures.size));
}

export function jpegs(pictures: Pictures): Promise<Uint8Array[]> {
  return Promise.all(Array.from(pictures.labels, (_, i) => jpeg(pictureOf(pictures, i), pictures.size)));
}

/** "shapes/disc/0003.png" */
export function pngFolder(pictures: Pictures, root = "shapes"): Files {
  const encoded = pngs(pictures);
  return Object.fromEntries(
    encoded.map((bytes, i) => [
      `${root}/${pictures.classNames[pictures.labels[i] ?? 0] ?? ""}/${String(i).padStart(4, "0")}.png`,
      bytes,
    ]),
  );
}

/** @param names as the hub notes them, if at all */
export function parquet(
  encoded: readonly Uint8Array[],
  columns: Readonly<Record<string, readonly number[]>>,
  names: readonly string[] | null = null,
): Uint8Array<ArrayBuffer> {
  const labels = Object.entries(columns);
  const feature = { names, _type: "ClassLabel" };
  const features = { image: { _type: "Image" }, ...Object.fromEntries(labels.map(([name]) => [name, feature])) };
  const buffer = parquetWriteBuffer({
    columnData: [
      { name: "image", data: encoded.map((bytes, i) => ({ bytes, path: `${i}.png` })) },
      ...labels.map(([name, data]) => ({ name, data: BigInt64Array.from(data, (label) => BigInt(label)) })),
    ],
    schema: [
      { name: "schema", num_children: 1 + labels.length },
      { name: "image", num_children: 2, repetition_type: "OPTIONAL" },
      { name: "bytes", type: "BYTE_ARRAY", repetition_type: "OPTIONAL" },
      { name: "path", type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "OPTIONAL" },
      ...labels.map(([name]) => ({ name, type: "INT64" as const, repetition_type: "REQUIRED" as const })),
    ],
    rowGroupSize: 16,
    ...(names ? { kvMetadata: [{ key: "huggingface", value: JSON.stringify({ info: { features } }) }] } : {}),
  });
  return new Uint8Array(buffer);
}
