import { describe, expect, it } from "vitest";
import { atLeastOneFailure, countPlaywright, countVitest, failuresOf, goldenCases, goldenRun } from "./reports.mjs";

const file = (status: string, ...tests: [title: string, status: string][]) => ({
  status,
  assertionResults: tests.map(([title, status]) => ({ title, status })),
});

describe("counting tests", () => {
  it("counts skipped tests and files that cannot be read as failed", () => {
    const report = {
      testResults: [
        file("passed", ["a", "passed"], ["b", "passed"]),
        file("passed", ["c", "skipped"], ["d", "todo"]),
        file("failed", ["e", "failed"], ["f", "passed"]),
        file("failed"),
      ],
    };
    expect(countVitest(report)).toEqual({ passed: 3, failed: 4 });
    expect(countVitest(undefined)).toEqual({ passed: 0, failed: 0 });
  });

  it("names what failed, and why", () => {
    const test = (fullName: string, status: string, ...failureMessages: string[]) => ({
      fullName,
      status,
      failureMessages,
    });
    const report = {
      testResults: [
        { name: "a.test.ts", status: "passed", assertionResults: [test("a", "passed"), test("b", "skipped")] },
        { name: "b.test.ts", status: "failed", assertionResults: [test("adds", "failed", "3 is not 2\n at add")] },
        { name: "c.test.ts", status: "failed", message: "no such module\n at c", assertionResults: [] },
      ],
    };
    expect(failuresOf(report)).toEqual([
      "a.test.ts > b: skipped",
      "b.test.ts > adds: 3 is not 2",
      "c.test.ts: no such module",
    ]);
    expect(failuresOf(undefined)).toEqual([]);
  });

  it("counts flaky and skipped Playwright tests as failed", () => {
    expect(countPlaywright({ stats: { expected: 5, unexpected: 1, flaky: 1, skipped: 1 }, errors: [{}] })).toEqual({
      passed: 5,
      failed: 4,
    });
  });

  it("fails a runner that found no test or stopped without a report", () => {
    expect(atLeastOneFailure({ passed: 0, failed: 0 }, 0)).toEqual({ passed: 0, failed: 1 });
    expect(atLeastOneFailure({ passed: 3, failed: 0 }, 1)).toEqual({ passed: 3, failed: 1 });
    expect(atLeastOneFailure({ passed: 3, failed: 2 }, 1)).toEqual({ passed: 3, failed: 2 });
    expect(atLeastOneFailure({ passed: 3, failed: 0 }, 0)).toEqual({ passed: 3, failed: 0 });
  });

  it("finds the golden cases that ran, by the first word of the titles", () => {
    const index = [
      { name: "a_x", bytes: 8 },
      { name: "l_x", bytes: 8 },
      { name: "i_genotype_darts" },
      { name: "i_x" },
      { name: "j_cosine" },
      { name: "j_x" },
      { name: "k_x", bytes: 8 },
    ];
    expect(goldenCases(index)).toEqual(["a_x", "i_genotype_darts", "j_cosine", "k_x"]);
    const report = {
      testResults: [file("failed", ["a_x: output", "passed"], ["k_x: exact", "passed"], ["k_x: fd", "failed"])],
    };
    expect(goldenRun(report, goldenCases(index))).toEqual(["a_x"]);
  });
});
