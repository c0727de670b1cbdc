/** How a session reads data sets: heard of at once, given up at any time, let go of, found again. */
import { beforeEach, expect, it } from "vitest";
import { shapesShard } from "../../test/files/cifar";
import { memorySource } from "../data/formats/source";
import { makeShapes } from "../data/shapes";
import { Session } from "./session";
import { files, Heard, hostOf, TINY } from "./session-testing";
import { setsInMemory } from "./testing";
import type { OpenAddress } from "./web-reading";

const { clear, listener, ofKind, readings, last, until, finished } = new Heard();
beforeEach(clear);

it("tells of a reading from its first moment, and gives it up before a byte has come", async () => {
  let signal: AbortSignal | undefined;
  const openAddress: OpenAddress = (_, options) => {
    signal = options.signal;
    return new Promise(() => undefined);
  };
  const session = new Session(hostOf({ openAddress }));
  await session.connect(listener);
  await session.loadBuiltIn("shapes");
  await session.search(TINY);
  await finished();
  const reading = session.loadAddresses([["https://silent/sets/a%20set.bin?signed=1"]]);
  await until(() => readings().at(-1)?.what === "Reading a set.bin");
  expect(last()).toEqual({ kind: "finished" });
  await session.cancelLoading();
  await expect(reading).rejects.toThrow(/was cancelled/);
  expect(signal?.aborted).toBe(true);
  expect(readings().at(-1)).toBeNull();
  await session.loadFiles(files(shapesShard(40), "part.bin"));
  expect(last()).toEqual({ kind: "finished" });
  expect(ofKind("data").at(-1)?.summary.source).toBe("part.bin");
});

it("lets go of what loaded by address when the pictures are there", async () => {
  let signal: AbortSignal | undefined;
  const openAddress: OpenAddress = async (_, options) => {
    signal = options.signal;
    return memorySource("a.bin", shapesShard(40));
  };
  const session = new Session(hostOf({ openAddress }));
  await session.connect(listener);
  await session.loadAddresses([["https://somewhere/a.bin"]]);
  expect(ofKind("data").at(-1)?.summary).toMatchObject({ source: "a.bin", used: 40 });
  expect(signal?.aborted).toBe(true);
});

it("finds a kept set again at the next visit when its files were opened anew", async () => {
  const sets = setsInMemory();
  const visit = new Session(hostOf({ setMemory: async () => sets }));
  await visit.connect(listener);
  await visit.loadFiles(files(shapesShard(40), "part.bin"));
  await visit.keep();
  const kept = await sets.last();
  await visit.loadFiles(files(shapesShard(20), "other.bin"));
  expect(await sets.last()).toBeNull();
  await visit.loadFiles(files(shapesShard(40), "again.bin"));
  expect(kept).not.toBeNull();
  expect(await sets.last()).toBe(kept);
  const next = new Session(hostOf({ setMemory: async () => sets }));
  await next.connect(listener);
  expect(await next.loadLast()).toBe(true);
  expect(ofKind("data").at(-1)?.summary).toMatchObject({ source: "part.bin", used: 40 });
});

it("keeps a set once that was kept under the hash of an earlier definition, and leaves others of its name alone", async () => {
  const sets = setsInMemory();
  const named = (seed: number) => ({ ...makeShapes({ seed, count: 40 }), name: "CIFAR-10", source: "part.bin" });
  await sets.keep("older", named(1));
  await sets.keep("another", named(2));
  const session = new Session(hostOf({ setMemory: async () => sets }));
  await session.connect(listener);
  await session.loadKept("older");
  await session.keep();
  const hash = ofKind("data").at(-1)?.summary.hash;
  expect((await sets.list()).map(({ id }) => id)).toEqual(["another", hash]);
  expect(ofKind("kept").at(-1)?.sets).toHaveLength(2);
  expect(await sets.last()).toBe(hash);
});
