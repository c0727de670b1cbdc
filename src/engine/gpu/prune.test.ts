import { describe, expect, it } from "vitest";
import { prune } from "./prune";
import { type Command, type DispatchCommand, Recorder, type Storage } from "./recorder";

const storage = (within: Storage["within"] = null): Storage => ({ bytes: 16, source: "scratch", within });
const dispatch = (name: string, output: Storage, inputs: Storage[]): DispatchCommand => ({
  ...{ kind: "dispatch", name, shader: {} as DispatchCommand["shader"], uniforms: new ArrayBuffer(4) },
  ...{
    workgroups: [1, 1, 1],
    operations: 0,
    output,
    inputs,
    accumulating: null,
    adding: null,
    joins: null,
    sparse: false,
    launch: null,
  },
});

function pruned(commands: readonly Command[], exits: readonly Storage[]): string[] {
  const recorder = new Recorder([]);
  recorder.commands.push(...commands);
  prune(recorder, exits);
  return recorder.commands.map((command) => (command.kind === "dispatch" ? command.name : command.kind));
}

describe("prune", () => {
  const [x, a, b, c, joined] = [storage(), storage(), storage(), storage(), storage()];

  it("leaves out what nobody reads, and then what was made for it", () => {
    const commands = [dispatch("A", a, [x]), dispatch("B", b, [a]), dispatch("C", c, [b]), dispatch("D", joined, [a])];
    expect(pruned(commands, [joined])).toEqual(["A", "D"]);
    expect(pruned(commands, [c, joined])).toEqual(["A", "B", "C", "D"]);
    expect(pruned(commands, [])).toEqual([]);
  });

  it("keeps what is read as a part of something, or as something of which it is a part", () => {
    const view = storage({ storage: a, offset: 4 });
    expect(pruned([dispatch("A", a, [x]), dispatch("B", b, [view])], [b])).toEqual(["A", "B"]);
    const join: Command = {
      kind: "join",
      output: joined,
      pieces: [
        { from: a, offset: 0 },
        { from: null, offset: 16 },
      ],
    };
    expect(pruned([dispatch("A", a, [x]), dispatch("B", b, [x]), join], [joined])).toEqual(["A", "join"]);
  });
});
