import { describe, expect, it } from "vitest";
import { ADD, accumulate } from "./accumulate";
import { type DispatchCommand, Recorder, type Storage } from "./recorder";

const storage = (bytes = 16): Storage => ({ bytes, source: "scratch", within: null });
const uniforms = new ArrayBuffer(4);

/** A dispatch of a kernel that can add as it stores; its accumulating form has uniforms of 8 bytes. */
function dispatch(name: string, output: Storage, inputs: Storage[], accumulates = true): DispatchCommand {
  const shader = {} as DispatchCommand["shader"];
  return {
    kind: "dispatch",
    name,
    shader,
    uniforms,
    workgroups: [1, 1, 1],
    operations: 0,
    output,
    inputs,
    accumulating: accumulates ? () => ({ shader, uniforms: new ArrayBuffer(8) }) : null,
    adding: null,
    joins: null,
    sparse: false,
    launch: null,
  };
}

function accumulated(commands: DispatchCommand[], exits: Storage[]): DispatchCommand[] {
  const recorder = new Recorder([]);
  recorder.commands.push(...commands);
  accumulate(recorder, exits);
  return recorder.commands as DispatchCommand[];
}

describe("accumulate", () => {
  const [x, early, late, sum] = [storage(), storage(), storage(), storage()];
  const make = (accumulates = true) => [
    dispatch("First", early, [x]),
    dispatch("Second", late, [x], accumulates),
    dispatch(ADD, sum, [late, early]),
  ];

  it("lets the later of the two makers add the earlier's result and write the sum", () => {
    const commands = accumulated(make(), [sum]);
    expect(commands.map(({ name }) => name)).toEqual(["First", "Second"]);
    expect(commands[1]?.inputs).toEqual([x, early]);
    expect(commands[1]?.output).toBe(sum);
    expect(commands[1]?.uniforms.byteLength).toBe(8);
  });

  it("adds what is there from outside", () => {
    const outside: Storage = { bytes: 16, source: { constant: 1, dtype: "float32" }, within: null };
    const commands = accumulated([dispatch("Only", late, [x]), dispatch(ADD, sum, [outside, late])], [sum]);
    expect(commands.map(({ inputs }) => inputs)).toEqual([[x, outside]]);
  });

  it.each([
    ["the maker cannot", make(false), [sum]],
    ["the later result leaves the step as well", make(), [sum, late]],
    ["another kernel reads the later result", [...make(), dispatch("Third", storage(), [late])], [sum]],
    ["both are the same", [dispatch("Only", late, [x]), dispatch(ADD, sum, [late, late])], [sum]],
  ])("leaves an addition alone when %s", (_, commands, exits) => {
    expect(accumulated(commands, exits)).toEqual(commands);
  });

  it("leaves an addition alone when a part of the later result is read", () => {
    const part: Storage = { bytes: 8, source: "scratch", within: { storage: late, offset: 8 } };
    const commands = [...make(), dispatch("Third", storage(8), [part])];
    expect(accumulated(commands, [sum])).toEqual(commands);
  });

  it("adds once: a second addition to the same kernel stays", () => {
    const [more, all] = [storage(), storage()];
    const commands = accumulated([dispatch("Before", more, [x]), ...make(), dispatch(ADD, all, [sum, more])], [all]);
    expect(commands.map(({ name }) => name)).toEqual(["Before", "First", "Second", ADD]);
  });
});
