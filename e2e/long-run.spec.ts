/** A run of 10,000 iterations that goes on: charts stay small, and no task of the page is long. */
import { CHART_POINTS } from "../src/state/decimate";
import { frameTimes, mainThreadTasks } from "../test/long-run/main-thread";
import { ALL, START } from "../test/long-run/pace";
import { scroll, scrub, serveLongRun } from "../test/long-run/page";
import { PATIENCE, Searchlight } from "./searchlight";
import { expect, test } from "./test";

/** What a person feels as a stop. */
const LONG_MS = 50;

test("stays smooth with 10,000 iterations of history", async ({ page, browser }, info) => {
  await serveLongRun(page);
  const app = new Searchlight(page);
  await app.open();
  await app.primary.click();
  await expect.poll(() => app.iterations(), { timeout: PATIENCE }).toBeGreaterThan(START);

  let frames: number[] = [];
  const tasks = await mainThreadTasks(browser, page, async () => {
    frames = await frameTimes(page, async () => {
      await scroll(page, 3);
      await scrub(page, 3);
    });
  });
  expect(tasks.length).toBeGreaterThan(100);
  // Of the processor: by the clock a task takes as long as the machine lets it wait, which is no property of the page.
  const processor = tasks.reduce((sum, task) => sum + task.processor, 0);
  expect(processor).toBeGreaterThan(100);
  const longest = Math.max(...tasks.map(({ processor }) => processor));
  const median = frames.sort((a, b) => a - b)[frames.length >> 1];
  const description = `longest task ${longest.toFixed(1)} ms, median frame ${median?.toFixed(1)} ms`;
  info.annotations.push({ type: "while scrolling and scrubbing", description });
  expect(longest).toBeLessThan(LONG_MS);

  // The run went on, and the page looks at the moment where the drag ended.
  const timeline = page.getByTestId("timeline");
  const looked = Number(await timeline.getAttribute("aria-valuenow"));
  expect(looked).toBeGreaterThan(0);
  expect(looked).toBeLessThan(0.5 * ALL);
  expect(await app.iterations()).toBeGreaterThan(START + 100);
  await expect(page.getByTestId("loop")).toContainText(String(looked));

  await test.step("compares and opens two long runs, and writes a file of this one", async () => {
    const runs = page.getByTestId("runs");
    const others = await mainThreadTasks(browser, page, async () => {
      await app.tab("Runs");
      for (const name of ["seed 1", "seed 2"]) await runs.getByRole("checkbox", { name: `Compare ${name}` }).check();
      const comparison = page.getByTestId("comparison");
      await expect(comparison.getByRole("img", { name: /^Explainer, validation: A \d.*, B \d/ })).toBeVisible({
        timeout: PATIENCE,
      });
      await runs.getByRole("button", { name: "Open seed 2" }).click();
      await expect(page.getByTestId("opened-run").getByTestId("graph-normal")).toBeVisible({ timeout: PATIENCE });
      const downloaded = page.waitForEvent("download");
      await app.key("e");
      await downloaded;
    });
    const longestOther = Math.max(...others.map(({ processor }) => processor));
    info.annotations.push({ type: "while comparing", description: `longest task ${longestOther.toFixed(1)} ms` });
    expect(others.length).toBeGreaterThan(50);
    expect(longestOther).toBeGreaterThan(1);
    expect(longestOther).toBeLessThan(LONG_MS);
    await app.tab("Genotype");
  });

  for (const line of await page.locator("path.recharts-curve").all()) {
    const points = ((await line.getAttribute("d")) ?? "").split(/[MLC]/).length - 1;
    expect(points).toBeLessThanOrEqual(CHART_POINTS);
  }
});
