/**
 * Reads the few Python pickles that CIFAR consists of: dictionaries with byte-string keys, lists, numbers and NumPy arrays,
 * as Python 2 wrote them with protocol 2. This is no general unpickler: it knows the opcodes below and three names of NumPy,
 * and refuses everything else. Nothing is called or run; "reduce" and "build" only put an array together from its parts.
 * Source of the opcodes: Python's Lib/pickletools.py.
 */
import { DataError } from "../../domain/dataset";
import { thousands } from "../pictures";

/** A NumPy array as it was written: rows last axis first, unless `fortran`. */
export class PickledArray {
  shape: readonly number[] = [];
  dtype = "";
  fortran = false;
  bytes: Uint8Array = new Uint8Array();
}

class Global {
  constructor(readonly name: string) {}
}
class Dtype {
  constructor(readonly name: string) {}
}
class Mark {}
const MARK = new Mark();

export type PickleDict = Map<string, PickleValue>;
export type PickleValue =
  | null
  | boolean
  | number
  /** A byte string: a part of the file, not a copy. */
  | Uint8Array
  | string
  | PickleValue[]
  | PickleDict
  | PickledArray
  | Global
  | Dtype
  | Mark;

/** NumPy 2 moved its core; both names mean the same. */
const ALLOWED = new Set([
  "numpy.core.multiarray _reconstruct",
  "numpy._core.multiarray _reconstruct",
  "numpy ndarray",
  "numpy dtype",
]);

/** CIFAR-100 has 150,000 labels and file names; this keeps a hostile file from filling the memory with tiny values. */
const VALUES_LIMIT = 4_000_000;
const NAME_LIMIT = 200;

const latin1 = new TextDecoder("latin1");

export function textOf(value: PickleValue | undefined): string | null {
  if (typeof value === "string") return value;
  return value instanceof Uint8Array && value.length <= NAME_LIMIT ? latin1.decode(value) : null;
}

/** @throws DataError that says what in the file is not allowed, or that it is cut off */
export function readPickle(name: string, bytes: Uint8Array): PickleValue {
  return new Machine(name, bytes).run();
}

class Machine {
  #at = 0;
  #values = 0;
  readonly #view: DataView;
  readonly #stack: PickleValue[] = [];
  readonly #memo = new Map<number, PickleValue>();

  constructor(
    private readonly name: string,
    private readonly bytes: Uint8Array,
  ) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  run(): PickleValue {
    while (true) {
      const at = this.#at;
      const opcode = this.#take(1)[0] ?? 0;
      // STOP
      if (opcode === 0x2e) return this.#pop();
      if (++this.#values > VALUES_LIMIT) throw this.#refuse(`has more than ${thousands(VALUES_LIMIT)} values`);
      this.#step(opcode, at);
    }
  }

  #refuse(why: string): DataError {
    return new DataError(`${this.name} ${why}. Nothing of it was run. Choose an original CIFAR file.`);
  }

  #damaged(why: string): DataError {
    return new DataError(`${this.name} is damaged: ${why}. Download the file again.`);
  }

  /** The next `count` bytes. */
  #take(count: number): Uint8Array {
    if (count < 0 || this.#at + count > this.bytes.length) throw this.#damaged("the pickle ends in the middle");
    this.#at += count;
    return this.bytes.subarray(this.#at - count, this.#at);
  }

  #number(count: 1 | 2 | 4): number {
    const at = this.#at;
    this.#take(count);
    return count === 1
      ? this.#view.getUint8(at)
      : count === 2
        ? this.#view.getUint16(at, true)
        : this.#view.getInt32(at, true);
  }

  #line(): string {
    const end = this.bytes.subarray(this.#at, this.#at + NAME_LIMIT).indexOf(10);
    if (end < 0) throw this.#damaged("a name in it does not end");
    const line = latin1.decode(this.#take(end));
    this.#take(1);
    return line;
  }

  #pop(): PickleValue {
    const value = this.#stack.pop();
    if (value === undefined || value === MARK) throw this.#damaged("its values do not fit together");
    return value;
  }

  #top(): PickleValue {
    const value = this.#pop();
    this.#stack.push(value);
    return value;
  }

  /** All values down to the last mark. */
  #marked(): PickleValue[] {
    const mark = this.#stack.lastIndexOf(MARK);
    if (mark < 0) throw this.#damaged("its values do not fit together");
    const values = this.#stack.splice(mark);
    values.shift();
    return values;
  }

  #remember(place: number): void {
    this.#memo.set(place, this.#top());
  }

  #recall(place: number): void {
    const value = this.#memo.get(place);
    if (value === undefined) throw this.#damaged("it names a value that it has not");
    this.#stack.push(value);
  }

  #step(opcode: number, at: number): void {
    const push = (value: PickleValue) => this.#stack.push(value);
    switch (opcode) {
      case 0x80: // PROTO
        if (this.#number(1) > 4) throw this.#refuse("is a pickle of a newer protocol than 4");
        return;
      case 0x28: // MARK
        push(MARK);
        return;
      case 0x7d: // EMPTY_DICT
        push(new Map());
        return;
      case 0x5d: // EMPTY_LIST
      case 0x29: // EMPTY_TUPLE
        push([]);
        return;
      case 0x74: // TUPLE
        push(this.#marked());
        return;
      case 0x85: // TUPLE1
      case 0x86: // TUPLE2
      case 0x87: {
        const values = Array.from({ length: opcode - 0x84 }, () => this.#pop());
        push(values.reverse());
        return;
      }
      case 0x4e: // NONE
        push(null);
        return;
      case 0x88: // NEWTRUE
      case 0x89: // NEWFALSE
        push(opcode === 0x88);
        return;
      case 0x4a: // BININT
        push(this.#number(4));
        return;
      case 0x4b: // BININT1
        push(this.#number(1));
        return;
      case 0x4d: // BININT2
        push(this.#number(2));
        return;
      case 0x8a: {
        // LONG1
        const digits = this.#take(this.#number(1));
        if (digits.length > 6) throw this.#refuse("has a number too large for a label");
        const value = [...digits].reduceRight((sum, digit) => sum * 256 + digit, 0);
        // Two's complement.
        push((digits.at(-1) ?? 0) >= 128 ? value - 256 ** digits.length : value);
        return;
      }
      case 0x55: // SHORT_BINSTRING
      case 0x43: // SHORT_BINBYTES
        push(this.#take(this.#number(1)));
        return;
      case 0x54: // BINSTRING
      case 0x42: // BINBYTES
        push(this.#take(this.#number(4)));
        return;
      case 0x58: // BINUNICODE
        push(new TextDecoder().decode(this.#take(Math.min(this.#number(4), NAME_LIMIT + 1))));
        return;
      case 0x71: // BINPUT
        this.#remember(this.#number(1));
        return;
      case 0x72: // LONG_BINPUT
        this.#remember(this.#number(4));
        return;
      case 0x68: // BINGET
        this.#recall(this.#number(1));
        return;
      case 0x6a: // LONG_BINGET
        this.#recall(this.#number(4));
        return;
      case 0x61: // APPEND
      case 0x65: {
        // APPENDS
        const values = opcode === 0x61 ? [this.#pop()] : this.#marked();
        const list = this.#top();
        if (!Array.isArray(list)) throw this.#damaged("something is appended to what is no list");
        for (const value of values) list.push(value);
        return;
      }
      case 0x73: // SETITEM
      case 0x75: {
        // SETITEMS
        const values = opcode === 0x73 ? [this.#pop(), this.#pop()].reverse() : this.#marked();
        this.#setItems(values);
        return;
      }
      case 0x63: {
        // GLOBAL
        const global = `${this.#line()} ${this.#line()}`;
        if (!ALLOWED.has(global)) {
          throw this.#refuse(`asks for ${global.replace(" ", ".")}, but only NumPy arrays are allowed in a pickle`);
        }
        push(new Global(global));
        return;
      }
      case 0x52: // REDUCE
        this.#reduce();
        return;
      case 0x62: // BUILD
        this.#build();
        return;
      default:
        throw this.#refuse(
          `uses the opcode 0x${opcode.toString(16).padStart(2, "0")} at byte ${thousands(at)}, which no CIFAR pickle needs`,
        );
    }
  }

  #setItems(values: readonly PickleValue[]): void {
    const dict = this.#top();
    if (!(dict instanceof Map) || values.length % 2 !== 0) throw this.#damaged("its values do not fit together");
    for (let i = 0; i < values.length; i += 2) {
      const key = textOf(values[i]);
      const value = values[i + 1];
      if (key === null || value === undefined) throw this.#refuse("has a key that is no name");
      dict.set(key, value);
    }
  }

  /** The two calls that make an empty array and a type. */
  #reduce(): void {
    const parts = this.#pop();
    const made = this.#pop();
    if (!(made instanceof Global) || !Array.isArray(parts))
      throw this.#refuse("calls something that is no NumPy array");
    if (made.name.endsWith("_reconstruct")) {
      const [type] = parts;
      if (!(type instanceof Global) || type.name !== "numpy ndarray")
        throw this.#refuse("makes something that is no array");
      this.#stack.push(new PickledArray());
      return;
    }
    const type = made.name === "numpy dtype" ? textOf(parts[0]) : null;
    if (type === null) throw this.#refuse("calls something that is no NumPy array");
    this.#stack.push(new Dtype(type));
  }

  #build(): void {
    const state = this.#pop();
    const made = this.#top();
    if (!Array.isArray(state)) throw this.#refuse("builds something that is no NumPy array");
    // A type's state says its byte order, which single bytes have not.
    if (made instanceof Dtype) return;
    const [, shape, dtype, fortran, bytes] = state;
    if (
      !(made instanceof PickledArray) ||
      !Array.isArray(shape) ||
      !(dtype instanceof Dtype) ||
      !(bytes instanceof Uint8Array)
    )
      throw this.#refuse("builds something that is no NumPy array");
    if (!shape.every((side) => typeof side === "number" && side >= 0)) throw this.#damaged("an array has no shape");
    made.shape = shape as number[];
    made.dtype = dtype.name;
    made.fortran = fortran === true;
    made.bytes = bytes;
  }
}
