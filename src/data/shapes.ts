/** Shapes: figures of ten kinds, drawn from a seed in milliseconds. For tests and for a first look. */
import { CounterRandom, pcg4d, STREAM } from "../domain/random";
import { FIGURES } from "./figures";
import type { RawPictures } from "./pictures";

export const SHAPE_CLASSES = Object.keys(FIGURES) as (keyof typeof FIGURES)[];
const SIZE = 32;
const DEFAULT_COUNT = 1500;
/** Draws below this index place and colour the figure; noise begins here. */
const NOISE_FROM = 32;
/** Noise is uniform in −NOISE..NOISE grey levels. */
const NOISE = 22;

type Colour = readonly [number, number, number];

/**
 * Picture i shows class i mod 10: one figure of random place, size, turn and colour on a background that fades from one
 * colour into another, with noise on every pixel. The same seed gives the same pictures; the first n do not depend on
 * `count`.
 */
export function makeShapes({ seed, count = DEFAULT_COUNT }: { seed: number; count?: number }): RawPictures {
  const pixels = new Uint8Array(count * SIZE * SIZE * 3);
  const labels = Uint16Array.from({ length: count }, (_, i) => i % SHAPE_CLASSES.length);
  for (let i = 0; i < count; i++) {
    draw(pixels.subarray(i * SIZE * SIZE * 3, (i + 1) * SIZE * SIZE * 3), labels[i] ?? 0, seed, i);
  }
  return {
    name: "Shapes",
    source: "built in",
    classNames: SHAPE_CLASSES,
    size: SIZE,
    pixels,
    labels,
    splitRule: { kind: "order" },
    ignored: [],
  };
}

function draw(picture: Uint8Array, label: number, seed: number, number: number): void {
  const random = new CounterRandom(seed, STREAM.shapes, number);
  const between = (low: number, high: number, index: number) => low + (high - low) * random.uniform(index);
  const distance = FIGURES[SHAPE_CLASSES[label] ?? "disc"];
  const radius = between(7, 13, 0);
  const room = SIZE / 2 - radius;
  const centreX = SIZE / 2 + between(-room, room, 1);
  const centreY = SIZE / 2 + between(-room, room, 2);
  const turn = between(-0.6, 0.6, 3);
  const [cos, sin] = [Math.cos(turn) / radius, Math.sin(turn) / radius];
  const { figure, from, to } = colours(random);
  const fade = between(0, 2 * Math.PI, 12);
  const [fadeX, fadeY] = [Math.cos(fade) / SIZE, Math.sin(fade) / SIZE];
  let noise: readonly number[] = [];
  for (let y = 0, at = 0; y < SIZE; y++) {
    for (let x = 0; x < SIZE; x++, at += 3) {
      // One hash serves four pixels: each of its words gives three draws of ten bits.
      const pixel = y * SIZE + x;
      if (pixel % 4 === 0) noise = pcg4d(NOISE_FROM + pixel / 4, number, STREAM.shapes, seed);
      const word = noise[pixel % 4] ?? 0;
      const dx = x + 0.5 - centreX;
      const dy = y + 0.5 - centreY;
      // The distance in pixels, cut to half a pixel on both sides, is how much of the pixel the figure covers.
      const far = dx * dx + dy * dy > (radius + 1) * (radius + 1);
      const covered = far ? 0 : clamp(0.5 - distance(cos * dx + sin * dy, cos * dy - sin * dx) * radius, 0, 1);
      const t = clamp(0.5 + fadeX * (x - SIZE / 2) + fadeY * (y - SIZE / 2), 0, 1);
      picture[at] = mix(from[0], to[0], figure[0], t, covered, word >>> 22);
      picture[at + 1] = mix(from[1], to[1], figure[1], t, covered, (word >>> 12) & 1023);
      picture[at + 2] = mix(from[2], to[2], figure[2], t, covered, (word >>> 2) & 1023);
    }
  }
}

/** One channel of a pixel: the background at `t`, the figure over it, and noise from ten random bits. */
function mix(from: number, to: number, figure: number, t: number, covered: number, noise: number): number {
  const ground = from + (to - from) * t;
  return clamp(ground + (figure - ground) * covered + (noise / 511.5 - 1) * NOISE, 0, 255);
}

/** The figure is clearly lighter or darker than both ends of the background; hues are free. */
function colours(random: CounterRandom): { figure: Colour; from: Colour; to: Colour } {
  const lightFigure = random.uniform(4) < 0.5;
  const light = (index: number) => 0.66 + 0.24 * random.uniform(index);
  const dark = (index: number) => 0.18 + 0.24 * random.uniform(index);
  const [front, back] = lightFigure ? [light, dark] : [dark, light];
  return {
    figure: colour(random.uniform(5), random.uniform(6), front(7)),
    from: colour(random.uniform(8), random.uniform(9) * 0.8, back(10)),
    to: colour(random.uniform(8) + 0.25 * (random.uniform(11) - 0.5), random.uniform(9) * 0.8, back(13)),
  };
}

/** Hue, saturation and lightness in 0..1 to red, green and blue in 0..255. */
function colour(hue: number, saturation: number, lightness: number): Colour {
  const reach = saturation * Math.min(lightness, 1 - lightness);
  const channel = (offset: number) => {
    const k = (offset + hue * 12 + 12) % 12;
    return 255 * (lightness - reach * clamp(Math.min(k - 3, 9 - k), -1, 1));
  };
  return [channel(0), channel(8), channel(4)];
}

function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(high, value));
}
