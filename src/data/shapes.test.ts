import { describe, expect, it } from "vitest";
import { FIGURES } from "./figures";
import { makeShapes, SHAPE_CLASSES } from "./shapes";
import { classCounts } from "./statistics";

describe("makeShapes", () => {
  it("draws ten classes, equally many of each", () => {
    const shapes = makeShapes({ seed: 1 });
    expect(SHAPE_CLASSES).toEqual([
      "disc",
      "ring",
      "square",
      "triangle",
      "star",
      "cross",
      "moon",
      "heart",
      "bolt",
      "wave",
    ]);
    expect(shapes.classNames).toBe(SHAPE_CLASSES);
    expect(shapes.pixels).toHaveLength(1500 * 32 * 32 * 3);
    expect(classCounts(shapes.labels, 10)).toEqual(new Array(10).fill(150));
  });

  it("repeats for a seed, whatever the count, and differs between seeds and pictures", () => {
    const ten = makeShapes({ seed: 6, count: 10 }).pixels;
    const twenty = makeShapes({ seed: 6, count: 20 }).pixels;
    expect(twenty.slice(0, ten.length)).toEqual(ten);
    expect(twenty.slice(ten.length)).not.toEqual(ten);
    expect(makeShapes({ seed: 7, count: 10 }).pixels).not.toEqual(ten);
  });

  it("sets the figure off from the background in every picture", () => {
    const { pixels } = makeShapes({ seed: 2, count: 300 });
    for (let picture = 0; picture < 300; picture++) {
      const grey = Array.from({ length: 1024 }, (_, i) => {
        const at = picture * 3072 + i * 3;
        return ((pixels[at] ?? 0) + (pixels[at + 1] ?? 0) + (pixels[at + 2] ?? 0)) / 3;
      });
      const mean = grey.reduce((sum, value) => sum + value, 0) / 1024;
      const std = Math.sqrt(grey.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 1024);
      // Noise alone, uniform in ±22 on three channels, spreads by 22/√3/√3 = 7.3 grey levels.
      expect(std).toBeGreaterThan(10);
    }
  });

  it("can be told apart by shape, not by colour", () => {
    const { labels, pixels } = makeShapes({ seed: 3 });
    const means = SHAPE_CLASSES.map((_, label) => {
      const members = [...labels.keys()].filter((i) => labels[i] === label);
      const sum = members.reduce((total, i) => {
        let picture = 0;
        for (let j = i * 3072; j < (i + 1) * 3072; j++) picture += pixels[j] ?? 0;
        return total + picture / 3072;
      }, 0);
      return sum / members.length;
    });
    // Mean brightness of a picture spreads by about 45 levels; of 150 pictures' mean by 4.
    expect(Math.max(...means) - Math.min(...means)).toBeLessThan(30);
  });
});

describe("FIGURES", () => {
  const grid = Array.from({ length: 121 }, (_, i) => -1.2 + 0.02 * i);

  it.each(Object.entries(FIGURES))("%s lies in the unit disc and is neither empty nor full", (_name, distance) => {
    let inside = 0;
    for (const y of grid) {
      for (const x of grid) {
        if (distance(x, y) > 0) continue;
        inside++;
        expect(Math.hypot(x, y)).toBeLessThan(1.03);
      }
    }
    const share = (inside * 0.02 ** 2) / Math.PI;
    expect(share).toBeGreaterThan(0.1);
    expect(share).toBeLessThan(0.8);
  });

  it.each(Object.entries(FIGURES))("%s has the slope of a distance: 1 at most", (_name, distance) => {
    for (const y of grid.filter((_, i) => i % 5 === 0)) {
      for (const x of grid.filter((_, i) => i % 5 === 0)) {
        expect(Math.abs(distance(x + 0.01, y) - distance(x, y))).toBeLessThan(0.01 + 1e-9);
      }
    }
  });

  it("has the area of a disc, a square and a cross", () => {
    const area = (distance: (x: number, y: number) => number) =>
      grid.flatMap((y) => grid.filter((x) => distance(x, y) < 0)).length * 0.02 ** 2;
    // Counting points of a grid of step 0.02 errs by about the outline times half a step.
    expect(area(FIGURES.disc)).toBeCloseTo(Math.PI * 0.85 ** 2, 1);
    expect(area(FIGURES.square)).toBeCloseTo(1.36 ** 2, 1);
    expect(area(FIGURES.cross)).toBeCloseTo(2 * 0.6 * 1.8 - 0.6 ** 2, 1);
  });
});
