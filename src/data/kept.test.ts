import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DataError } from "../domain/dataset";
import { packPictures, unpackPictures } from "./kept";
import type { RawPictures } from "./pictures";
import { makeShapes } from "./shapes";

const SHAPES = makeShapes({ seed: 1, count: 12 });
const SETS: readonly RawPictures[] = [
  SHAPES,
  { ...SHAPES, splitRule: { kind: "given", testFrom: 8 }, grey: true, ignored: [{ count: 3, reason: "no label" }] },
  {
    ...SHAPES,
    attribution: "by somebody",
    splitRule: { kind: "groups", groups: Uint32Array.from(SHAPES.labels, (label) => 70_000 * label) },
    coarse: { classNames: ["a", "b"], labels: SHAPES.labels.map((label) => label % 2) },
  },
];

const file = (raw: RawPictures) => Uint8Array.from(Buffer.concat(packPictures(raw)));

describe("a kept set", () => {
  it.each(SETS)("comes back as it was, $splitRule.kind", (raw) => {
    expect(unpackPictures(file(raw))).toEqual(raw);
  });

  it("is refused when it is cut, longer, or its header is spoiled", () => {
    const whole = file(SETS[2] ?? SHAPES);
    const refused = (bytes: Uint8Array<ArrayBuffer>) => {
      expect(() => unpackPictures(bytes)).toThrow(DataError);
    };
    fc.assert(
      fc.property(fc.integer({ min: 0, max: whole.length - 1 }), (length) => refused(whole.slice(0, length))),
      { seed: 1, examples: [[0], [8], [12], [200]] },
    );
    refused(Uint8Array.from([...whole, 0]));
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 11 }), fc.integer({ min: 1, max: 255 }), (at, by) => {
        const spoiled = whole.slice();
        spoiled[at] = ((spoiled[at] ?? 0) + by) % 256;
        refused(spoiled);
      }),
      { seed: 1 },
    );
  });
});
