/**
 * Running statistics of batch norms, as the original code keeps them beside the search, from the engine's batch statistics. A
 * search here measures every accuracy with batch statistics and keeps none.
 */
import { type Tensor, tf } from "../src/engine/gpu/tensorflow";
import { rowsOf, statistics } from "../src/engine/kernels/batch-norm-kernels";

export interface RunningStatistics {
  /** [C]; 0 at first. */
  readonly mean: Tensor;
  /** [C]; 1 at first. */
  readonly variance: Tensor;
}

const MOMENTUM = 0.1;

/** Mean and biased variance of each channel, each [C]. */
function batchStatistics(x: Tensor): RunningStatistics {
  const s = { ...rowsOf(x), parts: 1 };
  const [mean, squares] = tf.split(statistics([x], s), 2, 2) as [Tensor, Tensor];
  return { mean: mean.flatten(), variance: tf.div(squares.flatten(), s.rows) };
}

/** rm ← 0.9·rm + 0.1·m, rv ← 0.9·rv + 0.1·v·M/(M − 1) for the batch norm's input x [..., C], M values a channel. */
export function updateRunning({ mean, variance }: RunningStatistics, x: Tensor): RunningStatistics {
  const batch = batchStatistics(x);
  const count = x.size / batch.mean.size;
  return {
    mean: tf.add(tf.mul(mean, 1 - MOMENTUM), tf.mul(batch.mean, MOMENTUM)),
    variance: tf.add(tf.mul(variance, 1 - MOMENTUM), tf.mul(batch.variance, (MOMENTUM * count) / (count - 1))),
  };
}
