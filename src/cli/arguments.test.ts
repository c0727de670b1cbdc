import { describe, expect, it } from "vitest";
import { presetSettings } from "../domain/presets";
import { parseArguments } from "./arguments";
import { helpText } from "./help";

const parse = (line: string) => parseArguments(line === "" ? [] : line.split(" "));

describe("arguments of the headless search", () => {
  it("take the data of a run that is repeated, unless others are named, and no preset with it", () => {
    expect(parse("--repeat run.zip --seed 3")).toMatchObject({ repeat: "run.zip", data: null, given: { seed: 3 } });
    expect(parse("--repeat run.zip --data shapes")).toMatchObject({ data: { kind: "built-in", name: "shapes" } });
    expect(() => parse("--repeat run.zip --preset demo")).toThrow(/--preset does not go with it/);
  });

  it("without words searches Emoji-8 with the Tiny preset", () => {
    expect(parse("")).toEqual({
      kind: "search",
      preset: "tiny",
      settings: presetSettings("tiny"),
      data: { kind: "built-in", name: "emoji-8" },
      repeat: null,
      given: {},
      out: "searchlight-run.json",
      checkpoint: null,
      resume: null,
      json: false,
      profile: false,
      forgetTuning: false,
    });
  });

  it("reads every flag over the preset", () => {
    const line =
      "--backend cpu --data shapes --strategy darts --order 2 --objective bilevel --preset demo --set gamma=0.5 " +
      "--set augment=false --set weighting=magnitude --seed 7 --iterations 3 --out run.json --checkpoint run.state --json --profile --forget-tuning";
    expect(parse(line)).toMatchObject({
      kind: "search",
      preset: "demo",
      settings: {
        ...presetSettings("demo"),
        backend: "cpu",
        order: "2",
        objective: "bilevel",
        gamma: 0.5,
        augment: false,
        weighting: "magnitude",
        seed: 7,
        iterations: 3,
      },
      data: { kind: "built-in", name: "shapes" },
      out: "run.json",
      checkpoint: "run.state",
      resume: null,
      json: true,
      profile: true,
      forgetTuning: true,
    });
  });

  it("takes other data names for files, and values with = and after =", () => {
    expect(parse("--data=a/data_batch_1.bin --seed=9")).toMatchObject({
      data: { kind: "files", paths: ["a/data_batch_1.bin"] },
      settings: { seed: 9 },
    });
    expect(parse("--data a.bin --data folder")).toMatchObject({ data: { kind: "files", paths: ["a.bin", "folder"] } });
    expect(parse("--set deltaStd=1e-2")).toMatchObject({ settings: { deltaStd: 0.01 } });
  });

  it("shows the help whatever else is said", () => {
    expect(parse("--wrong --help")).toEqual({ kind: "help" });
    expect(parse("-h")).toEqual({ kind: "help" });
  });

  it.each([
    ["--wrong", "There is no flag --wrong."],
    ["-x", "There is no flag -x."],
    ["shapes", '"shapes" belongs to no flag.'],
    ["--seed", "--seed needs a value."],
    ["--seed --json", "--seed needs a value."],
    ["--data=", "--data needs a value."],
    ["--out=", "--out needs a value."],
    ["--json=yes", "--json takes no value."],
    ["--seed 1 --seed 2", "--seed is given twice."],
    ["--seed 1 --set seed=2", "seed is given twice."],
    ["--preset huge", 'There is no preset "huge"; there are tiny, demo, small, paper.'],
    ["--seed -1", "--seed: Seed must be a whole number from 0 to 4294967295."],
    ["--seed 1.5", "--seed: Seed must be a whole number from 0 to 4294967295."],
    ["--iterations many", "--iterations: Iterations must be a whole number from 0 to 10000000."],
    ["--order 3", "--order: Order must be one of 1, 2."],
    ["--objective lease", "--objective: Objective must be one of bilevel, lease-r18, lease-r50."],
    ["--set gamma", '--set needs NAME=VALUE, not "gamma".'],
    ["--set =1", '--set needs NAME=VALUE, not "=1".'],
    ["--set color=red", '--set color=red: There is no setting "color".'],
    ["--data shapes --data a.bin", "--data shapes is a whole set: give it alone, or files alone."],
    ["--set gamma=", "--set gamma=: Tradeoff γ must be a number from 0 to 10."],
    ["--set augment=yes", "--set augment=yes: Augment must be true or false."],
    ["--set initChannels=5", "--set initChannels=5: Channels C must be even."],
  ])("refuses %s", (line, message) => {
    expect(() => parse(line)).toThrow(expect.objectContaining({ name: "UsageError", message }));
  });

  it("the help names every flag and setting", () => {
    const help = helpText();
    for (const word of [
      "--backend",
      "--data",
      "--set NAME=VALUE",
      "--json",
      "--profile",
      "--forget-tuning",
      "gamma ",
      "audiencePath ",
      "testFraction ",
    ]) {
      expect(help).toContain(word);
    }
  });

  it("resumes with the settings and, if it can, the data of the run", () => {
    expect(parse("--resume run.state")).toMatchObject({ resume: "run.state", data: null });
    expect(parse("--resume run.state --data shapes")).toMatchObject({ data: { kind: "built-in", name: "shapes" } });
    for (const more of ["--seed 1", "--set gamma=1", "--preset tiny"]) {
      expect(() => parse(`--resume run.state ${more}`)).toThrow(/settings of its run: leave --(seed|set|preset) out/);
    }
    expect(() => parse("--checkpoint=")).toThrow("--checkpoint needs a value.");
  });
});
