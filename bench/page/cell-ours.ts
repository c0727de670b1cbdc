/** The cell of the engine's supernet, as a search runs it: dilated operations at dilation 2. */
import { STREAM } from "../../src/domain/random";
import { type Tensor, tf } from "../../src/engine/gpu/tensorflow";
import { softmax } from "../../src/engine/kernels/softmax";
import { ParameterSet } from "../../src/engine/nn/parameters";
import { cell } from "../../src/engine/nn/supernet";
import { CELL, type CellInput, type CellWork } from "./cell";

export function ourCell(input: CellInput): CellWork {
  const { channels } = CELL;
  const set = new ParameterSet();
  const run = cell(set, "", {
    channels,
    previousPrevious: channels,
    previous: channels,
    reduction: false,
    reductionPrevious: false,
    smooth: false,
  });
  const weights = tf.tensor1d(set.initial(3, STREAM.check));
  const differentiate = tf.valueAndGrads((...args: Tensor[]) => {
    const [alphas, flat] = args as [Tensor, Tensor];
    const output = run(set.view(flat), input.s0, input.s1, softmax(alphas));
    return tf.sum(tf.mul(output, input.upstream)).asScalar();
  });
  return {
    run: () => {
      const { value, grads } = differentiate([input.alphas, weights]);
      const [alphas, flat] = grads as [Tensor, Tensor];
      return { loss: value, weights: [flat], alphas };
    },
    dispose: () => weights.dispose(),
  };
}
