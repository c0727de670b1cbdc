/** A training step as a function from tensors to tensors, and the eager way to run it again and again. */
import { scoped, type Tensor, tf } from "../../src/engine/gpu/tensorflow";
import type { Peer } from "./timing";

export interface Step<S> {
  readonly initial: S;
  /** One step: reads nothing back, keeps nothing. */
  run(state: S): { readonly state: S; readonly loss: Tensor };
  /** What `run` reads beside the state. */
  readonly constants: readonly Tensor[];
}

/** Runs every operation at once, as TF.js does. Takes the step's tensors over. */
export function eager<S>(step: Step<S>): Peer {
  let last: { readonly state: S; readonly loss: Tensor | null } = { state: step.initial, loss: null };
  const release = ({ state, loss }: typeof last) => tf.dispose([state, loss] as unknown as tf.TensorContainer);
  return {
    step: () => {
      const next = scoped(() => step.run(last.state));
      release(last);
      last = next;
    },
    loss: async () => {
      if (!last.loss) throw new Error("No step was made yet.");
      return (await last.loss.data())[0] ?? Number.NaN;
    },
    dispose: () => {
      release(last);
      tf.dispose([...step.constants]);
    },
  };
}
