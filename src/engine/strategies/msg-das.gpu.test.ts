/** Memory of a weight step of MSG-DAS beside DARTS's, planned without running. */
import { beforeAll, describe, expect, it } from "vitest";
import { openGpu } from "../../../test/gpu-engine";
import { presetSettings } from "../../domain/presets";
import type { Settings } from "../../domain/settings";
import { recordStep } from "../gpu/step";
import { type Tensor, tf } from "../gpu/tensorflow";
import { lossGradients, rebound } from "../objectives/derivatives";
import { explainerLosses } from "../objectives/parts";
import { darts } from "./darts";
import { msgDas } from "./msg-das";

beforeAll(openGpu);

/** The paper's network on DARTS's batch. */
const [BATCH, SIDE, CLASSES] = [64, 32, 10] as const;

/** Bytes of the activations of a weight step's plan. */
function scratch(settings: Settings): number {
  const strategy = settings.strategy === "darts" ? darts : msgDas;
  const { initChannels: channels, layers } = settings;
  const net = strategy.network({ channels, layers, classes: CLASSES, smooth: false }, settings);
  const names = ["tau", "lambda", "dropBlock"];
  const inputs = {
    tensors: {
      iteration: tf.scalar(0, "int32") as Tensor,
      weights: tf.zeros([net.parameters.size]) as Tensor,
      alphas: tf.tensor1d(strategy.initial(1)) as Tensor,
      x: tf.zeros([BATCH, SIDE, SIDE, 3]) as Tensor,
      targets: tf.zeros([BATCH, CLASSES]) as Tensor,
      ...Object.fromEntries(names.map((name) => [name, tf.scalar(0)])),
    },
  };
  const { recording } = recordStep(
    (_, read: typeof inputs.tensors & Readonly<Record<string, Tensor>>) => {
      const { iteration, weights, alphas, x, targets } = read;
      const schedules = Object.fromEntries(names.map((name) => [name, read[name] as Tensor]));
      const explainer = net.explainer({ iteration, architecture: alphas, draw: 0, schedules, settings });
      const losses = explainerLosses(explainer, { x, targets, weights: null }, weights, alphas);
      const { loss, gradients } = lossGradients(
        rebound(losses, (w) => [w as Tensor, alphas]),
        [weights],
      );
      return { next: {}, results: { loss, gradient: gradients[0] as Tensor } };
    },
    { tensors: {} },
    inputs,
  );
  tf.dispose(Object.values(inputs.tensors));
  return recording.bytes.scratch;
}

describe("activations of a weight step", () => {
  const paper = (strategy: "darts" | "msg-das", changes: Partial<Settings> = {}) => ({
    ...presetSettings("paper", { strategy }),
    ...changes,
  });

  it("take at most 0.36 of DARTS's for two and four sub-graphs, and more side by side", () => {
    const whole = scratch(paper("darts"));
    for (const subGraphs of [2, 4]) expect(scratch(paper("msg-das", { subGraphs })) / whole).toBeLessThanOrEqual(0.36);
    expect(scratch(paper("msg-das", { sideBySide: true })) / whole).toBeGreaterThan(0.55);
  });
});
