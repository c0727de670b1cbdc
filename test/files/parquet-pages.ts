/** Writes parquet page by page, in every packing and both page versions: what the ready-made writer leaves out. */
import type { CompressionCodec } from "hyparquet";
import { ByteWriter } from "hyparquet-writer/src/bytewriter.js";
import { writePageHeader } from "hyparquet-writer/src/datapage.js";
import { writeRleBitPackedHybrid } from "hyparquet-writer/src/encoding.js";
import { writeMetadata } from "hyparquet-writer/src/metadata.js";
import { writePlain } from "hyparquet-writer/src/plain.js";
import { type Codec, PACK } from "./parquet-codecs";

/** As the writer sees it. */
type FileMetaData = Parameters<typeof writeMetadata>[1];
type Chunk = FileMetaData["row_groups"][number]["columns"][number];
type PageHeader = Parameters<typeof writePageHeader>[1];
type Value = Uint8Array | bigint;
type PageEncoding = "PLAIN" | "RLE_DICTIONARY";

export interface Form {
  readonly codec: Codec;
  /** Of the data pages. */
  readonly version: 1 | 2;
  /** "mixed": the first page by the dictionary, the second plain, as writers do when a dictionary grows too large. */
  readonly encoding: "plain" | "dictionary" | "mixed";
  /** What the file says that it is packed with; `codec` when left out. */
  readonly claims?: CompressionCodec;
}

interface Column {
  readonly type: "BYTE_ARRAY" | "INT64";
  readonly path: readonly string[];
  /** Null where there is none; all levels above are there. */
  readonly values: readonly (Value | null)[];
}

/** Pictures and labels as pyarrow writes them: every column may be empty, and the paths are. */
export function parquetPages(
  encoded: readonly Uint8Array[],
  labels: readonly number[],
  form: Form,
): Uint8Array<ArrayBuffer> {
  const columns: Column[] = [
    { type: "BYTE_ARRAY", path: ["image", "bytes"], values: encoded },
    { type: "BYTE_ARRAY", path: ["image", "path"], values: encoded.map(() => null) },
    { type: "INT64", path: ["label"], values: labels.map(BigInt) },
  ];
  const writer = new ByteWriter();
  writer.appendBytes(new TextEncoder().encode("PAR1"));
  const chunks = columns.map((column) => writeChunk(writer, column, form));
  const metadata: FileMetaData = {
    version: 2,
    schema: [
      { name: "schema", num_children: 2 },
      { name: "image", num_children: 2, repetition_type: "OPTIONAL" },
      { name: "bytes", type: "BYTE_ARRAY", repetition_type: "OPTIONAL" },
      { name: "path", type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "OPTIONAL" },
      { name: "label", type: "INT64", repetition_type: "OPTIONAL" },
    ],
    num_rows: BigInt(labels.length),
    row_groups: [{ columns: chunks, total_byte_size: BigInt(writer.offset), num_rows: BigInt(labels.length) }],
    metadata_length: 0,
  };
  writeMetadata(writer, metadata);
  writer.appendBytes(new TextEncoder().encode("PAR1"));
  return Uint8Array.from(writer.getBytes());
}

/** Pages of one column, which know how many bytes they would have unpacked. */
class Pages {
  unpacked = 0;

  constructor(
    private readonly writer: ByteWriter,
    private readonly codec: Codec,
  ) {}

  dictionary(kinds: readonly Value[], type: Column["type"]): void {
    const page = new ByteWriter();
    writePlain(page, [...kinds], type, undefined);
    this.#write({ type: "DICTIONARY_PAGE", dictionary_page_header: { num_values: kinds.length, encoding: "PLAIN" } }, [
      page,
    ]);
  }

  /** Levels are packed as well, after their length. */
  dataV1(values: number, encoding: PageEncoding, levels: ByteWriter, body: ByteWriter): void {
    const length = new ByteWriter();
    length.appendUint32(levels.offset);
    const header = {
      num_values: values,
      encoding,
      definition_level_encoding: "RLE",
      repetition_level_encoding: "RLE",
    } as const;
    this.#write({ type: "DATA_PAGE", data_page_header: header }, [length, levels, body]);
  }

  dataV2(values: number, nulls: number, encoding: PageEncoding, levels: ByteWriter, body: ByteWriter): void {
    const header = {
      num_values: values,
      num_nulls: nulls,
      num_rows: values,
      encoding,
      definition_levels_byte_length: levels.offset,
      repetition_levels_byte_length: 0,
      is_compressed: this.codec !== "UNCOMPRESSED",
    };
    this.#write({ type: "DATA_PAGE_V2", data_page_header_v2: header }, [body], levels);
  }

  #write(
    header: Omit<PageHeader, "uncompressed_page_size" | "compressed_page_size">,
    pieces: readonly ByteWriter[],
    unpacked = new ByteWriter(),
  ): void {
    const page = Buffer.concat(pieces.map((piece) => piece.getBytes()));
    const packed = PACK[this.codec](Uint8Array.from(page));
    writePageHeader(this.writer, {
      ...header,
      uncompressed_page_size: unpacked.offset + page.length,
      compressed_page_size: unpacked.offset + packed.length,
    });
    this.writer.appendBytes(unpacked.getBytes());
    this.writer.appendBytes(packed);
    this.unpacked += unpacked.offset + page.length;
  }
}

function writeChunk(writer: ByteWriter, column: Column, { codec, version, encoding, claims = codec }: Form): Chunk {
  const { type, path, values } = column;
  const start = writer.offset;
  const pages = new Pages(writer, codec);
  const kinds = [...new Map(values.flatMap((value) => (value === null ? [] : [[String(value), value]]))).values()];
  const places = new Map(kinds.map((value, i) => [String(value), i]));
  // That of an empty column is empty, and written all the same.
  const useDictionary = encoding !== "plain";
  if (useDictionary) pages.dictionary(kinds, type);
  const firstPage = writer.offset;
  const half = Math.ceil(values.length / 2);
  for (const [i, rows] of [values.slice(0, half), values.slice(half)].entries()) {
    const levels = new ByteWriter();
    const body = new ByteWriter();
    const depths = rows.map((value) => (value === null ? path.length - 1 : path.length));
    writeRleBitPackedHybrid(levels, depths, path.length);
    const present = rows.filter((value) => value !== null);
    const byDictionary = useDictionary && (encoding === "dictionary" || i === 0);
    if (byDictionary) {
      const width = Math.ceil(Math.log2(Math.max(2, kinds.length)));
      const indices = present.map((value) => places.get(String(value)) ?? 0);
      body.appendUint8(width);
      writeRleBitPackedHybrid(body, indices, width);
    } else writePlain(body, present, type, undefined);
    const kind = byDictionary ? "RLE_DICTIONARY" : "PLAIN";
    if (version === 1) pages.dataV1(rows.length, kind, levels, body);
    else pages.dataV2(rows.length, rows.length - present.length, kind, levels, body);
  }
  return {
    file_offset: BigInt(start),
    meta_data: {
      type,
      encodings: ["PLAIN", "RLE", "RLE_DICTIONARY"],
      path_in_schema: [...path],
      codec: claims,
      num_values: BigInt(values.length),
      total_uncompressed_size: BigInt(pages.unpacked),
      total_compressed_size: BigInt(writer.offset - start),
      data_page_offset: BigInt(firstPage),
      ...(useDictionary ? { dictionary_page_offset: BigInt(start) } : {}),
    },
  };
}
