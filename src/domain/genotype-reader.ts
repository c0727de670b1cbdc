/**
 * Reads genotypes as others write them: DARTS's text, JSON and NASLib's compact form, with the habits of logs, NumPy and
 * GDAS. Texts are parsed, never run.
 */
import { type Gene, type Genotype, genotypeOf } from "./genotype";
import { COMPACT_OPERATIONS } from "./genotype-formats";
import { type Literal, LiteralError, placeIn, readLiteral } from "./literal";
import { type CellKind, NODES, PRIMITIVES, type Primitive } from "./primitives";

export type GenotypeFormat = "darts" | "json" | "compact";

export interface ReadGenotype {
  readonly genotype: Genotype;
  readonly format: GenotypeFormat;
  /** Genotypes in the text; it is the last one that was read. */
  readonly found: number;
}

/** A text that holds no genotype of the DARTS space. The message says where and what. */
export class GenotypeError extends Error {
  override readonly name = "GenotypeError";
}

/** Longest text that is read, in characters; the log of a long search is shorter. */
export const GENOTYPE_TEXT_LIMIT = 4_000_000;

const GENES = 2 * NODES;
const FIELDS = ["normal", "normal_concat", "reduce", "reduce_concat"] as const;
type Field = (typeof FIELDS)[number];
type Fields = ReadonlyMap<string, Literal>;

/** Names that GDAS's code has for the same operations. */
const ALIASES: Readonly<Record<string, Primitive>> = {
  dua_sepc_3x3: "sep_conv_3x3",
  dua_sepc_5x5: "sep_conv_5x5",
  dil_sepc_3x3: "dil_conv_3x3",
  dil_sepc_5x5: "dil_conv_5x5",
};
/** Calls that stand for their first argument. */
const WRAPPERS = /(?:^|\.)(?:array|asarray|list|tuple|int|str|str_|u?int\d+|deque)$/;
const RANGES = /(?:^|\.)(?:range|arange)$/;
const RANGE_LIMIT = 64;

const wrong = (message: string, { at }: Literal) => new LiteralError(message, at);

/** Without the calls around it that change nothing; ranges as lists. */
function plain(value: Literal): Literal {
  if (value.kind !== "call") return value;
  const [first] = value.items;
  if (WRAPPERS.test(value.name) && first) return plain(first);
  if (RANGES.test(value.name)) return rangeOf(value);
  return value;
}

function rangeOf(value: Literal & { readonly kind: "call" }): Literal {
  const numbers = value.items.map(integerOf);
  const [start, end] = numbers.length === 1 ? [0, numbers[0] ?? 0] : [numbers[0] ?? 0, numbers[1] ?? 0];
  if (numbers.length < 1 || numbers.length > 2 || end - start > RANGE_LIMIT) {
    throw wrong(`${value.name} needs one or two numbers no more than ${RANGE_LIMIT} apart`, value);
  }
  const items = Array.from(
    { length: Math.max(0, end - start) },
    (_, i): Literal => ({ kind: "number", value: start + i, at: value.at }),
  );
  return { kind: "list", items, at: value.at };
}

function integerOf(from: Literal): number {
  const value = plain(from);
  const number =
    value.kind === "number" ? value.value : value.kind === "string" && value.value.trim() ? Number(value.value) : NaN;
  if (!Number.isSafeInteger(number)) throw wrong("A whole number is missing here", value);
  return number;
}

function listOf(from: Literal | undefined, what: string, whole: Literal): readonly Literal[] {
  if (!from) throw wrong(`${what} is missing`, whole);
  const value = plain(from);
  if (value.kind !== "list") throw wrong(`${what} must be a list`, value);
  return value.items;
}

function operationOf(from: Literal): Primitive {
  const value = plain(from);
  if (value.kind !== "string") throw wrong("The name of an operation is missing here", value);
  const op = PRIMITIVES.find((name) => name === value.value) ?? ALIASES[value.value];
  if (!op || op === "none") {
    const all = PRIMITIVES.filter((name) => name !== "none").join(", ");
    throw wrong(`A cell cannot keep the operation "${value.value.slice(0, 40)}"; it can keep ${all}`, value);
  }
  return op;
}

/** Pairs one after the other; GDAS writes those of a node as a list of their own. */
function pairsOf(items: readonly Literal[]): readonly Literal[] {
  return items.flatMap((item) => {
    const value = plain(item);
    const nested =
      value.kind === "list" && value.items.length > 0 && value.items.every((i) => plain(i).kind === "list");
    return nested && value.kind === "list" ? value.items : [value];
  });
}

/** @param read one gene from the two values of a pair */
function genesOf(
  items: readonly Literal[],
  kind: CellKind,
  whole: Literal,
  read: (first: Literal, second: Literal) => readonly [op: Primitive, state: number],
): Gene[] {
  const pairs = pairsOf(items);
  if (pairs.length !== GENES) {
    throw wrong(`"${kind}" lists ${pairs.length} operations; a DARTS cell keeps ${GENES}, two for each node`, whole);
  }
  const genes = pairs.map((pair): Gene => {
    // A third value is the weight that some searches print.
    const [first, second] = listOf(pair, "A pair of operation and input", pair);
    if (!first || !second) throw wrong("A pair of operation and input is missing here", pair);
    return read(first, second);
  });
  for (const [i, [, state]] of genes.entries()) {
    const node = Math.floor(i / 2);
    const pair = pairs[i] ?? whole;
    if (state < 0 || state > node + 1) {
      throw wrong(`Node ${node} of "${kind}" reads state ${state}; it can read 0 to ${node + 1}`, pair);
    }
    if (i % 2 === 1 && genes[i - 1]?.[1] === state) {
      throw wrong(`Node ${node} of "${kind}" reads state ${state} twice; in the DARTS space it reads two states`, pair);
    }
  }
  return genes;
}

function checkConcat(from: Literal | undefined, name: Field): void {
  if (!from) return;
  const states = listOf(from, `"${name}"`, from).map(integerOf);
  const all = Array.from({ length: NODES }, (_, i) => i + 2);
  if (states.length !== NODES || all.some((state) => !states.includes(state))) {
    throw wrong(
      `"${name}" lists ${states.join(", ") || "nothing"}; here every cell joins the states ${all.join(", ")}`,
      from,
    );
  }
}

function fromFields(fields: Fields, whole: Literal): Genotype {
  const cell = (kind: CellKind) =>
    genesOf(listOf(fields.get(kind), `"${kind}"`, whole), kind, fields.get(kind) ?? whole, (op, state) => [
      operationOf(op),
      integerOf(state),
    ]);
  const cells = { normal: cell("normal"), reduce: cell("reduce") };
  checkConcat(fields.get("normal_concat"), "normal_concat");
  checkConcat(fields.get("reduce_concat"), "reduce_concat");
  return genotypeOf(cells);
}

/** The operations of NASLib's compact form; older code and BANANAS count `none` as well, which shows where a 7 stands. */
function fromCompact(cells: readonly Literal[], whole: Literal): Genotype {
  const pairs = cells.map((cell) => listOf(cell, "A cell", whole));
  const indices = pairs.flatMap((cell) => cell.map((pair) => listOf(pair, "A pair of input and operation", pair)[1]));
  const withNone = indices.some((index) => index && integerOf(index) === COMPACT_OPERATIONS.length);
  const operations: readonly Primitive[] = withNone ? PRIMITIVES : COMPACT_OPERATIONS;
  const read = (input: Literal, index: Literal): readonly [Primitive, number] => {
    const op = operations[integerOf(index)];
    if (!op || op === "none") throw wrong(`There is no operation ${integerOf(index)} that a cell can keep`, index);
    return [op, integerOf(input)];
  };
  const [normal = [], reduce = []] = pairs;
  return genotypeOf({
    normal: genesOf(normal, "normal", cells[0] ?? whole, read),
    reduce: genesOf(reduce, "reduce", cells[1] ?? whole, read),
  });
}

function isPairOfNumbers(from: Literal | undefined): boolean {
  const value = from && plain(from);
  return value?.kind === "list" && value.items.every((item) => plain(item).kind === "number");
}

function interpret(from: Literal): Pick<ReadGenotype, "genotype" | "format"> {
  const value = plain(from);
  switch (value.kind) {
    case "call": {
      if (!/(?:^|\.)(?:Genotype|dict)$/.test(value.name)) break;
      const placed = value.items.map((item, i): [string, Literal] => [FIELDS[i] ?? "", item]);
      return { genotype: fromFields(new Map([...placed, ...value.entries]), value), format: "darts" };
    }
    case "map": {
      const fields: Fields = new Map(value.entries);
      const inner = fields.get("genotype");
      if (inner && !fields.has("normal")) return { ...interpret(inner), format: "json" };
      return { genotype: fromFields(fields, value), format: "json" };
    }
    case "list": {
      const items = value.items.map(plain);
      const [first] = items;
      if (items.length === 2 && first?.kind === "list" && isPairOfNumbers(first.items[0])) {
        return { genotype: fromCompact(items, value), format: "compact" };
      }
      // Python's json writes a named tuple as the list of its values.
      if (items.length === FIELDS.length) {
        const fields = new Map(items.map((item, i): [string, Literal] => [FIELDS[i] ?? "", item]));
        return { genotype: fromFields(fields, value), format: "json" };
      }
      break;
    }
    case "number":
    case "string":
    case "word":
      break;
    default:
      value satisfies never;
  }
  throw wrong("This is neither a Genotype, nor its JSON, nor NASLib's pair of cells", value);
}

/** Where genotypes begin: at each `Genotype(`, else at the first bracket; a map holds what it holds by name. */
function startsOf(text: string): number[] {
  if (/^\s*\{/.test(text)) return [text.indexOf("{")];
  const named = [...text.matchAll(/(?<![\w'"])(?:\w+\.)*Genotype\s*\(/g)].map(({ index }) => index);
  if (named.length > 0) return named;
  const bracket = text.search(/[[({]/);
  if (bracket < 0) return [];
  // A call around it, such as np.array, belongs to it.
  const call = /[\w.]+$/.exec(text.slice(0, bracket));
  return [text.charAt(bracket) === "(" && call ? call.index : bracket];
}

/**
 * The genotype in a text, the last one where there are several, as in a log.
 * @param name of the text, for messages
 * @throws GenotypeError
 */
export function readGenotype(text: string, name = "The text"): ReadGenotype {
  if (text.length > GENOTYPE_TEXT_LIMIT) {
    throw new GenotypeError(
      `${name} has more than ${GENOTYPE_TEXT_LIMIT / 1e6} million characters. Paste the genotype alone.`,
    );
  }
  const starts = startsOf(text);
  const start = starts.at(-1);
  if (start === undefined) {
    throw new GenotypeError(
      `${name} holds no genotype. Paste Genotype(normal=[…], …), its JSON or NASLib's compact form.`,
    );
  }
  try {
    return { ...interpret(readLiteral(text, start).value), found: starts.length };
  } catch (error) {
    if (!(error instanceof LiteralError)) throw error;
    throw new GenotypeError(`${name}, ${placeIn(text, error.at)}: ${error.message}.`);
  }
}
