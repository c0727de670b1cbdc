/** The ten figures of Shapes as signed distances: below 0 inside. A figure lies in the unit disc, y points down. */

type Point = readonly [x: number, y: number];
type Distance = (x: number, y: number) => number;

/** Distance to a closed polygon; the sign follows from the crossings of a ray (even-odd rule). */
function polygon(corners: readonly Point[]): Distance {
  const edges = corners.map(([ax, ay], i) => {
    const [bx, by] = corners[(i + 1) % corners.length] ?? [ax, ay];
    return { ax, ay, bx, by, dx: bx - ax, dy: by - ay, length2: (bx - ax) ** 2 + (by - ay) ** 2 };
  });
  return (x, y) => {
    let nearest = Infinity;
    let inside = false;
    for (const { ax, ay, by, dx, dy, length2 } of edges) {
      const t = Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / length2));
      nearest = Math.min(nearest, (x - ax - t * dx) ** 2 + (y - ay - t * dy) ** 2);
      if (ay > y !== by > y && x < ax + ((y - ay) / dy) * dx) inside = !inside;
    }
    return inside ? -Math.sqrt(nearest) : Math.sqrt(nearest);
  };
}

/** A line of the given half width through the points, with round ends. */
function stroke(points: readonly Point[], halfWidth: number): Distance {
  const parts = points.slice(1).map(([bx, by], i) => {
    const [ax, ay] = points[i] ?? [bx, by];
    return { ax, ay, dx: bx - ax, dy: by - ay, length2: (bx - ax) ** 2 + (by - ay) ** 2 };
  });
  return (x, y) => {
    let nearest = Infinity;
    for (const { ax, ay, dx, dy, length2 } of parts) {
      const t = Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / length2));
      nearest = Math.min(nearest, (x - ax - t * dx) ** 2 + (y - ay - t * dy) ** 2);
    }
    return Math.sqrt(nearest) - halfWidth;
  };
}

/** `count` points; the angle starts at the top and runs clockwise. */
function around(count: number, point: (angle: number, i: number) => Point): Point[] {
  return Array.from({ length: count }, (_, i) => point((2 * Math.PI * i) / count, i));
}

function onCircle(angle: number, radius: number): Point {
  return [radius * Math.sin(angle), -radius * Math.cos(angle)];
}

const HEART = around(24, (t) => [
  0.86 * Math.sin(t) ** 3,
  -0.056 * (13 * Math.cos(t) - 5 * Math.cos(2 * t) - 2 * Math.cos(3 * t) - Math.cos(4 * t)) - 0.06,
]);
const ARM = 0.3;
const CROSS: Point[] = [
  [-ARM, -0.9],
  [ARM, -0.9],
  [ARM, -ARM],
  [0.9, -ARM],
  [0.9, ARM],
  [ARM, ARM],
  [ARM, 0.9],
  [-ARM, 0.9],
  [-ARM, ARM],
  [-0.9, ARM],
  [-0.9, -ARM],
  [-ARM, -ARM],
];
const BOLT: Point[] = [
  [0.25, -0.97],
  [-0.6, 0.15],
  [-0.08, 0.15],
  [-0.25, 0.97],
  [0.6, -0.2],
  [0.08, -0.2],
];
const WAVE = Array.from({ length: 17 }, (_, i): Point => [-0.8 + 0.1 * i, 0.34 * Math.sin((Math.PI * (i - 8)) / 5)]);

export const FIGURES = {
  disc: (x, y) => Math.hypot(x, y) - 0.85,
  ring: (x, y) => Math.abs(Math.hypot(x, y) - 0.68) - 0.22,
  square: (x, y) => Math.max(Math.abs(x), Math.abs(y)) - 0.68,
  triangle: polygon(around(3, (angle) => onCircle(angle, 1))),
  star: polygon(around(10, (angle, i) => onCircle(angle, i % 2 === 0 ? 1 : 0.45))),
  cross: polygon(CROSS),
  moon: (x, y) => Math.max(Math.hypot(x, y) - 0.9, 0.72 - Math.hypot(x - 0.42, y + 0.16)),
  heart: polygon(HEART),
  bolt: polygon(BOLT),
  wave: stroke(WAVE, 0.15),
} as const satisfies Record<string, Distance>;
