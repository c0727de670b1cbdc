/** The cell of the engine's supernet, as a search runs it: dilated operations at dilation 2. */
import { STREAM } from "../../src/domain/random";
import { type Tensor, tf } from "../../src/engine/gpu/tensorflow";
import { softmax } from "../../src/engine/kernels/softmax";
import { ParameterSet } from "../../src/engine/nn/parameters";
import { cell } from "../../src/engine/nn/supernet";
import { CELL, cellInputs } from "./cell";
import { named, type TrainingStep } from "./step";

export function ourCell(): TrainingStep {
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
  const inputs = cellInputs();
  return {
    state: { weights: tf.zerosLike(weights), alphas: tf.zerosLike(named(inputs, "alphas")) },
    inputs: { ...inputs, weights },
    run: (_, given) => {
      const loss = (...args: Tensor[]) => {
        const [alphas, flat] = args as [Tensor, Tensor];
        const output = run.mixed(set.view(flat), named(given, "s0"), named(given, "s1"), softmax(alphas));
        return tf.sum(tf.mul(output, named(given, "upstream"))).asScalar();
      };
      const { value, grads } = tf.valueAndGrads(loss)([named(given, "alphas"), named(given, "weights")]);
      const [alphas, flat] = grads as [Tensor, Tensor];
      return { next: { alphas, weights: flat }, results: { loss: value } };
    },
  };
}
