import { expect, it } from "vitest";
import { HASH_VERSION } from "../../domain/dataset";
import { keptRunText, mishapText, neededText } from "./survival";

const data = {
  name: "Shapes",
  source: "built in",
  hash: "0123456789abcdef",
  hashVersion: HASH_VERSION,
  classes: 10,
  pictures: 1500,
};

it("says what to do about the pictures of a run: choose a built-in set, open files", () => {
  expect(neededText(data)).toBe(
    "It was made of Shapes (hash 0123456789ab), which is not loaded: choose Shapes under Data, then press Resume.",
  );
  expect(neededText({ ...data, name: "CIFAR-10", source: "part.bin" })).toMatch(
    /made of CIFAR-10 from part\.bin .*: open those files, then press Resume\.$/,
  );
});

it("promises that a run stays kept only where it is", () => {
  const run = { iteration: 5, iterations: 40 };
  expect(keptRunText({ id: "a", data }, run, true, true).rest).toMatch(/it stays kept\.$/);
  expect(keptRunText({ id: "a", data }, run, true, false).rest).toBe("Resume goes on from there.");
});

it("tells a finished run from one that goes on and from one that is gone", () => {
  const lost = { what: "worker-lost", message: "crash", reached: 40 } as const;
  expect(mishapText({ ...lost, from: 40, finished: true })).toMatch(/The finished run is kept\. \(crash\)$/);
  expect(mishapText({ ...lost, what: "device-lost", from: 40, finished: true })).toBe(
    "The graphics device was lost and opened again. The finished run stays as it is.",
  );
  expect(mishapText({ ...lost, from: 30 })).toMatch(/goes on from iteration 30; the 10 after it are made again/);
  expect(mishapText({ ...lost, from: null })).toMatch(/was not kept and is gone/);
});

it("says of an earlier version's run that its pictures cannot be told", () => {
  const { hashVersion, ...old } = data;
  for (const made of [old, { ...old, hashVersion: hashVersion - 1 }]) {
    expect(neededText(made)).toMatch(/made of Shapes by an earlier version.*cannot be matched/);
  }
});
