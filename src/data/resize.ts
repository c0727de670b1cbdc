/** Averages pictures down to a smaller side. */
import { DataError } from "../domain/dataset";

/**
 * Box filter: each new pixel is the rounded mean of the factor × factor pixels it covers.
 * @param pixels [count, size, size, 3]
 * @returns [count, target, target, 3]; `pixels` itself when nothing changes
 * @throws DataError when `target` is larger than `size` or does not divide it
 */
export function averageDown(pixels: Uint8Array, size: number, target: number): Uint8Array {
  if (target === size) return pixels;
  if (target > size) {
    throw new DataError(
      `The pictures are ${size}×${size}, smaller than the picture side of ${target}. Enlarging adds nothing to learn from: choose a picture side of ${size} or less.`,
    );
  }
  if (target < 1 || size % target !== 0) {
    throw new DataError(
      `Pictures of ${size}×${size} cannot be averaged down to ${target}×${target}: the side must divide ${size}.`,
    );
  }
  const factor = size / target;
  const area = factor * factor;
  const count = pixels.length / (size * size * 3);
  const result = new Uint8Array(count * target * target * 3);
  // Pictures follow each other without a gap and `target` divides `size`, so all rows can be walked as one tall picture.
  for (let row = 0; row < count * target; row++) {
    for (let column = 0; column < target; column++) {
      const from = (row * factor * size + column * factor) * 3;
      const to = (row * target + column) * 3;
      for (let channel = 0; channel < 3; channel++) {
        let sum = 0;
        for (let y = 0; y < factor; y++) {
          for (let x = 0; x < factor; x++) sum += pixels[from + (y * size + x) * 3 + channel] ?? 0;
        }
        result[to + channel] = Math.floor((sum + area / 2) / area);
      }
    }
  }
  return result;
}
