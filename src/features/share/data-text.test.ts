import { expect, it } from "vitest";
import { dataText } from "./data-text";

it("names each data set of a chart once", () => {
  const shapes = { name: "Shapes", hash: "aa" };
  expect(dataText([])).toBe("");
  expect(dataText([shapes, shapes])).toBe("Data set Shapes, hash aa");
  expect(dataText([shapes, { name: "My\npictures", hash: "bb" }])).toBe(
    "Data sets Shapes, hash aa; My pictures, hash bb",
  );
});
