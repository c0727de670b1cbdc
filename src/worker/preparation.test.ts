import { expect, it } from "vitest";
import type { Progress } from "../domain/run";
import { preparationTexts } from "./preparation";

it("counts at a limited rate, and says at once when something else is done", () => {
  const told: [string, Progress | undefined][] = [];
  let now = 0;
  const report = preparationTexts(
    (what, progress) => told.push([what, progress]),
    () => now,
  );
  report({ kind: "planned", bytes: 1, dispatches: 1 });
  for (const kind of ["tuning", "compiling"] as const) {
    for (let done = 0; done < 8; done++) {
      report({ kind, done, total: 8 });
      now += 50;
    }
  }
  expect(told).toEqual([
    ...[0, 2, 4, 6].map((done) => ["Choosing kernels", { done, total: 8 }]),
    ...[0, 2, 4, 6].map((done) => ["Compiling kernels", { done, total: 8 }]),
  ]);
});
