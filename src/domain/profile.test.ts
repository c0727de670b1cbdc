import { expect, it } from "vitest";
import { profileRows } from "./profile";

const mix = { name: "Mix", dispatches: 2, milliseconds: 1, bytes: 4000, operations: 0 };
const convolution = { name: "Convolution", dispatches: 6, milliseconds: 3, bytes: 1000, operations: 6_000_000 };

it("sorts by time and gives shares, rates and sums", () => {
  const { rows, total } = profileRows({ kernels: [mix, convolution], bytes: 9 });
  expect(rows).toEqual([
    {
      name: "Convolution",
      dispatches: 6,
      milliseconds: 3,
      share: 0.75,
      bytes: 1000,
      // 6 million operations in 3 ms: 2 thousand million a second.
      gflops: 2,
      intensity: 6000,
    },
    { name: "Mix", dispatches: 2, milliseconds: 1, share: 0.25, bytes: 4000, gflops: null, intensity: null },
  ]);
  expect(total).toMatchObject({ dispatches: 8, milliseconds: 4, share: 1, bytes: 5000, gflops: null });
});

it("divides nothing by no time", () => {
  const { rows, total } = profileRows({ kernels: [{ ...convolution, milliseconds: 0 }], bytes: 9 });
  expect(rows[0]).toMatchObject({ share: 0, gflops: null });
  expect(total.milliseconds).toBe(0);
});
