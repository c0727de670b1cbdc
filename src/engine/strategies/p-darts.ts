/**
 * P-DARTS (arXiv 1904.12760): DARTS in stages. Each stage has a deeper network with fewer operations on each edge, chosen by
 * the stage before; identities are dropped out, so that they win less easily. This is one stage; the run makes them.
 */
import { deriveStaged, expandAlphas } from "../../domain/p-darts";
import { EDGES, type EdgeOperations, type Operations } from "../../domain/primitives";
import { STREAM } from "../../domain/random";
import type { Settings } from "../../domain/settings";
import type { StageShape } from "../../domain/stages";
import { type Tensor, tf } from "../gpu/tensorflow";
import { softmax } from "../kernels/softmax";
import { type Mixture, supernet } from "../nn/supernet";
import { initialArchitecture } from "./darts";
import { DARTS_OPTIMISATION, type Moment, plainExplainer, type Strategy, scheduleStep } from "./strategy";

const columnsOf = (operations: EdgeOperations) => operations[0]?.length ?? 0;

/** softmax of the alphas; architecture: [normal, reduce], each 14·(operations of an edge). */
function mixture(architecture: Tensor, { normal, reduce }: Operations): Mixture {
  const of = (flat: Tensor, operations: EdgeOperations) => softmax(tf.reshape(flat, [EDGES, columnsOf(operations)]));
  const [n, r] = tf.split(architecture, [EDGES * columnsOf(normal), EDGES * columnsOf(reduce)]) as [Tensor, Tensor];
  return { normal: of(n, normal), reduce: of(r, reduce) };
}

/** Steps of the stage in which the alphas rest. */
const warmUp = ({ alphaWarmUp }: Settings, steps: number) => Math.round(alphaWarmUp * steps);

/**
 * Skip dropout p of a stage that starts with p₀: p₀·(T − t − 1)/T while the alphas rest, then p₀·exp(−5(t − w)/T), w the end of
 * the rest. With T = 25 epochs and w = 10 these are the numbers of the code: (25 − t − 1)/25 and exp(−0.2(t − 10)).
 */
export function skipDropoutRate(start: number, settings: Settings, at: Moment): number {
  const { step, steps } = scheduleStep(settings, at);
  const rest = warmUp(settings, steps);
  return start * (step < rest ? (steps - step - 1) / steps : Math.exp((-5 * (step - rest)) / steps));
}

/** The strategy of one stage. */
export function pDarts(stage: StageShape, operations: Operations): Strategy {
  const alphas = (architecture: Float32Array) => {
    const end = EDGES * columnsOf(operations.normal);
    return {
      normal: expandAlphas(operations.normal, architecture.subarray(0, end)),
      reduce: expandAlphas(operations.reduce, architecture.subarray(end)),
    };
  };
  return {
    // Bilevel: the code draws a mask in every pass.
    optimisation: { ...DARTS_OPTIMISATION, draws: "step", clipsArchitecture: true },
    network: (options, { seed }) => {
      const masks = { seed, stream: STREAM.skipDropout };
      const net = supernet({ ...options, operations, ...(stage.skipDropout > 0 && { masks }) });
      return {
        parameters: net.parameters,
        stem: net.stem,
        explainer: ({ iteration, draw, schedules }) => {
          const dropout = { rate: schedules.skipDropout as Tensor, step: iteration, draw };
          return plainExplainer((weights, architecture, x) =>
            net.logits(weights, mixture(architecture, operations), x, dropout),
          );
        },
      };
    },
    initial: (seed) =>
      initialArchitecture(seed, EDGES * (columnsOf(operations.normal) + columnsOf(operations.reduce)), stage.index),
    schedules: (settings, at) => ({ skipDropout: skipDropoutRate(stage.skipDropout, settings, at) }),
    rests: (settings, at) => {
      const { step, steps } = scheduleStep(settings, at);
      return step < warmUp(settings, steps);
    },
    alphas,
    betas: () => null,
    derive: (architecture, { maxSkips }) => deriveStaged(operations, alphas(architecture), maxSkips),
    unrestricted: (architecture) => deriveStaged(operations, alphas(architecture)),
  };
}
