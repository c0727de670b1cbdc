import { describe, expect, it } from "vitest";
import { isPreparing, type PageStatus, permissions, primaryAction } from "./status";

const ALL: readonly PageStatus[] = [
  { kind: "loading", what: "x" },
  { kind: "idle" },
  { kind: "starting", what: "x" },
  { kind: "running" },
  { kind: "pausing" },
  { kind: "paused" },
  { kind: "finished" },
  { kind: "failed", message: "x" },
  { kind: "lost", message: "x" },
];

describe("primaryAction", () => {
  it("names one action for each status", () => {
    expect(ALL.map(primaryAction)).toEqual([
      "search",
      "search",
      "starting",
      "pause",
      "pausing",
      "resume",
      "search-again",
      "search-again",
      "reload",
    ]);
  });
});

it("tells a search that is made ready from one that goes on", () => {
  expect(ALL.filter(isPreparing)).toEqual([{ kind: "starting", what: "x" }]);
  expect(isPreparing({ kind: "running", preparing: { what: "x" } })).toBe(true);
});

describe("permissions", () => {
  it("lets nothing start without data", () => {
    for (const status of ALL) {
      const may = permissions(status, false, false);
      if (status.kind === "idle" || status.kind === "finished") expect(may.primary || may.step).toBe(false);
    }
  });

  it("locks settings and data while running", () => {
    const may = permissions({ kind: "running" }, true, true);
    expect(may).toMatchObject({ primary: true, step: false, reset: false, edit: false, loadData: false, export: true });
  });

  it("allows edits, step and reset while paused, but no other data", () => {
    const may = permissions({ kind: "paused" }, true, true);
    expect(may).toMatchObject({ primary: true, step: true, reset: true, edit: true, loadData: false });
  });

  it("starts nothing and loads nothing during the self-check, yet pauses and reloads", () => {
    for (const kind of ["idle", "paused", "finished"] as const) {
      const may = permissions({ kind }, true, true, "checking");
      expect(may).toMatchObject({ primary: false, step: false, loadData: false, check: false, edit: true });
    }
    expect(permissions({ kind: "running" }, true, true, "checking").primary).toBe(true);
    expect(permissions({ kind: "lost", message: "x" }, true, true, "checking").primary).toBe(true);
  });

  it("allows edits and exports alone while pictures are read, and while the run is tried to be kept", () => {
    for (const busy of ["reading", "keeping"] as const) {
      for (const kind of ["idle", "finished"] as const) {
        const may = permissions({ kind }, true, true, busy);
        expect(Object.entries(may).filter(([, allowed]) => allowed)).toEqual([
          ["edit", true],
          ["export", true],
        ]);
      }
    }
  });

  it("compares hypergradients and profiles only while paused", () => {
    expect(ALL.filter((status) => permissions(status, true, true).compare)).toEqual([{ kind: "paused" }]);
    expect(ALL.filter((status) => permissions(status, true, true).profile)).toEqual([{ kind: "paused" }]);
  });

  it("exports only what exists", () => {
    for (const status of ALL) expect(permissions(status, true, false).export).toBe(false);
  });

  it("offers only the reload when the worker is gone", () => {
    const may = permissions({ kind: "lost", message: "gone" }, true, true);
    expect(Object.entries(may).filter(([, allowed]) => allowed)).toEqual([["primary", true]]);
  });
});
