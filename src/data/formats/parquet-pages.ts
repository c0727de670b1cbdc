/**
 * Checks the pages of a row group before they are decoded: a damaged header could keep the decoder busy for ever.
 * Source: https://parquet.apache.org/docs/file-format/data-pages/ and parquet.thrift, PageHeader.
 */
import type { AsyncBuffer, RowGroup } from "hyparquet";
import { deserializeTCompactProtocol } from "hyparquet/src/thrift.js";
import { ENTRY_LIMIT } from "../limits";

/** A page has about a megabyte. */
export const PAGE_LIMIT = 256_000_000;

function numberOf(value: unknown): number {
  return typeof value === "number" ? value : Number.NaN;
}

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined;
}

/**
 * The columns in use of one row group, read once and checked.
 * @throws Error when a page claims more than its column has
 */
export async function checkedGroup(
  file: AsyncBuffer,
  group: RowGroup,
  columns: readonly string[],
): Promise<AsyncBuffer> {
  const rows = Number(group.num_rows);
  const used = group.columns.flatMap(({ meta_data }) =>
    meta_data && columns.includes(meta_data.path_in_schema[0] ?? "") ? [meta_data] : [],
  );
  const ranges = used.map((column) => {
    const start = Number(column.dictionary_page_offset ?? column.data_page_offset);
    return { start, end: start + Number(column.total_compressed_size), values: Number(column.num_values) };
  });
  const from = Math.min(...ranges.map(({ start }) => start));
  const to = Math.max(...ranges.map(({ end }) => end));
  if (!(from >= 0 && to <= file.byteLength && from < to)) throw new Error("A row group is not in the file.");
  const bytes = await file.slice(from, to);
  let unpacked = 0;
  for (const { start, end, values } of ranges) {
    // One value for each row: the columns hold no lists.
    if (values !== rows) throw new Error("A column has another number of values than rows.");
    unpacked += checkPages(bytes, start - from, end - from, rows);
  }
  if (unpacked > ENTRY_LIMIT) throw new Error("The pages unpack to more than the memory should hold.");
  return {
    byteLength: file.byteLength,
    slice: (start, end = file.byteLength) =>
      start >= from && end <= to ? bytes.slice(start - from, end - from) : file.slice(start, end),
  };
}

/** @returns bytes that the pages unpack to, as they claim */
function checkPages(bytes: ArrayBuffer, start: number, end: number, rows: number): number {
  let seen = 0;
  let total = 0;
  for (let at = start; at < end; ) {
    const reader = { view: new DataView(bytes, at, end - at), offset: 0 };
    const header = deserializeTCompactProtocol(reader);
    const unpacked = numberOf(field(header, "field_2"));
    const packed = numberOf(field(header, "field_3"));
    const data = field(header, "field_5") ?? field(header, "field_8");
    const values = numberOf(field(data ?? field(header, "field_7"), "field_1"));
    at += reader.offset + packed;
    if (!(packed >= 0 && at <= end && unpacked >= 0 && unpacked <= PAGE_LIMIT))
      throw new Error("A page has a wrong size.");
    if (!(values >= 0 && values <= rows)) throw new Error("A page has a wrong number of values.");
    if (data !== undefined) seen += values;
    total += unpacked;
  }
  if (seen !== rows) throw new Error("The pages of a column do not have as many values as rows.");
  return total;
}
