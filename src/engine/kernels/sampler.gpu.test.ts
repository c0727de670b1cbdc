/** The sampler's kernels: the law from one plan that is run for each iteration, as a search runs it; gradients; the edge of u. */
import { beforeAll, expect, it } from "vitest";
import { openGpu } from "../../../test/gpu-engine";
import { checkAllPicked, checkClosedForm, checkLaw, checkSample, lawAlphas, SEED } from "../../../test/sampler-law";
import { CounterRandom, STREAM } from "../../domain/random";
import { ScratchArena } from "../gpu/plan";
import { recordStep, writeInput } from "../gpu/step";
import { type Tensor, tf } from "../gpu/tensorflow";
import { normalNoise } from "./noise";
import { gumbelNoise, topPicks } from "./sampler";

beforeAll(openGpu);

/** Iterations that a run of the plan draws for. */
const AT_ONCE = 16;

it("draws by the law of Plackett and Luce, without repeats", async () => {
  const inputs = { tensors: { iteration: tf.scalar(0, "int32") as Tensor, alphas: lawAlphas() as Tensor } };
  const arena = new ScratchArena();
  const recorded = recordStep(
    (_, { iteration, alphas }: typeof inputs.tensors) => {
      const drawn = Array.from({ length: AT_ONCE }, (_, i) => {
        const noise = gumbelNoise(SEED, STREAM.check, tf.add(iteration, tf.scalar(i, "int32")));
        return [`${i}`, tf.concat(topPicks(alphas, noise, 3))];
      });
      return { next: {}, results: Object.fromEntries(drawn) as Record<string, Tensor> };
    },
    { tensors: {} },
    inputs,
  );
  const step = await recorded.build(arena);
  let drawn: Awaited<ReturnType<typeof step.run>> = {};
  await checkLaw(async (iteration) => {
    const place = iteration % AT_ONCE;
    if (place === 0) {
      writeInput(inputs, "iteration", Int32Array.of(iteration));
      drawn = await step.run();
    }
    return drawn[place] ?? [];
  });
  step.dispose();
  arena.dispose();
  tf.dispose(Object.values(inputs.tensors));
});

it("visits every operation once for K = 8", checkAllPicked);
it.each([0, 1])("hands the gradient of one-hot weights to softmax(r) (sub-graph %i)", checkSample);
it("has GDAS's closed form for K = 1", checkClosedForm);

it("has noise where u is as near to 1 as it gets, within WGSL's own rounding elsewhere", async () => {
  // Found by trying: the draw of this iteration at this place is u = 1 − 2⁻²⁴.
  const [iteration, place] = [49295, 198];
  const u = new CounterRandom(SEED, STREAM.check, iteration).uniform(place);
  expect(u).toBe(1 - 2 ** -24);
  const step = tf.scalar(iteration, "int32");
  const gumbel = await gumbelNoise(SEED, STREAM.check, step).data<"float32">();
  expect(gumbel[place]).toBeCloseTo(-Math.log(-Math.log(u)), 4);
  const normal = await normalNoise([gumbel.length], SEED, STREAM.check, step).data<"float32">();
  const wanted = new CounterRandom(SEED, STREAM.check, iteration).normal(place);
  expect((normal[place] ?? Number.NaN) / wanted).toBeCloseTo(1, 3);
});
