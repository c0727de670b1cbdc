/** Every search method from the page, on the CPU so that it is quick, and what the page shows of it alone. */
import { CELL_KINDS, EDGES, PRIMITIVES } from "../src/domain/primitives";
import type { RunFile } from "../src/domain/run";
import { methodSettings, SEARCH_METHODS, type SearchMethod } from "../src/domain/settings";
import { type Searchlight, SMALL } from "./searchlight";
import { expect, test } from "./test";

type Shown = "drawn" | "found";

/** Each method takes a step; P-DARTS takes two, so that its second stage begins. */
const STEPS: Partial<Record<SearchMethod, number>> = { "p-darts": 2 };

/** What the cells show of the operations that the last iteration drew: a lane for each that is not none, and how often. */
async function expectPicks({ page }: Searchlight, { records }: RunFile, shown: Shown): Promise<void> {
  const picks = records.at(-1)?.picks ?? [];
  for (const [i, kind] of CELL_KINDS.entries()) {
    const drawn = picks.filter((op, at) => Math.floor(at / EDGES) % 2 === i && PRIMITIVES[op] !== "none");
    const lanes = page.getByTestId(`graph-${kind}`).locator("path.lane");
    await expect(lanes).toHaveCount(shown === "drawn" ? drawn.length : 0);
    await expect(page.getByTestId(`strip-${kind}`).getByTestId("row-picks")).toBeVisible();
  }
}

/** @param shown of a sampled strategy; a finished run shows the cell that it found */
async function expectViews(
  app: Searchlight,
  method: SearchMethod,
  run: RunFile,
  shown: Shown = "drawn",
): Promise<void> {
  const { page } = app;
  await expect(page.getByTestId("row-betas")).toHaveCount(method === "pc-darts" ? 2 : 0);
  const marks = page.getByTestId("timeline").locator(".stage-mark");
  await expect(marks).toHaveText(method === "p-darts" ? ["stage 2"] : []);
  for (const name of Object.keys(run.records.at(-1)?.schedules ?? {})) {
    const chart = page.getByTestId(`course-${name}`);
    await expect(chart.locator("path.line")).toHaveCount(1);
    await expect(chart.locator(".note"), `a caption of ${name}`).not.toBeEmpty();
  }
  if (method === "gdas" || method === "msg-das") await expectPicks(app, run, shown);
}

test("searches by every method that the list offers", async ({ app }) => {
  await app.chooseData("shapes");
  await app.choose("Objective", "Bilevel");
  for (const method of SEARCH_METHODS) {
    await app.chooseMethod(method);
    const steps = STEPS[method] ?? 1;
    // Wide enough for partial channels.
    await app.set({ initChannels: 8, batchSize: 2, backend: "cpu", iterations: 3 });
    for (let step = 1; step <= steps; step++) {
      await app.button(/^Step/).click();
      await app.expectIteration(step);
    }
    const stage = app.page.getByTestId("readout-stage");
    if (method === "p-darts") await expect(stage).toContainText("of 3");
    else await expect(stage).toHaveCount(0);
    const { run } = await app.exportRun();
    expect(run.settings).toMatchObject(methodSettings(method));
    expect(run.records).toHaveLength(steps);
    await expectViews(app, method, run);
    await app.button(/^Reset/).click();
    await app.ready();
  }
});

test("searches by LeaSE over MSG-DAS, and shows each sub-graph that it draws", async ({ app, page }) => {
  await app.chooseData("shapes");
  await app.choose("Objective", "LeaSE R18");
  await app.chooseMethod("msg-das");
  await app.set({ ...SMALL, backend: "cpu", iterations: 2, subGraphs: 3 });
  await app.primary.click();
  await app.expectStatus("finished");
  const { run } = await app.exportRun();
  expect(run.settings).toMatchObject({ strategy: "msg-das", objective: "lease-r18" });
  expect(run.records.map(({ picks }) => picks?.length)).toEqual([6 * EDGES, 6 * EDGES]);
  await expectViews(app, "msg-das", run, "found");
  await page.getByTestId("sampled").getByText("Drawn now").click();
  await expectViews(app, "msg-das", run);
  await expect(page.getByTestId("course-tau")).toContainText("temperature τ 1");
  await expect(page.getByTestId("course-lambda")).toContainText("guidance λ 0.01");
});
