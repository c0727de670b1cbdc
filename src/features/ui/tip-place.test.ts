import { expect, it } from "vitest";
import { tipPlace } from "./tip-place";

const tip = { width: 200, height: 50 };
const page = { width: 360, height: 640 };
const term = (left: number, top: number) => ({ left, top, bottom: top + 16, width: 40, height: 16 });

it("stands under its term, above where the window ends, and never beside it", () => {
  expect(tipPlace(term(20, 100), tip, page)).toEqual({ x: 20, y: 121 });
  expect(tipPlace(term(20, 600), tip, page)).toEqual({ x: 20, y: 545 });
  expect(tipPlace(term(330, 100), tip, page).x).toBe(152);
  expect(tipPlace(term(-30, 10), { width: 900, height: 900 }, page)).toEqual({ x: 8, y: 8 });
});
