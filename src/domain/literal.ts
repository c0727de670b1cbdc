/**
 * Values written as Python or JSON literals, read by a parser: nothing in them is ever run. Calls are kept as a name with its
 * arguments; what a name means is for the reader to say.
 */

/** Where a value begins in its text: an index of characters. */
interface Placed {
  readonly at: number;
}
export type Literal = Placed &
  (
    | { readonly kind: "number"; readonly value: number }
    | { readonly kind: "string"; readonly value: string }
    /** A bare word: True, None, int64. */
    | { readonly kind: "word"; readonly value: string }
    /** A list or a tuple. */
    | { readonly kind: "list"; readonly items: readonly Literal[] }
    | { readonly kind: "map"; readonly entries: readonly Entry[] }
    | {
        readonly kind: "call";
        readonly name: string;
        readonly items: readonly Literal[];
        readonly entries: readonly Entry[];
      }
  );
type Entry = readonly [key: string, value: Literal];

/** A text that is no literal. `at`: the index of the character where it went wrong. */
export class LiteralError extends Error {
  override readonly name = "LiteralError";
  constructor(
    message: string,
    readonly at: number,
  ) {
    super(message);
  }
}

/** Honest genotypes nest five brackets deep. */
const DEPTH_LIMIT = 32;
const CLOSING = { "(": ")", "[": "]", "{": "}" } as const;
type Opening = keyof typeof CLOSING;

const BLANK = /(?:\s|#[^\n]*)+/y;
const NUMBER = /[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?/y;
const WORD = /[A-Za-z_][\w.]*/y;
const STRING = /[ubrUBR]?(?:'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)")/y;

function isOpening(char: string): char is Opening {
  return Object.hasOwn(CLOSING, char);
}

class Reader {
  constructor(
    private readonly text: string,
    public at: number,
  ) {}

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found) this.at = pattern.lastIndex;
    return found;
  }

  blank(): void {
    this.#match(BLANK);
  }

  fail(message: string): never {
    throw new LiteralError(message, this.at);
  }

  /** What stands here, for a message. */
  here(): string {
    return this.at >= this.text.length ? "the text ends" : `"${this.text.charAt(this.at)}" stands`;
  }

  value(depth: number): Literal {
    this.blank();
    const { at } = this;
    if (depth > DEPTH_LIMIT) this.fail(`More than ${DEPTH_LIMIT} brackets stand inside each other`);
    const string = this.#match(STRING);
    if (string) return { kind: "string", value: (string[1] ?? string[2] ?? "").replace(/\\(.)/g, "$1"), at };
    const number = this.#match(NUMBER);
    if (number) return { kind: "number", value: Number(number[0]), at };
    const word = this.#match(WORD);
    if (word) return this.#named(word[0], at, depth);
    const char = this.text.charAt(at);
    if (!isOpening(char)) this.fail(`A value is missing where ${this.here()}`);
    const { items, entries } = this.#inside(char, ":", depth);
    if (char !== "{") return { kind: "list", items, at };
    const [first] = items;
    if (first) throw new LiteralError("Between { and } each value needs a name", first.at);
    return { kind: "map", entries, at };
  }

  #named(name: string, at: number, depth: number): Literal {
    this.blank();
    if (this.text.charAt(this.at) !== "(") return { kind: "word", value: name, at };
    return { kind: "call", name, ...this.#inside("(", "=", depth), at };
  }

  /**
   * Values up to the closing bracket, some of them with a name. Commas may be left out, as in what NumPy prints.
   * @param sign stands between a name and its value
   */
  #inside(opening: Opening, sign: ":" | "=", depth: number): { items: Literal[]; entries: Entry[] } {
    const begin = this.at;
    this.at++;
    const items: Literal[] = [];
    const entries: Entry[] = [];
    while (true) {
      this.blank();
      const char = this.text.charAt(this.at);
      if (char === CLOSING[opening]) {
        this.at++;
        return { items, entries };
      }
      if (char === "") throw new LiteralError(`This ${opening} is not closed`, begin);
      if (char === "," && items.length + entries.length > 0) {
        this.at++;
        continue;
      }
      const value = this.value(depth + 1);
      this.blank();
      const key = value.kind === "string" || value.kind === "word" ? value.value : null;
      const named = this.text.charAt(this.at) === sign;
      if (!named) items.push(value);
      else if (key === null || (opening !== "{" && sign === ":")) this.fail(`"${sign}" follows what is no name`);
      else {
        this.at++;
        entries.push([key, this.value(depth + 1)]);
      }
    }
  }
}

/**
 * Reads the literal that begins at `start`.
 * @returns the value, and the index of what follows it after blanks and comments
 * @throws LiteralError
 */
export function readLiteral(text: string, start: number): { value: Literal; end: number } {
  const reader = new Reader(text, start);
  const value = reader.value(0);
  reader.blank();
  return { value, end: reader.at };
}

/** "line 3, column 14" of an index of characters; both count from 1. */
export function placeIn(text: string, at: number): string {
  const lines = text.slice(0, at).split("\n");
  return `line ${lines.length}, column ${(lines.at(-1) ?? "").length + 1}`;
}
