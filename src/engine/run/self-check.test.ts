import { beforeAll, describe, expect, it } from "vitest";
import { PRIMITIVES } from "../../domain/primitives";
import { openEngine } from "../gpu/backend";
import { tf } from "../gpu/tensorflow";
import { type CheckResult, PRIMITIVE_CASES, relativeError, selfCheck } from "./self-check";

describe("relativeError", () => {
  const want = Float32Array.of(2, -4, 0);

  it("is the largest difference over the largest wanted value", () => {
    expect(relativeError(want, Float32Array.of(2, -4, 0))).toBe(0);
    expect(relativeError(want, Float32Array.of(2, -4, 1))).toBe(0.25);
    expect(relativeError(want, Float32Array.of(0, -4, 0))).toBe(0.5);
  });

  it("takes zeros for right and everything else in their place for wrong", () => {
    expect(relativeError(new Float32Array(2), new Float32Array(2))).toBe(0);
    expect(relativeError(new Float32Array(2), Float32Array.of(0, 1e-9))).toBe(Number.POSITIVE_INFINITY);
  });

  it("takes no number and missing values for wrong", () => {
    expect(relativeError(want, Float32Array.of(2, Number.NaN, 0))).toBe(Number.POSITIVE_INFINITY);
    expect(relativeError(want, Float32Array.of(2, -4))).toBe(Number.POSITIVE_INFINITY);
    expect(relativeError(want, new Float32Array())).toBe(Number.POSITIVE_INFINITY);
  });
});

describe("the self-check without WebGPU", () => {
  beforeAll(async () => {
    await openEngine("cpu", undefined, async () => "cpu");
  });

  it("covers each primitive at both strides", () => {
    expect(PRIMITIVE_CASES.map(({ name }) => name)).toEqual(
      PRIMITIVES.flatMap((primitive) => [`${primitive}, stride 1`, `${primitive}, stride 2`]),
    );
  });

  it("finds the reference in agreement with central differences, and leaves no tensor behind", async () => {
    const before = tf.memory().numTensors;
    const results: CheckResult[] = [];
    await selfCheck((result) => results.push(result));
    expect(results).toHaveLength(16);
    expect(results.filter(({ ok }) => !ok)).toEqual([]);
    // All but `none`, whose derivatives are zero, differ by rounding.
    expect(results.filter(({ error }) => error > 0)).toHaveLength(14);
    expect(tf.memory().numTensors).toBe(before);
    expect(tf.getBackend()).toBe("cpu");
  });
});
