/** A checkpoint as bytes: a header in JSON, then its numbers, then a checksum. */

import { type Checkpoint, CheckpointError, type StageState } from "../domain/checkpoint";
import { runFileSchema, variantsSchema } from "../domain/run";
import { DEFAULTS, parseSettings, type Settings } from "../domain/settings";
import { z } from "../domain/zod";
import { digest } from "./digest";

const MAGIC = "SLCHECK1";
const START = MAGIC.length + 4;
const DIGEST = 32;

const scalars = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));
const headerSchema = z.object({
  run: z.looseObject({ ...runFileSchema.shape, records: z.array(z.looseObject({ iteration: z.int() })) }),
  iterationsPerEpoch: z.int().positive(),
  variants: variantsSchema,
  begun: z.array(z.looseObject({ index: z.int() })).min(1),
  stage: z.object({ settings: scalars, architectureSteps: z.int().nonnegative() }),
  tensors: z.array(z.object({ name: z.string(), size: z.int().nonnegative() })),
});

interface Header extends Omit<Checkpoint, "stage"> {
  readonly stage: Omit<StageState, "tensors">;
  /** In the order of their values. */
  readonly tensors: readonly { readonly name: string; readonly size: number }[];
}

/** Settings as this version has them: those that came since have their defaults. @throws CheckpointError */
function known(settings: Settings): Settings {
  try {
    return parseSettings(settings, DEFAULTS);
  } catch (error) {
    throw new CheckpointError(
      `This version of Searchlight has other settings: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

/** Header in JSON, padded to whole numbers; values as float32, little endian; SHA-256 of all before. */
export async function packCheckpoint({ stage, ...others }: Checkpoint): Promise<Uint8Array<ArrayBuffer>> {
  const { tensors, ...rest } = stage;
  const entries = Object.entries(tensors);
  const sizes = entries.map(([name, { length }]) => ({ name, size: length }));
  const header: Header = { ...others, stage: rest, tensors: sizes };
  const text = new TextEncoder().encode(JSON.stringify(header));
  const length = text.length + ((4 - (text.length % 4)) % 4);
  const values = entries.reduce((sum, [, { byteLength }]) => sum + byteLength, 0);
  const bytes = new Uint8Array(START + length + values + DIGEST);
  new TextEncoder().encodeInto(MAGIC, bytes);
  new DataView(bytes.buffer).setUint32(MAGIC.length, length, true);
  bytes.fill(0x20, START, START + length).set(text, START);
  let at = START + length;
  for (const [, tensor] of entries) {
    bytes.set(new Uint8Array(tensor.buffer, tensor.byteOffset, tensor.byteLength), at);
    at += tensor.byteLength;
  }
  bytes.set(await digest(bytes.subarray(0, at)), at);
  return bytes;
}

/** @throws CheckpointError when the bytes are none, of another version or not whole */
export async function unpackCheckpoint(bytes: Uint8Array): Promise<Checkpoint> {
  const damaged = () => new CheckpointError("The checkpoint is damaged: the run cannot go on from it. Start it again.");
  const text = new TextDecoder();
  if (bytes.length < START + DIGEST || text.decode(bytes.subarray(0, MAGIC.length)) !== MAGIC) {
    throw new CheckpointError("This is no checkpoint that this version of Searchlight can read.");
  }
  const end = bytes.length - DIGEST;
  const sum = await digest(bytes.subarray(0, end));
  if (!sum.every((byte, i) => byte === bytes[end + i])) throw damaged();
  let at = START + new DataView(bytes.buffer, bytes.byteOffset).getUint32(MAGIC.length, true);
  if (at > end) throw damaged();
  const header = JSON.parse(text.decode(bytes.subarray(START, at))) as Header;
  if (!headerSchema.safeParse(header).success) throw damaged();
  const { tensors: sizes, stage, ...rest } = header;
  const tensors: Record<string, Float32Array> = {};
  for (const { name, size } of sizes) {
    if (at + 4 * size > end) throw damaged();
    // A copy: of a Node buffer, `slice` would be a view of the whole file.
    tensors[name] = new Float32Array(new Uint8Array(bytes.subarray(at, at + 4 * size)).buffer);
    at += 4 * size;
  }
  if (at !== end) throw damaged();
  return {
    ...rest,
    run: { ...rest.run, settings: known(rest.run.settings) },
    stage: { ...stage, settings: known(stage.settings), tensors },
  };
}
