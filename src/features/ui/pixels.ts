/** Bytes of pictures as ImageData. */

/** A [side, side, 3] picture as RGBA. */
export function rgbImage(bytes: Uint8Array, side: number): ImageData {
  const image = new ImageData(side, side);
  for (let p = 0; p < side * side; p++) {
    image.data[4 * p] = bytes[3 * p] ?? 0;
    image.data[4 * p + 1] = bytes[3 * p + 1] ?? 0;
    image.data[4 * p + 2] = bytes[3 * p + 2] ?? 0;
    image.data[4 * p + 3] = 255;
  }
  return image;
}

/** Stops of the heat: night, gold, near white. */
const STOPS = [
  [12, 15, 22],
  [122, 79, 0],
  [255, 198, 66],
  [255, 246, 214],
] as const;

/** Colour of a heat in 0..255. */
export function goldHeat(value: number): readonly [number, number, number] {
  const at = (Math.min(255, Math.max(0, value)) / 255) * (STOPS.length - 1);
  const low = Math.min(STOPS.length - 2, Math.floor(at));
  const a = STOPS[low] ?? STOPS[0];
  const b = STOPS[low + 1] ?? STOPS[0];
  const mix = (i: 0 | 1 | 2) => Math.round(a[i] + (b[i] - a[i]) * (at - low));
  return [mix(0), mix(1), mix(2)];
}

/** A [side, side] map of 0..255 as gold heat. */
export function heatImage(bytes: Uint8Array, side: number): ImageData {
  const image = new ImageData(side, side);
  for (let p = 0; p < side * side; p++) {
    image.data.set(goldHeat(bytes[p] ?? 0), 4 * p);
    image.data[4 * p + 3] = 255;
  }
  return image;
}
