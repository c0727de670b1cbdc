/** The sampler on the CPU reference. */
import { beforeAll, expect, it } from "vitest";
import { checkAllPicked, checkClosedForm, checkLaw, checkSample, lawAlphas, SEED } from "../../../test/sampler-law";
import { STREAM } from "../../domain/random";
import { tf } from "../gpu/tensorflow";
import { gumbelNoise, topPicks } from "./sampler";

beforeAll(async () => {
  await tf.setBackend("cpu");
});

it("draws by the law of Plackett and Luce, without repeats", async () => {
  const alphas = lawAlphas();
  await checkLaw(async (iteration) =>
    tf.tidy(() => {
      const noise = gumbelNoise(SEED, STREAM.check, tf.scalar(iteration, "int32"));
      return tf.concat(topPicks(alphas, noise, 3)).dataSync<"int32">();
    }),
  );
  alphas.dispose();
});

it("visits every operation once for K = 8, and has no ninth", async () => {
  await checkAllPicked();
  const [alphas, noise] = [lawAlphas(), gumbelNoise(SEED, STREAM.check, tf.scalar(3, "int32"))];
  expect(() => topPicks(alphas, noise, 9)).toThrow("cannot have 9 picks");
});

it.each([0, 1, 4])("hands the gradient of one-hot weights to softmax(r) (sub-graph %i)", checkSample);
it("has GDAS's closed form for K = 1", checkClosedForm);
