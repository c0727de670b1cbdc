import { expect, it } from "vitest";
import { afterCrash, mayRestart, NO_CRASHES } from "./crashes";

it("starts an engine again as long as the run gets on, and gives up on one that breaks down at once each time", () => {
  const after = (...iterations: number[]) => mayRestart(iterations.reduce(afterCrash, NO_CRASHES));
  expect(after(0)).toBe(true);
  expect(after(0, 0, 0)).toBe(true);
  expect(after(0, 0, 0, 0)).toBe(false);
  expect(after(5, 6, 7, 8, 9)).toBe(true);
  expect(after(5, 5, 5, 6)).toBe(true);
  // Iterations that are made again are no progress.
  expect(after(9, 4, 5, 6)).toBe(false);
});
