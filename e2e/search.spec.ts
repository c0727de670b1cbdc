/** A LeaSE search on WebGPU, from the press of Search to two discovered cells: on real CIFAR-10 where it is, else on Shapes. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Locator, Page } from "@playwright/test";
import { cellsOf } from "../src/domain/alpha-history";
import { type Alphas, deriveGenotype } from "../src/domain/genotype";
import { historyOfFile } from "../src/domain/history-file";
import type { CellKind } from "../src/domain/primitives";
import { alphasOfFile } from "../src/domain/run";
import { PATIENCE, type Searchlight, SMALL } from "./searchlight";
import { expect, test } from "./test";

// No part of the project.
const REAL = join(process.env.DATA_DIR ?? "../shared/data", "cifar10/data_batch_1.bin");

const ITERATIONS = 4;
const PLACES = 8;

/** How many colours a canvas shows: 1 when nothing is drawn. */
function colours(canvas: Locator): Promise<number> {
  return canvas.evaluate((element) => {
    const { width, height } = element as HTMLCanvasElement;
    const pixels = (element as HTMLCanvasElement).getContext("2d")?.getImageData(0, 0, width, height).data;
    return new Set(new Uint32Array(pixels?.buffer ?? new ArrayBuffer(4))).size;
  });
}

/** Vertices of each line of a chart. */
function linePoints(chart: Locator): Promise<number[]> {
  return chart
    .locator("path.recharts-curve")
    .evaluateAll((paths) => paths.map((path) => (path.getAttribute("d") ?? "").split(/[ML]/).length - 1));
}

/** x of an iteration on a wide timeline, in pixels. */
function placeOf(iteration: number, width: number): number {
  return 96 + (iteration / ITERATIONS) * (width - 97);
}

/** Both graphs show the cells of these alphas. */
async function expectCells(page: Page, alphas: Alphas): Promise<void> {
  const genotype = deriveGenotype(alphas);
  for (const kind of ["normal", "reduce"] satisfies CellKind[]) {
    for (const [i, [op, state]] of genotype[kind].entries()) {
      const from = state < 2 ? `k−${2 - state}` : `${state - 2}`;
      const edge = new RegExp(`${from} → ${Math.floor(i / 2)}: ${op},`);
      await expect(page.getByTestId(`graph-${kind}`)).toHaveAccessibleName(edge);
    }
  }
}

async function dropReal(app: Searchlight): Promise<void> {
  console.log(`Real CIFAR-10: ${REAL}`);
  const bytes = readFileSync(REAL);
  await app.drop(["data_batch_1.bin", bytes]);
  const data = app.page.getByRole("region", { name: "Data" });
  await expect(data).toContainText("10,000 used, 0 ignored");
  await expect(data).toContainText("4,000 weights");
  const counts = new Array<number>(10).fill(0);
  for (let at = 0; at < bytes.length; at += 3073) counts[bytes[at] ?? 0] = (counts[bytes[at] ?? 0] ?? 0) + 1;
  await expect(data.locator(".counts li")).toHaveText(counts.map((count) => count.toLocaleString("en-US")));
}

test("finds two cells on WebGPU", async ({ app, page }) => {
  test.slow();
  await expect(page.getByTestId("adapter")).toContainText(/SwiftShader|CPU/);
  if (existsSync(REAL)) await dropReal(app);
  else await app.chooseData("shapes");
  expect(await colours(page.getByTestId("data-preview"))).toBeGreaterThan(100);
  await app.choose("Preset", "Tiny");
  await app.choose("Objective", "LeaSE R18");
  await app.set({ ...SMALL, iterations: ITERATIONS, backend: "webgpu", autotune: true });
  await app.primary.click();
  // Kernels are chosen and compiled first, for long on a software adapter.
  await app.expectStatus("finished", 3 * PATIENCE);
  await app.expectIteration(ITERATIONS);
  await expect(page.getByTestId("adapter")).toContainText("software adapter");

  await test.step("draws both cells", async () => {
    for (const kind of ["normal", "reduce"] satisfies CellKind[]) {
      const graph = page.getByTestId(`graph-${kind}`);
      await expect(graph.locator(".edge")).toHaveCount(14);
      await expect(graph.locator(".edge.kept")).toHaveCount(PLACES);
      await expect(graph.locator(".edge-label")).toHaveCount(PLACES);
      await expect(page.getByTestId(`strip-${kind}`).locator(".leader")).toHaveCount(14);
      // After so few iterations nothing is decided yet.
      await expect(graph.locator(".edge.undecided")).toHaveCount(PLACES);
      await expect(graph.locator(".edge.undecided").first()).toHaveCSS("stroke-dasharray", /^\d/);
      const cell = page.getByRole("region", {
        name: `${kind === "normal" ? "Normal" : "Reduction"} cell`,
        exact: true,
      });
      await expect(cell).toContainText(
        /entropy 2\.0\d of 2\.08 nats\s*lead 0\.0[0-2]\d\s*8 undecided\s*stable for [0-3] iterations?/,
      );
    }
  });

  await test.step("draws a point for each iteration", async () => {
    for (const id of ["losses-explainer", "losses-audience", "timeline"]) {
      await expect
        .poll(() => linePoints(page.getByTestId(id)), { timeout: PATIENCE })
        .toEqual([ITERATIONS, ITERATIONS]);
    }
    await expect(page.getByTestId("loop")).not.toContainText("–");
  });

  await test.step("draws explanations", async () => {
    const pictures = page.getByTestId("explanations").locator("canvas");
    const count = await pictures.count();
    expect(count).toBeGreaterThanOrEqual(3);
    for (let i = 0; i < count; i++) expect(await colours(pictures.nth(i))).toBeGreaterThan(8);
  });

  await test.step("writes the genotype that its alphas say", async () => {
    const { run } = await app.exportRun();
    expect(run.environment.backend).toBe("webgpu");
    expect(run.settings.objective).toBe("lease-r18");
    if (existsSync(REAL)) expect(run.data).toMatchObject({ source: "data_batch_1.bin", pictures: 10_000 });
    expect(run.records.map(({ iteration }) => iteration)).toEqual([1, 2, 3, 4]);
    const derived = deriveGenotype(alphasOfFile(run.alphas));
    expect(run.genotype).toEqual(derived);
    const squeezed = async (id: string) => ((await page.getByTestId(id).textContent()) ?? "").replace(/\s/g, "");
    expect(await squeezed("genotype-text")).toBe(run.genotypeText.replace(/\s/g, ""));
    const { name, hash } = run.data;
    expect(JSON.parse(await squeezed("genotype-json"))).toEqual({ ...derived, data: { name, hash } });
    for (const form of ["DOT, for Graphviz", "SVG drawing"]) {
      const downloaded = page.waitForEvent("download");
      await page.getByRole("button", { name: "Save Normal cell as a file" }).click();
      await page.getByRole("button", { name: form }).click();
      expect(readFileSync(await (await downloaded).path(), "utf8")).toContain(`Data set ${name}, hash ${hash}`);
    }
  });

  await test.step("looks back on the run by the timeline", async () => {
    const { run } = await app.exportRun();
    const moments = run.history ? historyOfFile(run.history, run.iterations).moments : [];
    const timeline = page.getByTestId("timeline");
    const width = (await timeline.boundingBox())?.width ?? 0;
    const playhead = timeline.locator(".playhead");
    const look = async (iteration: number) => {
      await expect(timeline).toHaveAttribute("aria-valuenow", String(iteration));
      await expect(playhead.locator("text")).toHaveText(String(iteration));
      const x = Number(await playhead.locator("circle").getAttribute("cx"));
      expect(x).toBeCloseTo(placeOf(iteration, width), 0);
      await expectCells(page, cellsOf(moments[iteration]?.alphas ?? new Float32Array()));
      const record = run.records[iteration - 1];
      if (!record) return;
      const loss = page.getByTestId("losses-explainer").locator(".end-label .bold").first();
      await expect(loss).toHaveText(record.explainerValidationLoss.toFixed(3));
      await expect(page.getByTestId("loop")).toContainText(record.explainerTrainLoss.toFixed(3));
    };
    await timeline.focus();
    for (const [key, iteration] of [
      ["Home", 0],
      ["ArrowRight", 1],
      ["ArrowUp", 2],
      ["ArrowDown", 1],
    ] as const) {
      await page.keyboard.press(key);
      await look(iteration);
    }
    await expect(page.getByTestId("losses-audience").locator(".chart-moment circle")).toHaveCount(2);
    await timeline.click({ position: { x: placeOf(3, width), y: 20 } });
    await look(3);
    // It is drawn along, and stays where it is let go.
    await timeline.hover({ position: { x: placeOf(3, width), y: 20 } });
    await page.mouse.down();
    await timeline.hover({ position: { x: placeOf(1, width), y: 20 } });
    await look(1);
    await timeline.hover({ position: { x: placeOf(2, width), y: 20 } });
    await page.mouse.up();
    await timeline.hover({ position: { x: placeOf(3, width), y: 20 } });
    await look(2);
    await app.button("back to live").click();
    await look(ITERATIONS);
    await expect(page.locator(".chart-moment")).toHaveCount(0);
  });
});
