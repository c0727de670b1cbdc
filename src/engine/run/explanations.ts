/** Pictures of explanations for the page. */
import type { Dataset } from "../../domain/dataset";
import type { Explanation } from "../../domain/run";
import type { Settings } from "../../domain/settings";

/** Values of a batch's first pictures, read back. */
export interface ExplanationValues {
  /** Normalised pictures and δ', [N, S, S, 3]. */
  readonly x: Float32Array;
  readonly delta: Float32Array;
  /** Probabilities [N, classes]. */
  readonly clean: Float32Array;
  readonly perturbed: Float32Array;
  readonly audience: Float32Array;
}

const byte = (v: number) => Math.max(0, Math.min(255, Math.round(v)));

/** @param weighting how δ' weights what the audience is shown */
export function explanationPictures(
  values: ExplanationValues,
  labels: readonly number[],
  dataset: Dataset,
  weighting: Settings["weighting"],
): Explanation[] {
  const { size, mean, std, classNames } = dataset;
  const pixels = size * size;
  return labels.map((label, n) => {
    const part = (all: Float32Array) => all.subarray(n * pixels * 3, (n + 1) * pixels * 3);
    const [x, delta] = [part(values.x), part(values.delta)];
    const shown = weighting === "raw" ? delta : delta.map(Math.abs);
    const product = x.map((v, i) => v * (shown[i] ?? 0));
    const largest = product.reduce((a, b) => Math.max(a, Math.abs(b)), 1e-12);
    const sizes = Float32Array.from(
      { length: pixels },
      (_, i) => (Math.abs(delta[3 * i] ?? 0) + Math.abs(delta[3 * i + 1] ?? 0) + Math.abs(delta[3 * i + 2] ?? 0)) / 3,
    );
    const top = sizes.reduce((a, b) => Math.max(a, b), 1e-12);
    const probability = (all: Float32Array) => all[n * classNames.length + label] ?? Number.NaN;
    return {
      size,
      label,
      image: Uint8Array.from(x, (v, i) => byte((v * (std[i % 3] ?? 1) + (mean[i % 3] ?? 0)) * 255)),
      magnitude: Uint8Array.from(sizes, (v) => byte((v / top) * 255)),
      product: Uint8Array.from(product, (v) => byte(127.5 + (v / largest) * 127.5)),
      explainerClean: probability(values.clean),
      explainerPerturbed: probability(values.perturbed),
      audience: probability(values.audience),
    };
  });
}
