import { expect, it } from "vitest";
import { recordOf } from "../state/testing";
import { inPieces } from "./pieces";

it("hands on all records in order, a part at a time, each after the one before was taken", async () => {
  const records = Array.from({ length: 1201 }, (_, i) => recordOf(i + 1));
  const got: number[][] = [];
  let open = 0;
  await inPieces(records, async (piece) => {
    expect(++open).toBe(1);
    await new Promise((done) => setTimeout(done));
    got.push(piece.map(({ iteration }) => iteration));
    open--;
  });
  expect(got.map(({ length }) => length)).toEqual([500, 500, 201]);
  expect(got.flat()).toEqual(records.map(({ iteration }) => iteration));
});
