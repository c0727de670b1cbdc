/** Times one small training pass on both backends, to choose between the CPU and a software adapter. */

import { STREAM } from "../../domain/random";
import type { BackendName } from "../../domain/run";
import { type Tensor, tf } from "../gpu/tensorflow";
import { crossEntropy } from "../nn/loss";
import { supernet } from "../nn/supernet";
import { darts } from "../strategies/darts";

/** A pass of the Tiny preset's network on half a batch. */
const SHAPE = { channels: 4, layers: 3, classes: 8, size: 16, batch: 4 } as const;

async function time(backend: BackendName): Promise<number> {
  await tf.setBackend(backend);
  const net = supernet({ ...SHAPE, smooth: false });
  const explainer = darts.explainer(net, tf.scalar(0, "int32"));
  const pass = async () => {
    const gradient = tf.tidy(() => {
      const x = tf.ones([SHAPE.batch, SHAPE.size, SHAPE.size, 3]);
      const targets = tf.oneHot(tf.range(0, SHAPE.batch, 1, "int32"), SHAPE.classes).toFloat();
      const architecture = tf.tensor1d(darts.initial(0));
      const loss = (w: Tensor) => crossEntropy(explainer(w, architecture, x), { x, targets, weights: null });
      return tf.grad(loss)(tf.tensor1d(net.parameters.initial(0, STREAM.check)));
    });
    await gradient.data();
    gradient.dispose();
  };
  // The first pass compiles.
  await pass();
  const began = performance.now();
  await pass();
  return performance.now() - began;
}

export async function fasterBackend(): Promise<BackendName> {
  const cpu = await time("cpu");
  return (await time("webgpu")) < cpu ? "webgpu" : "cpu";
}
