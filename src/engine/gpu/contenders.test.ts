/** Which variants the autotuner goes on timing. */
import { expect, it } from "vitest";
import { Contenders } from "./contenders";

const WAYS = ["plain", "shared", "large"].map((name) => ({ name }));
const names = (contenders: Contenders, kernel: string) => contenders.among(kernel, WAYS).map(({ name }) => name);

it("drops a variant of a kernel that lost by more than twice the first time", () => {
  const contenders = new Contenders();
  expect(names(contenders, "A")).toEqual(["plain", "shared", "large"]);
  contenders.note("A", "shared", 2.1);
  contenders.note("A", "large", 2);
  expect(names(contenders, "A")).toEqual(["plain", "large"]);
  expect(names(contenders, "B")).toEqual(["plain", "shared", "large"]);
});

it("keeps a variant that did well on the largest call, and the plain way", () => {
  const contenders = new Contenders();
  contenders.note("A", "large", 1);
  contenders.note("A", "large", 9);
  contenders.note("A", "plain", 9);
  expect(names(contenders, "A")).toEqual(["plain", "shared", "large"]);
});
