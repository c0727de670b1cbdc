/** Resizes pictures to the side that the search works on, and takes their colour away. */

/** What a new row or column covers of the old ones: the first of them, and the share of each. */
interface Cover {
  readonly from: number;
  readonly shares: readonly number[];
}

function covers(size: number, target: number): Cover[] {
  return Array.from({ length: target }, (_, i) => {
    const [start, end] = [(i * size) / target, ((i + 1) * size) / target];
    const from = Math.floor(start + 1e-9);
    const to = Math.min(size, Math.ceil(end - 1e-9));
    const shares = Array.from({ length: to - from }, (_, k) => Math.min(end, from + k + 1) - Math.max(start, from + k));
    return { from, shares };
  });
}

/**
 * Each new pixel is the rounded mean of the area it covers. Where `target` divides `size` this is the mean of whole pixels;
 * a larger `target` repeats pixels, and mixes those that a new one lies between.
 * @param pixels [count, size, size, 3]
 * @returns [count, target, target, 3]; `pixels` itself when nothing changes
 */
export function resizePictures(pixels: Uint8Array, size: number, target: number): Uint8Array {
  if (target === size) return pixels;
  if (size % target === 0) return averageDown(pixels, size, target);
  const along = covers(size, target);
  const count = pixels.length / (size * size * 3);
  const area = (size / target) ** 2;
  const result = new Uint8Array(count * target * target * 3);
  let to = 0;
  for (let picture = 0; picture < count; picture++) {
    for (const rows of along) {
      for (const columns of along) {
        for (let channel = 0; channel < 3; channel++) {
          let sum = 0;
          for (const [y, height] of rows.shares.entries()) {
            const row = (picture * size + rows.from + y) * size;
            for (const [x, width] of columns.shares.entries()) {
              sum += (pixels[(row + columns.from + x) * 3 + channel] ?? 0) * height * width;
            }
          }
          result[to++] = Math.floor(sum / area + 0.5);
        }
      }
    }
  }
  return result;
}

/** Box filter over factor × factor pixels, in whole numbers. */
function averageDown(pixels: Uint8Array, size: number, target: number): Uint8Array {
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

/**
 * The brightness of each pixel (ITU-R BT.601: 0.299 R + 0.587 G + 0.114 B, rounded) in all three channels.
 * @param pixels [..., 3]
 */
export function greyPictures(pixels: Uint8Array): Uint8Array {
  const result = new Uint8Array(pixels.length);
  for (let i = 0; i < pixels.length; i += 3) {
    const [red = 0, green = 0, blue = 0] = [pixels[i], pixels[i + 1], pixels[i + 2]];
    result.fill((299 * red + 587 * green + 114 * blue + 500) / 1000, i, i + 3);
  }
  return result;
}
