import { beforeAll, expect, it } from "vitest";
import { tf } from "../gpu/tensorflow";
import { augment } from "./augment";

beforeAll(async () => {
  await tf.setBackend("cpu");
});

const SIZE = 4;
const value = (y: number, x: number, c: number) => 16 * y + 4 * x + c;

/** One picture, moved by (dy, dx) and mirrored or not; raw values, as the statistics are 0 and 1/255. */
function moved(dy: number, dx: number, flip: number, hole: readonly number[] = [0, 0, 0], channel = 0): number[][] {
  const picture = Array.from({ length: SIZE }, (_, y) =>
    Array.from({ length: SIZE }, (_, x) => [0, 1, 2].map((c) => value(y, x, c))),
  );
  const statistics = tf.tensor([0, 0, 0, 1 / 255, 1 / 255, 1 / 255], [2, 3]);
  const out = augment(tf.tensor4d([picture]), tf.tensor2d([[dy, dx, flip, ...hole]], [1, 6], "int32"), statistics);
  const values = out.dataSync<"float32">();
  return Array.from({ length: SIZE }, (_, y) =>
    Array.from({ length: SIZE }, (_, x) => Math.round(values[(y * SIZE + x) * 3 + channel] ?? Number.NaN)),
  );
}

it("reads each pixel from the place the plan says, black outside", () => {
  for (const [dy, dx, flip] of [
    [0, 0, 0],
    [1, -2, 0],
    [-1, 1, 1],
  ] as const) {
    const got = moved(dy, dx, flip);
    for (let y = 0; y < SIZE; y++)
      for (let x = 0; x < SIZE; x++) {
        const [sy, sx] = [y + dy, (flip ? SIZE - 1 - x : x) + dx];
        const inside = sy >= 0 && sy < SIZE && sx >= 0 && sx < SIZE;
        expect(got[y]?.[x]).toBe(inside ? value(sy, sx, 0) : 0);
      }
  }
});

it("cuts a hole around the centre, smaller at the border", () => {
  // Channel 1, as its values are never 0.
  const zeros = (hole: readonly number[]) =>
    moved(0, 0, 0, hole, 1).flatMap((row, y) => row.flatMap((got, x) => (got === 0 ? [[y, x]] : [])));
  expect(zeros([0, 0, 0])).toEqual([]);
  expect(zeros([2, 1, 1])).toEqual([
    [1, 0],
    [1, 1],
    [2, 0],
    [2, 1],
  ]);
  expect(zeros([0, 3, 1])).toEqual([
    [0, 2],
    [0, 3],
  ]);
});
