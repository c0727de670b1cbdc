import { describe, expect, it } from "vitest";
import { across, flipMarks, momentAt, momentByKey, type TimelineSpan, timelineShape } from "./timeline";

const SPAN: TimelineSpan = { iteration: 410, iterations: 1000, every: 4, perEpoch: 30 };
const shape = timelineShape(697, SPAN);

describe("the timeline", () => {
  it("finds the held moment under a pointer, the newest one beyond it, and nothing before the start", () => {
    expect(momentAt(shape, across(shape, 200))).toBe(200);
    expect(momentAt(shape, across(shape, 201.9))).toBe(200);
    expect(momentAt(shape, across(shape, 202.1))).toBe(204);
    expect(momentAt(shape, 0)).toBe(0);
    expect(momentAt(shape, across(shape, 407.9))).toBe(408);
    expect(momentAt(shape, across(shape, 409.1))).toBeNull();
    expect(momentAt(shape, 700)).toBeNull();
    expect(momentAt(timelineShape(697, { ...SPAN, iteration: 0 }), 0)).toBeNull();
  });

  it("moves by keys from one held moment to the next and back to the newest", () => {
    const key = (name: string, at: number | null) => momentByKey(name, at, SPAN);
    expect(key("ArrowLeft", null)).toBe(408);
    expect(key("ArrowLeft", 408)).toBe(404);
    expect(key("ArrowRight", 404)).toBe(408);
    expect(key("ArrowRight", 408)).toBeNull();
    expect(key("ArrowUp", 0)).toBe(4);
    expect(key("ArrowDown", 0)).toBe(0);
    expect(key("PageDown", 400)).toBe(368);
    expect(key("PageUp", 400)).toBeNull();
    expect([key("Home", null), key("End", 8), key("x", 8)]).toEqual([0, null, undefined]);
  });

  it("moves to held moments also from one that is held no longer", () => {
    expect(momentByKey("ArrowLeft", 202, SPAN)).toBe(200);
    expect(momentByKey("ArrowRight", 202, SPAN)).toBe(204);
  });

  it("marks flips by operation, one for each pixel", () => {
    const flip = (iteration: number, op: "skip_connect" | "sep_conv_3x3", kind: "normal" | "reduce" = "normal") => ({
      ...{ iteration, op, kind, edge: 0 },
    });
    const flips = [flip(0, "skip_connect"), flip(0.1, "skip_connect"), flip(500, "skip_connect")];
    const marks = flipMarks(
      [...flips, flip(0, "sep_conv_3x3"), flip(0, "skip_connect", "reduce")],
      shape,
      { normal: 5, reduce: 20 },
      10,
    );
    expect(marks).toEqual([
      { kind: "normal", op: "skip_connect", path: "M96 5v10M396 5v10" },
      { kind: "normal", op: "sep_conv_3x3", path: "M96 5v10" },
      { kind: "reduce", op: "skip_connect", path: "M96 20v10" },
    ]);
  });
});
