import { describe, expect, it } from "vitest";
import { recordOf } from "../../state/testing";
import { scheduleLines, zeroAxis } from "./course";

describe("scheduleLines", () => {
  const record = recordOf(1, { schedules: { tau: 9.8765, dropBlock: 0.02 } });

  it("reads and writes each schedule by its kind", () => {
    const lines = scheduleLines(Object.keys(record.schedules));
    expect(lines.map((line) => line.text(line.read(record) ?? Number.NaN))).toEqual(["9.88", "2.0 %"]);
    expect(lines.every(({ caption }) => caption.length > 0)).toBe(true);
  });

  it("has no value where a record has none", () => {
    expect(scheduleLines(["tau"])[0]?.read(recordOf(1))).toBeNull();
  });
});

describe("zeroAxis", () => {
  it("begins at zero and holds every value", () => {
    expect(zeroAxis([0.1, 9.9])).toMatchObject({ min: 0, ticks: [0, 10] });
    expect(zeroAxis([0, 0])).toMatchObject({ min: 0, ticks: [0, 1] });
  });
});
