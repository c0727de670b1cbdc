import { expect, it } from "vitest";
import type { Environment } from "./run";
import { isOfVersion, placeKey, repeatedVariants } from "./tuning";

const place = { adapter: "A", version: "1", runtime: "R" };
const made: Environment = { ...place, backend: "webgpu", runtime: "another", variants: { mix: "wide" } };

it("tells places apart", () => {
  const others = [place, { ...place, adapter: "B" }, { ...place, version: "2" }, { ...place, runtime: "S" }];
  expect(new Set(others.map(placeKey)).size).toBe(4);
  expect(others.map((other) => isOfVersion(placeKey(other), place))).toEqual([true, true, false, true]);
});

it("uses the variants of a repeated run on its adapter with its version only", () => {
  expect(repeatedVariants(place, made)).toEqual({ mix: "wide" });
  expect(repeatedVariants({ ...place, adapter: "B" }, made)).toEqual({});
  expect(repeatedVariants({ ...place, version: "2" }, made)).toEqual({});
  expect(repeatedVariants(place, null)).toEqual({});
});
