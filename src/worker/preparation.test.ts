import { expect, it } from "vitest";
import type { Progress } from "../domain/run";
import { preparationTexts } from "./preparation";

it("counts the kernels at a limited rate, and says what else is done at once", () => {
  const told: [string, Progress | undefined][] = [];
  let now = 0;
  const report = preparationTexts(
    (what, progress) => told.push([what, progress]),
    () => now,
  );
  report({ kind: "planned", bytes: 1, dispatches: 1 });
  for (let done = 0; done < 10; done++) {
    report({ kind: "tuning", done, total: 10 });
    now += 50;
  }
  report({ kind: "compiling" });
  expect(told).toEqual([
    ...[1, 3, 5, 7, 9].map((done) => ["Choosing kernels", { done, total: 10 }]),
    ["Compiling kernels", undefined],
  ]);
});
