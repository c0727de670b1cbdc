/** Every search method from the page, on the CPU so that it is quick, and what the page shows of it alone. */
import { CELL_KINDS, EDGES, PRIMITIVES } from "../src/domain/primitives";
import type { RunFile } from "../src/domain/run";
import { methodSettings, SEARCH_METHODS, type SearchMethod } from "../src/domain/settings";
import type { Searchlight } from "./searchlight";
import { expect, test } from "./test";

/** Each method takes a step; P-DARTS takes two, so that its second stage begins. */
const STEPS: Partial<Record<SearchMethod, number>> = { "p-darts": 2 };

/** What the cells show of the operations that the last iteration drew: a lane for each that is not none. */
async function expectLanes({ page }: Searchlight, { records }: RunFile): Promise<void> {
  const picks = records.at(-1)?.picks ?? [];
  for (const [i, kind] of CELL_KINDS.entries()) {
    const drawn = picks.filter((op, at) => Math.floor(at / EDGES) % 2 === i && PRIMITIVES[op] !== "none");
    await expect(page.getByTestId(`graph-${kind}`).locator("path.lane")).toHaveCount(drawn.length);
    await expect(page.getByTestId(`strip-${kind}`).getByTestId("row-picks")).toBeVisible();
  }
}

async function expectViews(app: Searchlight, method: SearchMethod, run: RunFile): Promise<void> {
  const { page } = app;
  await expect(page.getByTestId("row-betas")).toHaveCount(method === "pc-darts" ? 2 : 0);
  const marks = page.getByTestId("entropy-chart").locator(".mark");
  await expect(marks).toHaveText(method === "p-darts" ? ["stage 2"] : []);
  for (const name of Object.keys(run.records.at(-1)?.schedules ?? {})) {
    await expect(page.getByTestId(`course-${name}`).locator("path.line")).toHaveCount(1);
  }
  if (method === "gdas" || method === "msg-das") await expectLanes(app, run);
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
