/** Numbers of a dispatch in WGSL's uniform layout, and all of a plan's in one buffer. */

export interface Field {
  readonly type: string;
  /** One to six numbers. */
  readonly data: readonly number[];
}

/** Alignment in bytes of a field of so many numbers (WGSL: scalar, vec2, vec3, vec4; structures of 5 or 6 scalars as TF.js has them). */
function alignment(length: number): number {
  if (length > 6) throw new Error(`A uniform of ${length} numbers is not supported.`);
  return length === 1 ? 4 : length === 2 ? 8 : 16;
}

/** The bytes of a uniform structure. An empty field counts as one number, 1. */
export function packUniforms(fields: readonly Field[]): ArrayBuffer {
  let [end, largest, previous] = [0, 1, 0];
  const placed = fields.map((field) => {
    const data = field.data.length === 0 ? [1] : field.data;
    // What follows a structure is aligned as a structure.
    const align = previous > 4 ? 16 : alignment(data.length);
    const offset = Math.ceil(end / align) * align;
    [end, largest, previous] = [offset + 4 * data.length, Math.max(largest, align), data.length];
    return { type: field.type, data, offset };
  });
  const bytes = new ArrayBuffer(Math.ceil(end / largest) * largest);
  for (const { type, data, offset } of placed) {
    const view =
      type === "int32"
        ? new Int32Array(bytes, offset, data.length)
        : type === "uint32"
          ? new Uint32Array(bytes, offset, data.length)
          : new Float32Array(bytes, offset, data.length);
    view.set(data);
  }
  return bytes;
}

/** Uniform structures one after the other, equal ones once, each at an offset that a binding may have. */
export class UniformSlab {
  private readonly offsets = new Map<string, number>();
  private readonly parts: { readonly offset: number; readonly bytes: ArrayBuffer }[] = [];
  private end = 0;

  constructor(private readonly alignment: number) {}

  /** Offset of a structure. */
  add(bytes: ArrayBuffer): number {
    const key = new Int32Array(bytes).join();
    const known = this.offsets.get(key);
    if (known !== undefined) return known;
    const offset = this.end;
    this.offsets.set(key, offset);
    this.parts.push({ offset, bytes });
    this.end = Math.ceil((offset + bytes.byteLength) / this.alignment) * this.alignment;
    return offset;
  }

  get size(): number {
    return Math.max(this.end, 4);
  }

  contents(): Uint8Array<ArrayBuffer> {
    const all = new Uint8Array(this.size);
    for (const { offset, bytes } of this.parts) all.set(new Uint8Array(bytes), offset);
    return all;
  }
}
