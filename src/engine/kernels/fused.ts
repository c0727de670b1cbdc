/** Functions with a faster way that has no derivative of its own. */
import { onTapeOfItsOwn, type Tensor, tf } from "../gpu/tensorflow";
import { custom } from "./batch-norm";

/**
 * A function computed by a faster way than the plain one, whose derivatives it has.
 * @param value of the inputs and constants @param plainly the same of the inputs, from kernels with gradients
 */
export function fused(
  inputs: readonly Tensor[],
  constants: readonly Tensor[],
  value: (all: readonly Tensor[]) => Tensor,
  plainly: (...inputs: Tensor[]) => Tensor,
): Tensor {
  return custom(inputs, constants, value, (g, saved) =>
    onTapeOfItsOwn(() => tf.grads(plainly)(saved.slice(0, inputs.length), g)),
  );
}
