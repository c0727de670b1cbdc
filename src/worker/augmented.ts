/** The preview as one iteration would augment it: planned by `data`, carried out by the engine's kernel. */
import { augmentationPlan } from "../data/augment";
import type { DataSummary } from "../domain/dataset";
import type { Settings } from "../domain/settings";
import { tf } from "../engine/gpu/tensorflow";
import { augment } from "../engine/kernels/augment";

/** Without normalisation, so that the pictures can be shown. */
const PLAIN = [0, 0, 0, 1, 1, 1];

/** @returns [class][picture], each [size, size, 3] bytes */
export async function augmentPictures(
  { preview, size }: Pick<DataSummary, "preview" | "size">,
  { seed, cutout }: Pick<Settings, "seed" | "cutout">,
  iteration: number,
): Promise<Uint8Array[][]> {
  const length = size * size * 3;
  const pictures = preview.flat();
  const count = pictures.length;
  if (count === 0) return [];
  const values = new Float32Array(count * length);
  for (const [i, picture] of pictures.entries()) values.set(picture, i * length);
  const plan = augmentationPlan({ size, count, seed, iteration, batch: "train", cutout });
  const result = tf.tidy(() =>
    augment(
      tf.tensor(values, [count, size, size, 3]),
      tf.tensor2d(plan.values, [count, plan.values.length / count], "int32"),
      tf.tensor2d(PLAIN, [2, 3]),
    ),
  );
  const shown = Uint8Array.from(await result.data(), (value) => Math.round(value * 255));
  result.dispose();
  let at = 0;
  return preview.map((ofClass) => ofClass.map(() => shown.slice(at * length, ++at * length)));
}
