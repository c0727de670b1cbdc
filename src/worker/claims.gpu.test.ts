/** The browser's own locks, which Node has not. */
import { expect, it } from "vitest";
import { browserClaims, claimLife } from "./claims";

it("gives a claim to one at a time, and to the next when it is free", async () => {
  const claim = browserClaims(navigator.locks);
  const release = await claim("claims-test");
  expect(release).not.toBeNull();
  expect(await claim("claims-test")).toBeNull();
  const waiting = claim("claims-test");
  release?.();
  const next = await waiting;
  expect(next).not.toBeNull();
  next?.();
  expect(await browserClaims(undefined)("claims-test")).not.toBeNull();
});

it("claims its life under a name of its own", async () => {
  const [one, two] = [await claimLife(navigator.locks), await claimLife(navigator.locks)];
  expect(one).not.toBe(two);
  const { held = [] } = await navigator.locks.query();
  expect(held.map(({ name }) => name)).toEqual(expect.arrayContaining([one, two]));
  expect(await claimLife(undefined)).toBeNull();
});
