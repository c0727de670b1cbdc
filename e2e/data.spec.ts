/** CIFAR-10 shards, dropped and opened; files that cannot be used. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Settings } from "../src/domain/settings";
import { shapesShard } from "../test/files/cifar";
import { type Searchlight, SMALL } from "./searchlight";
import { expect, test } from "./test";

const REAL = join(process.env.DATA_DIR ?? "../shared/data", "cifar10/data_batch_1.bin");

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
  await expect(page.getByLabel("Data set").locator("option:checked")).toHaveText("small.bin");
  const data = page.getByRole("region", { name: "Data" });
  await expect(data).toContainText("60 used, 0 ignored");
  await expect(data).toContainText("24 weights");
  await expect(data).toContainText("24 architecture");
  await expect(data).toContainText("12 test");
  await expect(data.locator(".counts li")).toHaveText(Array.from({ length: 10 }, () => "6"));
  await expect(data).toContainText("frog");
  const run = await search(app);
  expect(run.data).toMatchObject({ name: "CIFAR-10", source: "small.bin", classes: 10, pictures: 60 });
});

// The real file is no part of the project: where it is absent there is nothing to test.
if (existsSync(REAL)) {
  test("searches the real data_batch_1.bin by LeaSE on WebGPU", async ({ app, page }) => {
    console.log(`Real CIFAR-10: ${REAL}`);
    const bytes = readFileSync(REAL);
    await app.drop(["data_batch_1.bin", bytes]);
    const data = page.getByRole("region", { name: "Data" });
    await expect(data).toContainText("10,000 used, 0 ignored");
    await expect(data).toContainText("4,000 weights");
    const counts = new Array<number>(10).fill(0);
    for (let at = 0; at < bytes.length; at += 3073) counts[bytes[at] ?? 0] = (counts[bytes[at] ?? 0] ?? 0) + 1;
    await expect(data.locator(".counts li")).toHaveText(counts.map((count) => count.toLocaleString("en-US")));
    const run = await search(app, { objective: "lease-r18", iterations: 1, backend: "webgpu" });
    expect(run.data).toMatchObject({ source: "data_batch_1.bin", pictures: 10_000 });
    expect(run.environment.backend).toBe("webgpu");
    expect(run.settings.objective).toBe("lease-r18");
    expect(run.records).toHaveLength(1);
  });
}

test("says what is wrong with a file and keeps the pictures it had", async ({ app, page }) => {
  await app.openData("good.bin", shapesShard(40));
  const data = page.getByRole("region", { name: "Data" });
  await expect(data).toContainText("40 used");
  const damaged = shapesShard(40);
  damaged[7 * 3073] = 10;
  const bad: [name: string, bytes: Uint8Array, message: string][] = [
    ["cut.bin", shapesShard(40).subarray(1), "cut.bin has 122,919 bytes, which is not a whole number"],
    ["label.bin", damaged, "label.bin: record 8 of 40 has the label 10"],
    ["empty.bin", new Uint8Array(), "empty.bin is empty"],
    ["photo.png", Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10), "photo.png looks like a PNG picture"],
  ];
  for (const [name, bytes, message] of bad) {
    await app.openData(name, bytes);
    await expect(data.getByRole("alert")).toContainText(message);
    // So that the same file, mended, can be opened again.
    await expect(page.getByLabel("Open a CIFAR-10")).toHaveValue("");
    await expect(page.getByLabel("Data set").locator("option:checked")).toHaveText("good.bin");
    await expect(data).toContainText("40 used");
    await app.expectStatus("idle");
  }
  await app.drop(["dropped.bin", Uint8Array.of(1, 2, 3)]);
  await expect(data.getByRole("alert")).toContainText("dropped.bin has 3 bytes");
  await app.drop(["one.bin", shapesShard(40)], ["two.bin", shapesShard(40)]);
  await expect(page.getByText("One file at a time")).toBeVisible();
  const run = await search(app);
  expect(run.data.source).toBe("good.bin");
});
