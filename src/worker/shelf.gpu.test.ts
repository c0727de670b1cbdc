/** The browser's own database, which Node has not. */
import { afterEach, expect, it } from "vitest";
import { browserShelf } from "./shelf";

async function newShelf() {
  const shelf = await browserShelf("shelf-test");
  if (!shelf) throw new Error("This browser has no database.");
  return shelf;
}

afterEach(async () => {
  await (await newShelf()).change({}, [""]);
});

it("keeps values in the order of their keys and deletes by beginnings", async () => {
  const shelf = await newShelf();
  const bytes = Uint8Array.of(1, 2, 3);
  await shelf.change({ "a/2": "two", "a/1": bytes, b: { c: 1 } });
  expect(await (await newShelf()).all("a/")).toEqual([bytes, "two"]);
  expect(await shelf.together(["b", "a/", "c"])).toEqual([[{ c: 1 }], [bytes, "two"], []]);
  await shelf.change({ "a/3": "three" }, ["a/"]);
  expect(await shelf.all("")).toEqual(["three", { c: 1 }]);
  expect(await shelf.get("a/1")).toBeUndefined();
});

it("changes all or nothing", async () => {
  const shelf = await newShelf();
  await shelf.change({ a: "before" });
  // A function cannot be kept.
  await expect(shelf.change({ a: "after", b: () => undefined }, ["a"])).rejects.toThrow();
  expect(await shelf.all("")).toEqual(["before"]);
});
