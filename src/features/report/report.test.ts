import { expect, it } from "vitest";
import { applyEvent, initialState, logged } from "../../state/app-state";
import { dataOf, HARDWARE, snapshotOf } from "../../state/testing";
import { reportText } from "./report";

const HERE = { version: "1.2.3", browser: "A browser", time: "2026-01-02T03:04:05Z" };

function stateWithError() {
  let state = applyEvent(initialState(), { kind: "engine", engine: HARDWARE });
  state = applyEvent(state, { kind: "data", summary: dataOf("shapes") });
  state = applyEvent(state, { kind: "snapshot", snapshot: snapshotOf(4) });
  return logged(state, { kind: "error", message: "It broke.", stack: "Error: It broke.\n    at here.ts:1" });
}

it("says what happened, where, and what led to it", () => {
  const text = reportText(stateWithError(), HERE);
  expect(text).toMatch(/^Searchlight 1\.2\.3: It broke\.\n/);
  expect(text).toContain("browser   A browser");
  expect(text).toContain("adapter   Some card, WebGPU");
  expect(text).toContain("state     loading, iteration 4 of 10");
  expect(text).toContain("seed=1");
  expect(text).toContain("at here.ts:1");
  expect(text).toMatch(/log\n {5}0 {2}Engine: WebGPU on Some card/);
});

it("reports another error than the last when it is given one", () => {
  const text = reportText(stateWithError(), HERE, new Error("Another one."));
  expect(text).toMatch(/^Searchlight 1\.2\.3: Another one\.\n/);
  expect(text).toContain("report.test.ts");
  expect(text).not.toContain("at here.ts:1");
});

it("stands before anything is known", () => {
  expect(reportText(initialState(), HERE)).toContain("adapter   not known yet");
});
