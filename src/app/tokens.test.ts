/** The colours of tokens.css: contrast by WCAG 2.2, and pairs of operations under colour blindness by Machado et al., 2009. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

type Rgb = readonly [number, number, number];

const CSS = readFileSync(new URL("tokens.css", import.meta.url), "utf8");
const BLOCKS = {
  light: /:root \{([^}]*)\}/.exec(CSS)?.[1] ?? "",
  dark: /:root\[data-mantine-color-scheme="dark"\] \{([^}]*)\}/.exec(CSS)?.[1] ?? "",
};
const THEMES = ["light", "dark"] as const;
type Theme = (typeof THEMES)[number];

const OPS = ["none", "max", "avg", "skip", "sep3", "sep5", "dil3", "dil5"] as const;
const PAIRS = OPS.flatMap((a, i) => OPS.slice(i + 1).map((b) => [a, b] as const));

/** sRGB channels from 0 to 1. */
function colour(theme: Theme, name: string): Rgb {
  const hex = new RegExp(`--${name}: #([0-9a-f]{6});`).exec(BLOCKS[theme])?.[1];
  if (!hex) throw new Error(`tokens.css gives no --${name} for the ${theme} theme.`);
  const channel = (at: number) => Number.parseInt(hex.slice(at, at + 2), 16) / 255;
  return [channel(0), channel(2), channel(4)];
}

const linear = (rgb: Rgb): Rgb => {
  const one = (c: number) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
  return [one(rgb[0]), one(rgb[1]), one(rgb[2])];
};
const times = (rows: readonly [Rgb, Rgb, Rgb], [x, y, z]: Rgb): Rgb => {
  const row = ([a, b, c]: Rgb) => a * x + b * y + c * z;
  return [row(rows[0]), row(rows[1]), row(rows[2])];
};

function luminance(rgb: Rgb): number {
  const [r, g, b] = linear(rgb);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: Rgb, b: Rgb): number {
  const [dark = 0, bright = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (bright + 0.05) / (dark + 0.05);
}

/** Full severity, on linear channels. Machado, Oliveira, Fernandes, "A physiologically-based model for simulation of color vision deficiency", table 1. */
const DEFICIENCIES: Readonly<Record<string, readonly [Rgb, Rgb, Rgb]>> = {
  none: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
};

/** OKLab. Ottosson, "A perceptual color space for image processing", 2020. */
function oklab(rgb: Rgb): Rgb {
  const [l, m, s] = times(
    [
      [0.4122214708, 0.5363325363, 0.0514459929],
      [0.2119034982, 0.6806995451, 0.1073969566],
      [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    rgb,
  );
  return times(
    [
      [0.2104542553, 0.793617785, -0.0040720468],
      [1.9779984951, -2.428592205, 0.4505937099],
      [0.0259040371, 0.7827717662, -0.808675766],
    ],
    [Math.cbrt(l), Math.cbrt(m), Math.cbrt(s)],
  );
}

function distance(a: Rgb, b: Rgb, matrix: readonly [Rgb, Rgb, Rgb]): number {
  const seen = (rgb: Rgb) => {
    const [r, g, b2] = times(matrix, linear(rgb));
    const clipped = (c: number) => Math.min(1, Math.max(0, c));
    return oklab([clipped(r), clipped(g), clipped(b2)]);
  };
  const [p, q] = [seen(a), seen(b)];
  return 100 * Math.hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]);
}

describe.each(THEMES)("the %s theme", (theme) => {
  const at = (name: string) => colour(theme, name);

  it("draws each operation at 3:1 or more on its surface", () => {
    for (const op of OPS) expect(contrast(at(`op-${op}`), at("surface")), op).toBeGreaterThanOrEqual(3);
  });

  it.each([
    ["ink", ["bg", "surface", "sunk"]],
    ["ink-2", ["bg", "surface", "sunk"]],
    ["ink-3", ["bg", "surface"]],
    ["good", ["bg", "surface"]],
    ["warn", ["bg", "surface"]],
    ["bad", ["bg", "surface", "bad-soft"]],
    ["light-ink", ["light-soft"]],
    ["on-light", ["light"]],
  ] as const)("writes %s at 4.5:1 or more on %s", (text, grounds) => {
    for (const ground of grounds) expect(contrast(at(text), at(ground)), ground).toBeGreaterThanOrEqual(4.5);
  });

  it.each([
    ["none", theme === "light" ? 12.4 : 13.6],
    ["protanopia", theme === "light" ? 8.9 : 11.6],
    ["deuteranopia", theme === "light" ? 8.9 : 11.6],
  ] as const)("keeps every pair of operations apart: %s, OKLab distance %d", (deficiency, least) => {
    const matrix = DEFICIENCIES[deficiency];
    if (!matrix) throw new Error(deficiency);
    const distances = PAIRS.map(([a, b]) => distance(at(`op-${a}`), at(`op-${b}`), matrix));
    expect(Math.min(...distances)).toBeGreaterThanOrEqual(least);
  });
});
