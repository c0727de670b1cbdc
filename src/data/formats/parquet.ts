/**
 * Reads parquet as the Hugging Face hub keeps data sets of pictures: a column of encoded pictures (a struct of `bytes` and
 * `path`, or plain bytes) and whole-number labels. Reads one row group after the other, so a file of any size takes little.
 */
import {
  type AsyncBuffer,
  type FileMetaData,
  parquetMetadataAsync,
  parquetReadObjects,
  type RowGroup,
} from "hyparquet";
import { DataError } from "../../domain/dataset";
import { z } from "../../domain/zod";
import { ENTRY_LIMIT } from "../limits";
import { counted, thousands } from "../pictures";
import { decodePicture, PictureStore } from "./encoded";
import { UNPACKERS } from "./parquet-codecs";
import { checkedGroup } from "./parquet-pages";
import { checkClassCount, type Part } from "./part";
import { baseName, type FileSource, type Reading } from "./source";

const ROWS_LIMIT = 5_000_000;

interface Columns {
  readonly picture: string;
  readonly label: string;
  readonly coarse: string | null;
}

/** @throws DataError */
export async function readParquet(source: FileSource, reading: Reading): Promise<Part> {
  const name = baseName(source.path);
  const file: AsyncBuffer = {
    byteLength: source.size,
    slice: async (start, end) => {
      const bytes = await source.read(start < 0 ? source.size + start : start, end ?? source.size);
      return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
    },
  };
  const guarded = async <T>(act: () => Promise<T>): Promise<T> => {
    try {
      return await act();
    } catch (error) {
      if (error instanceof DataError) throw error;
      // The library's own words are for those who know the format.
      throw new DataError(
        `${name} is a Parquet file that is cut off, damaged, or of a kind that is not read. Download it again.`,
      );
    }
  };
  const metadata = await guarded(() => parquetMetadataAsync(file));
  const columns = columnsOf(name, metadata);
  const names = labelNames(metadata);
  return guarded(() => readRows(source.path, file, metadata, columns, names, reading));
}

function columnsOf(name: string, { schema, num_rows }: FileMetaData): Columns {
  if (num_rows > ROWS_LIMIT)
    throw new DataError(`${name} tells of ${thousands(Number(num_rows))} rows, too many to read.`);
  const top: { name: string; children: string[]; type: string | undefined }[] = [];
  for (let at = 1; at < schema.length; ) {
    const element = schema[at];
    const count = element?.num_children ?? 0;
    const children = schema.slice(at + 1, at + 1 + count).map((child) => child.name);
    top.push({ name: element?.name ?? "", children, type: element?.type });
    at += 1 + count;
  }
  const isInteger = (type: string | undefined) => type === "INT32" || type === "INT64";
  const integers = top.filter(({ type }) => isInteger(type)).map((column) => column.name);
  const pick = (...wanted: string[]) => wanted.find((column) => integers.includes(column));
  const picture =
    top.find(({ children }) => children.includes("bytes")) ??
    top.find(
      ({ name: column, type }) => type === "BYTE_ARRAY" && /^(img|image|picture|bytes|png|jpg|jpeg)$/i.test(column),
    );
  const coarse = pick("coarse_label", "coarse_labels") ?? null;
  // By any other name where there is no choice: of several numbers one may be the row's own.
  const only = integers.length === 1 ? integers[0] : undefined;
  const label = pick("fine_label", "label", "labels", "fine_labels", "class", "target") ?? only;
  if (!picture || label === undefined) {
    throw new DataError(
      `${name} has the columns ${top.map((column) => column.name).join(", ") || "(none)"}: pictures need a column of encoded pictures and one of whole-number labels, which is called label where there are several of numbers.`,
    );
  }
  return { picture: picture.name, label, coarse: coarse === label ? null : coarse };
}

const featuresSchema = z.object({
  info: z.object({ features: z.record(z.string(), z.object({ names: z.array(z.string()).optional() }).loose()) }),
});

/** Names of the classes by column, from the note that the hub leaves in the file. */
function labelNames({ key_value_metadata }: FileMetaData): ReadonlyMap<string, readonly string[]> {
  const note = key_value_metadata?.find(({ key }) => key === "huggingface")?.value;
  try {
    const { info } = featuresSchema.parse(JSON.parse(note ?? ""));
    return new Map(Object.entries(info.features).flatMap(([key, { names }]) => (names ? [[key, names] as const] : [])));
  } catch {
    // No note, or one of another form: the labels keep their numbers.
    return new Map();
  }
}

async function readRows(
  path: string,
  file: AsyncBuffer,
  metadata: FileMetaData,
  columns: Columns,
  names: ReadonlyMap<string, readonly string[]>,
  reading: Reading,
): Promise<Part> {
  const name = baseName(path);
  const store = new PictureStore();
  const labels: number[] = [];
  const coarse: number[] = [];
  const left = new Map<string, number>();
  const wanted = [columns.picture, columns.label, ...(columns.coarse ? [columns.coarse] : [])];
  const take = async (values: Readonly<Record<string, unknown>>, row: number) => {
    const label = labelOf(name, values[columns.label], row);
    const coarseLabel = columns.coarse ? labelOf(name, values[columns.coarse], row) : 0;
    const encoded = encodedOf(values[columns.picture]);
    if (label === null || coarseLabel === null || !encoded) {
      const reason = encoded ? "no label" : "no picture";
      left.set(reason, (left.get(reason) ?? 0) + 1);
      return;
    }
    const place = `row ${thousands(row + 1)} of ${name}`;
    store.add(place, await decodePicture(place, encoded));
    labels.push(label);
    if (columns.coarse) coarse.push(coarseLabel);
    if (row % 64 === 0) await reading.checkpoint();
  };
  let rowStart = 0;
  for (const group of metadata.row_groups) {
    const rowEnd = rowStart + Number(group.num_rows);
    const bytes = group.columns.reduce(
      (sum, { meta_data }) => sum + Number(meta_data?.total_uncompressed_size ?? 0),
      0,
    );
    if (bytes > ENTRY_LIMIT) throw new DataError(`${name} has a row group too large for the memory.`);
    if (rowEnd - rowStart > reading.limits.rows) {
      throw new DataError(
        `${name} has a row group of ${counted(rowEnd - rowStart, "row")}; up to ${thousands(reading.limits.rows)} are read at once. Write it with smaller row groups.`,
      );
    }
    checkPacking(name, group, wanted);
    await reading.checkpoint();
    const rows = await parquetReadObjects({
      file: await checkedGroup(file, group, wanted),
      metadata,
      columns: wanted,
      rowStart,
      rowEnd,
      utf8: false,
      compressors: UNPACKERS,
    });
    for (const [i, row] of rows.entries()) await take(row, rowStart + i);
    rowStart = rowEnd;
  }
  if (labels.length === 0) throw new DataError(`${name} holds no pictures with labels.`);
  return {
    kind: "pictures",
    path,
    set: null,
    role: null,
    size: store.size,
    grey: store.grey,
    pixels: store.pixels(),
    labels: Uint16Array.from(labels),
    coarse: columns.coarse ? Uint16Array.from(coarse) : null,
    names: names.get(columns.label) ?? null,
    coarseNames: (columns.coarse && names.get(columns.coarse)) || null,
    ignored: [...left].map(([reason, count]) => ({ count, reason })),
  };
}

/** @throws DataError when a column in use is packed in a way that is not read */
function checkPacking(name: string, { columns }: RowGroup, wanted: readonly string[]): void {
  for (const { meta_data } of columns) {
    const codec = meta_data?.codec ?? "UNCOMPRESSED";
    if (!wanted.includes(meta_data?.path_in_schema[0] ?? "") || codec === "UNCOMPRESSED" || codec in UNPACKERS)
      continue;
    throw new DataError(
      `${name} is a Parquet file packed with ${codec}, which is not read. Write it with Snappy, gzip, Brotli, LZ4, Zstandard or no compression.`,
    );
  }
}

/** Null for a row without a label, marked by −1 or left empty. */
function labelOf(name: string, value: unknown, row: number): number | null {
  if (value === null || value === undefined) return null;
  const label = typeof value === "bigint" ? Number(value) : value;
  if (label === -1) return null;
  if (typeof label !== "number" || !Number.isInteger(label) || label < 0) {
    throw new DataError(`${name}: row ${thousands(row + 1)} has no whole number as its label.`);
  }
  checkClassCount(name, label);
  return label;
}

function encodedOf(value: unknown): Uint8Array<ArrayBuffer> | null {
  const bytes = typeof value === "object" && value !== null && "bytes" in value ? value.bytes : value;
  return bytes instanceof Uint8Array && bytes.length > 0 ? (bytes as Uint8Array<ArrayBuffer>) : null;
}
