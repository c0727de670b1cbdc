import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PRESETS, presetSettings } from "../domain/presets";
import { checkSettings, SETTING_NAMES, SETTINGS, type Settings, settingError } from "../domain/settings";
import { builtInOf, linkFragment, readLink } from "./link";

function read(fragment: string) {
  const link = readLink(fragment);
  if (!link) throw new Error("It was taken for no link.");
  return link;
}

describe("linkFragment", () => {
  it("holds preset, data, method, seed and what differs from the preset", () => {
    const settings = { ...presetSettings("demo", { strategy: "gdas", seed: 7 }), momentum: 0.5 };
    expect(linkFragment(settings, "demo", "shapes")).toBe(
      "preset=demo&data=shapes&strategy=gdas&objective=lease-r18&momentum=0.5&seed=7",
    );
  });

  it("reads back as the same settings, for every preset and method", () => {
    for (const preset of PRESETS) {
      for (const strategy of SETTINGS.strategy.choices) {
        const settings: Settings = {
          ...presetSettings(preset, { strategy, objective: "bilevel", backend: "cpu", seed: 4294967295 }),
          augment: false,
          learningRate: 3e-4,
          labels: "coarse",
        };
        expect(read(`#${linkFragment(settings, preset, null)}`)).toEqual({
          preset,
          settings,
          data: null,
          corrections: [],
        });
      }
    }
  });
});

it("names built-in data only", () => {
  expect(builtInOf({ source: "built in", name: "Shapes" })).toBe("shapes");
  expect(builtInOf({ source: "built in", name: "Emoji-8" })).toBe("emoji-8");
  expect(builtInOf({ source: "shapes.zip", name: "Shapes" })).toBeNull();
  expect(builtInOf(null)).toBeNull();
});

describe("readLink", () => {
  it("takes places on the page for no link", () => {
    expect(["", "#", "#supernet", "#what-is-lease"].map(readLink)).toEqual([null, null, null, null]);
  });

  it.each([
    ["initChannels=900", "Channels C: 900 is too large, 64 used.", { initChannels: 64 }],
    ["initChannels=7", "Channels C: 7 is odd, 8 used.", { initChannels: 8 }],
    ["layers=-3", "Cells: -3 is too small, 3 used.", { layers: 3 }],
    ["layers=4.6", "Cells: 4.6 is not a whole number, 5 used.", { layers: 5 }],
    ["batchSize=Infinity", "Batch: Infinity is too large, 1024 used.", { batchSize: 1024 }],
    ["batchSize=many", 'Batch: "many" is not a number, 32 used.', { batchSize: 32 }],
    ["batchSize=", 'Batch: "" is not a number, 32 used.', { batchSize: 32 }],
    ["augment=1", 'Augment: "1" is neither true nor false, true used.', { augment: true }],
    [
      "strategy=enas",
      'Strategy: "enas" is not one of darts, pc-darts, p-darts, gdas, msg-das, darts used.',
      { strategy: "darts" },
    ],
    [
      "gamma=<img src=x onerror=alert(1)>",
      'Tradeoff γ: "<img src=x onerror=alert…" is not a number, 1 used.',
      { gamma: 1 },
    ],
    ["__proto__=1", 'There is no setting "__proto__": it is left out.', {}],
    ["constructor=1", 'There is no setting "constructor": it is left out.', {}],
    ["seed=3&seed=4", '"seed" stands twice in the link: the first one is used.', { seed: 3 }],
    ["data=../../etc/passwd", 'There is no built-in data set "../../etc/passwd": the pictures stay as they are.', {}],
  ])("corrects %s and says so", (fragment, correction, values) => {
    const { settings, corrections } = read(`#preset=demo&${fragment}`);
    expect(corrections).toEqual([correction]);
    expect(settings).toEqual({ ...presetSettings("demo", values as Partial<Settings>), ...values });
  });

  it("corrects settings that do not fit each other", () => {
    const order = read("preset=tiny&strategy=gdas&objective=bilevel&order=2");
    expect(order.settings.order).toBe("1");
    expect(order.corrections).toEqual([expect.stringContaining("Order 2 does not go with"), "Order 1 is used."]);
    const channels = read("strategy=pc-darts&initChannels=12&partialChannels=4");
    expect(channels.settings.initChannels).toBe(8);
    const stages = read("preset=demo&strategy=p-darts&stage2Operations=3&stage3Operations=5&iterations=2");
    expect(stages.settings).toEqual(presetSettings("demo", { strategy: "p-darts" }));
    expect(stages.corrections.at(-1)).toBe("The preset's settings are used instead.");
    const all = read("strategy=p-darts&objective=bilevel&order=2&iterations=2");
    expect(all.settings).toEqual(presetSettings("tiny", { strategy: "p-darts", objective: "bilevel" }));
  });

  it("uses the smallest preset where the link's is unknown, and reads no more than a link can be", () => {
    expect(read("preset=huge")).toMatchObject({ preset: "tiny", settings: presetSettings("tiny") });
    expect(read(`preset=demo&${"a".repeat(10_000)}=1`).corrections[0]).toContain("longer than 4000 characters");
    expect(read(`x=1&${Array.from({ length: 300 }, (_, i) => `n${i}=1`).join("&")}`).corrections).toHaveLength(13);
  });

  it("gives settings that hold, whatever the link says", () => {
    const name = fc.constantFrom(...SETTING_NAMES, "preset", "data");
    const value = fc.oneof(
      fc.string(),
      fc.double().map(String),
      fc.integer().map(String),
      fc.constantFrom("true", "gdas", "pc-darts", "p-darts", "2", "demo"),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(name, value)), (pairs) => {
        const link = readLink(`#x=&${new URLSearchParams(pairs)}`);
        expect(link).not.toBeNull();
        if (!link) return;
        checkSettings(link.settings);
        for (const key of SETTING_NAMES) expect(settingError(key, link.settings[key])).toBeNull();
        // And it can be shared on.
        expect(read(linkFragment(link.settings, link.preset, link.data)).settings).toEqual(link.settings);
      }),
      { numRuns: 60 },
    );
  });
});
