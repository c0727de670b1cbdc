import { describe, expect, it } from "vitest";
import { recentMean } from "../domain/recent-mean";
import { epochOf, formatBytes, formatDuration, formatSpeed, iterationTime, tenthsDone, timeLeft } from "./progress";
import { recordOf } from "./testing";

describe("time", () => {
  const records = [
    recordOf(1, { milliseconds: 5000 }),
    recordOf(2, { milliseconds: 100 }),
    recordOf(3, { milliseconds: 300 }),
  ];
  it("leaves the first iteration out of the speed once there are others", () => {
    expect(iterationTime([])).toBeNull();
    expect(iterationTime(records.slice(0, 1))).toBe(5000);
    expect(iterationTime(records)).toBe(200);
  });
  it("extrapolates the time left and ends at 0", () => {
    expect(timeLeft(records, 13)).toBe(2000);
    expect(timeLeft(records, 3)).toBe(0);
    expect(timeLeft([], 3)).toBeNull();
  });
});

it("takes live means over the last 20 records", () => {
  const records = Array.from({ length: 40 }, (_, i) => recordOf(i + 1, { explainerTrainLoss: i < 20 ? 100 : 1 }));
  expect(recentMean(records, (record) => record.explainerTrainLoss)).toBe(1);
  expect(recentMean(records, (record) => record.audienceTrainLoss)).toBeNull();
});

it("writes durations in at most two units", () => {
  expect([400, 59_400, 400_000, 7_260_000, 200_000_000].map(formatDuration)).toEqual([
    "0 s",
    "59 s",
    "6 min 40 s",
    "2 h 1 min",
    "2 d 7 h",
  ]);
});

it("writes speeds the way they read best", () => {
  expect(formatSpeed(507)).toEqual({ value: "1.97", unit: "it/s" });
  expect(formatSpeed(5200)).toEqual({ value: "5.20", unit: "s/it" });
});

it("writes bytes in decimal units", () => {
  expect(formatBytes(0)).toEqual({ value: "0", unit: "B" });
  expect(formatBytes(47_000_000)).toEqual({ value: "47.0", unit: "MB" });
  expect(formatBytes(999_900)).toEqual({ value: "1.00", unit: "MB" });
});

it("counts epochs from 1", () => {
  expect(epochOf(0, 60, 30)).toEqual({ epoch: 1, epochs: 2 });
  expect(epochOf(30, 60, 30)).toEqual({ epoch: 1, epochs: 2 });
  expect(epochOf(31, 60, 30)).toEqual({ epoch: 2, epochs: 2 });
});

it("speaks in tenths", () => {
  expect([0, 5, 6, 59, 60, 70].map((i) => tenthsDone(i, 60))).toEqual([0, 0, 1, 9, 10, 10]);
  expect(tenthsDone(0, 0)).toBe(0);
});
