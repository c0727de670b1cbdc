/** Data sets in every form, dropped and opened; files that cannot be used. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { makeShapes } from "../src/data/shapes";
import type { Settings } from "../src/domain/settings";
import { gzip, tar, zip } from "../test/files/archives";
import { idx, npy, npz } from "../test/files/arrays";
import { cifar100File, cifar100Pickle, cifarFile, cifarPickle, shapesShard } from "../test/files/cifar";
import { jpegs, parquet, pngFolder, pngs } from "../test/files/encoded";
import { repeatable, type Searchlight, SMALL } from "./searchlight";
import { expect, test } from "./test";

const FORMATS = join(process.env.DATA_DIR ?? "../shared/data", "formats");

/** Under way for long enough to drop files meanwhile. */
const LONG = { objective: "bilevel", iterations: 25, backend: "cpu" } as const;
const ON_CPU = { objective: "bilevel", iterations: 2, backend: "cpu" } as const;

/** Mostly on the CPU: what is tested is the way of the pictures to the engine. */
async function search(app: Searchlight, settings: Partial<Settings> = ON_CPU) {
  await app.set({ ...SMALL, ...settings });
  await app.primary.click();
  await app.expectStatus("finished");
  return (await app.exportRun()).run;
}

test("searches a dropped shard", async ({ app, page }) => {
  await app.drop(["small.bin", shapesShard(60)]);
  await expect(page.getByLabel("Data set", { exact: true }).locator("option:checked")).toHaveText("small.bin");
  const data = page.getByRole("region", { name: "Data" });
  await expect(data).toContainText("60 used, 0 ignored");
  await expect(data).toContainText("24 weights");
  await expect(data).toContainText("24 architecture");
  await expect(data).toContainText("12 test");
  await expect(data.locator(".counts li")).toHaveText(Array.from({ length: 10 }, () => "6"));
  await expect(data).toContainText("frog");
  const run = await search(app);
  expect(run.data).toMatchObject({ name: "CIFAR-10", source: "small.bin", classes: 10, pictures: 60 });
  await app.tab("Log");
  await expect(app.log).toContainText(`CIFAR-10, 60 pictures, hash ${run.data.hash}.`);
});

/** What is dropped at once, and what the page then says. */
async function everyForm(): Promise<[name: string, files: (readonly [string, Uint8Array])[], says: string][]> {
  const shapes = makeShapes({ seed: 2, count: 40 });
  const labels = [...shapes.labels];
  const folder = pngFolder(shapes);
  const grey = Uint8Array.from({ length: 40 * 1024 }, (_, i) => shapes.pixels[3 * i] ?? 0);
  const batches = {
    "py/data_batch_1": cifarPickle(shapes),
    "py/test_batch": cifarPickle(makeShapes({ seed: 3, count: 20 })),
  };
  return [
    [
      "two parts",
      [
        ["data_batch_1.bin", cifarFile(shapes)],
        ["data_batch_2.bin", shapesShard(20, 7)],
      ],
      "60 used",
    ],
    [
      "a part twice",
      [
        ["a.bin", cifarFile(shapes)],
        ["b.bin", cifarFile(shapes)],
      ],
      "40 used, 40 ignored",
    ],
    ["a pickle", [["data_batch_1", cifarPickle(shapes)]], "40 used"],
    ["a tar.gz", [["cifar-10-python.tar.gz", gzip(await tar(batches))]], "60 used"],
    ["a zip of pictures", [["shapes.zip", zip(folder)]], "40 used"],
    [
      "parquet with JPEG",
      [["train.parquet", parquet(await jpegs(shapes), { label: labels }, shapes.classNames)]],
      "40 used",
    ],
    [
      "parquet with PNG",
      [["train.parquet", parquet(pngs(shapes), { fine_label: labels, coarse_label: labels })]],
      "40 used",
    ],
    ["npz", [["set.npz", npz([40, 32, 32, 3], shapes.pixels, labels)]], "40 used"],
    [
      "npy",
      [
        ["x.npy", npy("|u1", [40, 32, 32, 3], shapes.pixels)],
        ["y.npy", npy("|u1", [40], Uint8Array.from(labels))],
      ],
      "40 used",
    ],
    [
      "IDX",
      [
        ["images.idx", idx([40, 32, 32], grey)],
        ["labels.idx", idx([40], Uint8Array.from(labels))],
      ],
      "40 used",
    ],
    ["CIFAR-100", [["train.bin", cifar100File(shapes)]], "40 used"],
    ["a pickle of CIFAR-100", [["train", cifar100Pickle(shapes)]], "40 used"],
    ["a zip of CIFAR", [["cifar.zip", zip({ "data_batch_1.bin": cifarFile(shapes) })]], "40 used"],
  ];
}

test("reads every form that is dropped, and searches CIFAR-100 by its coarse labels", async ({ app, page }, info) => {
  const data = page.getByRole("region", { name: "Data" });
  for (const [name, files, says] of await everyForm()) {
    await test.step(name, async () => {
      await app.chooseData("shapes");
      await app.drop(...files);
      await expect(data).toContainText(says);
      await expect(data.getByRole("alert")).toHaveCount(0);
    });
  }

  await test.step("a folder", async () => {
    const root = info.outputPath("pictures");
    for (const [path, bytes] of Object.entries(pngFolder(makeShapes({ seed: 2, count: 30 }), "shapes"))) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), bytes);
    }
    await app.dropFromDisk(join(root, "shapes"));
    await expect(data).toContainText("30 used");
    await expect(data).toContainText("triangle");
  });

  await app.drop(["train.bin", cifar100File(makeShapes({ seed: 2, count: 60 }))]);
  await data.getByText("Coarse labels").click();
  await expect(data.getByRole("button", { name: "aquatic_mammals" })).toBeVisible();
  const run = await search(app);
  expect(run.data).toMatchObject({ name: "CIFAR-100", classes: 20, pictures: 60 });
  expect(run.data.hash).toMatch(/^[0-9a-f]{64}$/);
  expect(run.settings.labels).toBe("coarse");
});

test("looks closer: one class, augmented, checked; keeps a set until it is deleted", async ({ app, page }) => {
  const data = page.getByRole("region", { name: "Data" });
  const twice = makeShapes({ seed: 2, count: 60 });
  // The last picture, which is in the test split, equals the first.
  twice.pixels.copyWithin(59 * 3072, 0, 3072);
  await app.openData("train.bin", cifarFile(twice));
  await expect(data).toContainText("60 used");
  const canvas = page.getByTestId("data-preview");
  const picture = () => canvas.evaluate((element) => (element as HTMLCanvasElement).toDataURL());
  const all = await picture();
  await data.getByRole("button", { name: "bird" }).click();
  await expect(canvas).toHaveAttribute("aria-label", "Pictures of bird");
  await expect.poll(picture).not.toBe(all);
  await data.getByRole("button", { name: "bird" }).click();
  await expect.poll(picture).toBe(all);
  await data.getByRole("button", { name: "Show augmented" }).click();
  await expect(data).toContainText("Augmented, draw 1.");
  expect(await picture()).not.toBe(all);
  await data.getByRole("button", { name: "As they are" }).click();
  await data.getByRole("button", { name: "Check the data" }).click();
  const doctor = page.getByTestId("data-doctor");
  await expect(doctor).toContainText("None: each of 60 pictures stands in one split.");
  await expect(doctor).toContainText("1 of test also in a split before it");
  await expect(doctor).toContainText("0.4914");

  await app.set({ perClass: 4, split: "shuffle" });
  await expect(data).toContainText("40 used");
  await doctor.getByRole("button", { name: "Keep in this browser" }).click();
  await expect(doctor.getByRole("list", { name: "Kept data sets" })).toContainText("CIFAR-10, kept, 185 kB");

  await app.reload();
  await app.ready();
  await expect(data).toContainText("60 used");
  await expect(page.getByLabel("Data set", { exact: true }).locator("option:checked")).toContainText("CIFAR-10, kept");
  await app.chooseData("shapes");
  await page.getByLabel("Data set", { exact: true }).selectOption({ label: "CIFAR-10, kept, 185 kB" });
  await expect(data).toContainText("60 used");
  await data.getByRole("button", { name: "Check the data" }).click();
  await doctor.getByRole("button", { name: "Delete" }).click();
  await expect(doctor.getByRole("list", { name: "Kept data sets" })).toHaveCount(0);
  await app.reload();
  await app.ready();
  await expect(page.getByLabel("Data set", { exact: true }).locator("option:checked")).toHaveText("Emoji-8, built in");
});

// The real files are no part of the project: where it is absent there is nothing to test.
if (existsSync(FORMATS)) {
  test("reads every real form", async ({ app, page }) => {
    const data = page.getByRole("region", { name: "Data" });
    for (const [name, used] of [
      ["cifar10_data_batch_1.bin", 120],
      ["cifar10_py_data_batch_1", 120],
      ["cifar-10-binary.tar.gz", 160],
      ["cifar-10-python.tar.gz", 160],
      ["cifar100_train.bin", 120],
      ["cifar100_py_train", 120],
      ["cifar-100-python.tar.gz", 160],
      ["cifar10_train.parquet", 60],
      ["images_labels.npz", 120],
    ] as const) {
      await app.drop([name, readFileSync(join(FORMATS, name))]);
      await expect(page.getByLabel("Data set", { exact: true }).locator("option:checked")).toHaveText(name);
      await expect(data).toContainText(`${used} used, 0 ignored`);
    }
  });
}

test("says what is wrong with a file and keeps the pictures it had", async ({ app, page }) => {
  await app.openData("good.bin", shapesShard(40));
  const data = page.getByRole("region", { name: "Data" });
  await expect(data).toContainText("40 used");
  const damaged = shapesShard(40);
  damaged[7 * 3073] = 10;
  const bad: [name: string, bytes: Uint8Array, message: string][] = [
    ["cut.bin", shapesShard(40).subarray(0, -1), "cut.bin has 122,919 bytes, which is not a whole number"],
    ["label.bin", damaged, "label.bin: record 8 of 40 has the label 10"],
    ["empty.bin", new Uint8Array(), "empty.bin is empty"],
    ["photo.png", Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10), "photo.png is a single picture"],
  ];
  for (const [name, bytes, message] of bad) {
    await app.openData(name, bytes);
    await expect(data.getByRole("alert")).toContainText(message);
    // So that the same file, mended, can be opened again.
    await expect(page.getByLabel("Open the files of a data set")).toHaveValue("");
    await expect(page.getByLabel("Data set", { exact: true }).locator("option:checked")).toHaveText("good.bin");
    await expect(data).toContainText("40 used");
    await app.expectStatus("idle");
  }
  await app.drop(["dropped.bin", Uint8Array.of(1, 2, 3)]);
  await expect(data.getByRole("alert")).toContainText("dropped.bin has 3 bytes");
  await app.drop([
    "evil.pkl",
    Uint8Array.from([..."\x80\x02cos\nsystem\n(S'x'\ntR."].map((char) => char.charCodeAt(0))),
  ]);
  await expect(data.getByRole("alert")).toContainText("asks for os.system");
  const run = await search(app, LONG);
  expect(run.data.source).toBe("good.bin");

  await test.step("a running search goes on as if nothing had been dropped", async () => {
    await app.button(/^Reset/).click();
    await app.ready();
    await app.primary.click();
    await app.expectStatus("running");
    for (const bytes of [Uint8Array.of(1, 2, 3), shapesShard(20, 9)]) {
      await app.drop(["while-it-runs.bin", bytes]);
      await expect(data.getByRole("alert")).toContainText("Other data can be loaded when no search is under way");
      await app.expectStatus("running");
    }
    await app.expectStatus("finished");
    await expect(data).toContainText("40 used");
    expect(repeatable((await app.exportRun()).run)).toEqual(repeatable(run));
  });
});
