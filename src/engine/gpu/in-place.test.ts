import { describe, expect, it } from "vitest";
import { accumulate } from "./accumulate";
import { workInPlace } from "./in-place";
import type { Slots } from "./launch";
import { type DispatchCommand, Recorder, rootOf, type Storage } from "./recorder";

const storage = (): Storage => ({ bytes: 16, source: "scratch", within: null });
const shader = {} as DispatchCommand["shader"];
const PICKS = {};
const launch = (kind: "own" | "any", ops: readonly number[], rows: readonly number[] = [0]) => ({
  slots: { gate: { kind, rows, ops }, picks: { dataId: PICKS, dtype: "int32", shape: [1] }, each: 1 } satisfies Slots,
  sizes: null,
});

type Extra = Partial<Pick<DispatchCommand, "adding" | "joins" | "launch" | "sparse">>;

function dispatch(name: string, output: Storage, inputs: Storage[], extra: Extra = {}): DispatchCommand {
  return {
    ...{ kind: "dispatch", name, shader, uniforms: new ArrayBuffer(4), workgroups: [1, 1, 1], operations: 0 },
    ...{ output, inputs, accumulating: null, adding: null, joins: null, sparse: false, launch: null },
    ...extra,
  };
}

/** A dispatch that can also add; that form has uniforms of 8 bytes. */
const adder = (name: string, output: Storage, inputs: Storage[]) =>
  dispatch(name, output, inputs, {
    adding: { code: () => ({ shader, uniforms: new ArrayBuffer(8) }), launch: launch("any", [3]) },
  });

function inPlace(commands: readonly DispatchCommand[], exits: readonly Storage[]) {
  const recorder = new Recorder([]);
  recorder.commands.push(...commands);
  workInPlace(recorder, exits);
  return recorder.commands as DispatchCommand[];
}
const names = (commands: readonly DispatchCommand[]) => commands.map(({ name }) => name);

describe("a sum", () => {
  const sums = { joins: "sum" } as const;

  it("lets what comes later add to what comes first", () => {
    const [x, a, b, c, sum] = [storage(), storage(), storage(), storage(), storage()];
    const later = [adder("B", b, [x]), adder("C", c, [x])];
    const commands = inPlace([dispatch("A", a, [x]), ...later, dispatch("Sum", sum, [c, a, b], sums)], [sum]);
    expect(names(commands)).toEqual(["A", "B", "C"]);
    expect(commands.map(({ output }) => rootOf(output).root)).toEqual([a, a, a]);
    expect(commands.map(({ uniforms }) => uniforms.byteLength)).toEqual([4, 8, 8]);
    expect(commands[2]?.launch?.slots.gate.ops).toEqual([3]);
    expect(rootOf(sum).root).toBe(a);
  });

  it("of a sum joins both", () => {
    const [x, a, b, c, inner, sum] = [storage(), storage(), storage(), storage(), storage(), storage()];
    const makers = [dispatch("A", a, [x]), adder("B", b, [x]), adder("C", c, [x])];
    const both = [dispatch("Sum", inner, [b, c], sums), dispatch("Sum", sum, [inner, a], sums)];
    const commands = inPlace([...makers, ...both], [sum]);
    expect(names(commands)).toEqual(["A", "B", "C"]);
    expect(commands.map(({ output }) => rootOf(output).root)).toEqual([a, a, a]);
    expect(rootOf(sum).root).toBe(a);
  });

  it("takes all dispatches of a summand that is made in parts", () => {
    const [x, a, b, sum] = [storage(), storage(), storage(), storage()];
    const parts = [adder("B1", b, [x]), adder("B2", b, [x])];
    const commands = inPlace([dispatch("A", a, [x]), ...parts, dispatch("Sum", sum, [a, b], sums)], [sum]);
    expect(commands.map(({ output }) => output)).toEqual([a, a, a]);
  });

  const [x, a, b, sum] = [storage(), storage(), storage(), storage()];
  const end = dispatch("Sum", sum, [a, b], sums);
  it.each([
    ["a later maker cannot add", [dispatch("A", a, [x]), dispatch("B", b, [x]), end], [sum]],
    [
      "the first comes after another's part",
      [adder("B1", b, [x]), dispatch("A", a, [x]), adder("B2", b, [x]), end],
      [sum],
    ],
    [
      "a summand is read elsewhere",
      [dispatch("A", a, [x]), adder("B", b, [x]), dispatch("C", storage(), [b]), end],
      [sum],
    ],
    ["a summand leaves the step", [dispatch("A", a, [x]), adder("B", b, [x]), end], [sum, b]],
    ["a summand comes from outside", [adder("B", b, [x]), end], [sum]],
    ["both are the same", [adder("A", a, [x]), dispatch("Sum", sum, [a, a], sums)], [sum]],
  ])("stays when %s", (_, commands, exits) => {
    expect(inPlace(commands, exits)).toEqual(commands);
  });
});

it("lets nothing read a sum before all have added to it", () => {
  const [x, a, l, p] = [storage(), storage(), storage(), storage()];
  const [q, k, s, r] = [storage(), storage(), storage(), storage()];
  const accumulating = () => ({ shader, uniforms: new ArrayBuffer(8) });
  const recorder = new Recorder([]);
  recorder.commands.push(
    dispatch("A", a, [x]),
    { ...dispatch("L", l, [x]), accumulating },
    dispatch("Add", p, [a, l], { joins: "sum" }),
    { ...dispatch("Q", q, [x]), accumulating },
    adder("K", k, [x]),
    dispatch("Sum", s, [p, k], { joins: "sum" }),
    dispatch("Add", r, [s, q], { joins: "sum" }),
  );
  workInPlace(recorder, [r]);
  accumulate(recorder, [r]);
  const commands = recorder.commands as DispatchCommand[];
  const adds = commands.findIndex(({ name }) => name === "K");
  const reads = commands.findIndex(({ inputs }) => inputs.some((input) => rootOf(input).root === rootOf(s).root));
  expect(rootOf(commands[adds]?.output ?? x).root).toBe(rootOf(s).root);
  expect(reads).toBeGreaterThan(adds);
});

describe("a meeting", () => {
  const meets = { joins: "slots" } as const;
  const made = (ops: readonly number[], others: Extra = {}) => {
    const [x, a, b, met] = [storage(), storage(), storage(), storage()];
    const first = dispatch("A", a, [x], { launch: launch("own", [4, 5]) });
    const second = dispatch("B", b, [x], { launch: launch("own", ops), ...others });
    return { commands: [first, second, dispatch("Meet", met, [a, b, x], meets)], met };
  };

  it("of slots that no pick calls for at once happens in one place", () => {
    const { commands, met } = made([6, 7]);
    const left = inPlace(commands, [met]);
    expect(names(left)).toEqual(["A", "B"]);
    expect(left.map(({ output }) => rootOf(output).root)).toEqual([met, met]);
  });

  it.each([
    ["a pick calls for both", made([5, 6])],
    ["the picks are those of other edges", made([6, 7], { launch: launch("own", [6, 7], [1]) })],
    ["one writes all", made([6, 7], { launch: null })],
    ["one is zero elsewhere", made([6, 7], { sparse: true })],
  ])("stays when %s", (_, { commands, met }) => {
    expect(names(inPlace(commands, [met]))).toEqual(["A", "B", "Meet"]);
  });
});
