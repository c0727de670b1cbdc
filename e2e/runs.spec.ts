/** Runs that the browser keeps: made by the queue of seeds, named, pinned, compared, deleted, and there again after a reload. */
import { expectBothThemes, expectEveryWidth } from "./access";
import { PATIENCE, SMALL } from "./searchlight";
import { expect, test } from "./test";

test("keeps runs from two seeds, compares them, and finds them after a reload", async ({ app, page }) => {
  await app.chooseData("shapes");
  await app.set({ ...SMALL, objective: "bilevel", iterations: 2, seed: 4, augment: false, backend: "cpu" });
  await app.tab("Runs");
  const rows = page.getByTestId("run");
  const row = (name: string) => rows.filter({ has: page.getByRole("button", { name: `Open ${name}`, exact: true }) });

  await test.step("the queue runs one seed after another", async () => {
    const seeds = page.getByTestId("seeds");
    await seeds.getByLabel("How many seeds").fill("2");
    await expect(seeds).toContainText("Seeds 4 and 5 of DARTS 1st × Bilevel");
    await seeds.getByRole("button", { name: "Run the next seeds" }).click();
    await expect(seeds.getByRole("progressbar")).toBeVisible();
    await app.reload();
    await app.tab("Runs");
    await expect(page.getByTestId("queue-state")).toContainText("The page was left before", { timeout: PATIENCE });
    await seeds.getByRole("button", { name: "Run the seeds that are left" }).click({ timeout: PATIENCE });
    await expect(page.getByTestId("queue-state")).toHaveText("All 2 runs are done.", { timeout: 90_000 });
    await expect(seeds).toContainText("Seeds 6, 7, and 8");
    await expect(rows).toHaveCount(2);
    await expect(rows.first()).toContainText("2 of 2");
  });

  await test.step("a run takes another name and is pinned", async () => {
    const fourth = page.getByRole("button", { name: /^Rename .*seed 4$/ });
    await fourth.click();
    const field = page.getByRole("textbox", { name: /^Name of/ });
    await field.fill("Keeper");
    await field.press("Enter");
    await page.getByRole("button", { name: "Pin Keeper" }).click();
    await expect(page.getByRole("button", { name: "Unpin Keeper" })).toBeVisible();
    await expect(rows.first()).toContainText("Keeper");
  });

  await test.step("two runs are compared", async () => {
    for (const box of await page.getByRole("checkbox", { name: /^Compare/ }).all()) await box.check();
    const comparison = page.getByTestId("comparison");
    await expect(comparison.getByTestId("compared-metrics")).toContainText("A, B: mean over 2 seeds");
    await expect(comparison.getByTestId("compared-metrics").locator("tfoot")).toContainText("±");
    await expect(comparison.getByTestId("differing-settings").getByRole("row")).toHaveCount(2);
    await expect(comparison.getByTestId("differing-settings")).toContainText("Seed45");
    await expect(comparison.getByRole("img", { name: /^Explainer, validation: A \d.*, B \d/ })).toBeVisible();
    await expect(comparison.getByTestId("graph-normal")).toHaveCount(2);
    await expect(comparison.getByTestId("difference-normal").getByRole("row").nth(8)).toBeVisible();
    await expect(page.getByTestId("agreement-reduce")).toHaveAttribute(
      "aria-label",
      /over 2 seeds: .* in [12] of 2 seeds/,
    );
    const losses = await app.saveChart("Losses", "SVG drawing", comparison);
    expect(new TextDecoder().decode(losses.bytes)).toMatch(
      /<title>Losses\. Data sets Shapes, hash [0-9a-f]{64}; Shapes, hash [0-9a-f]{64}<\/title>/,
    );
  });

  await test.step("the filled list, an opened run and the comparison can be read by all, at every width", async () => {
    const opened = page.getByTestId("opened-run");
    await page.getByRole("button", { name: "Open Keeper" }).click();
    const timeline = opened.getByTestId("timeline");
    await timeline.press("ArrowLeft");
    await expect(timeline.locator(".playhead text")).toHaveText("1");
    // On each chart of its losses; the run that the page shows, and those compared, stay where they are.
    await expect(opened.locator(".chart-moment")).toHaveCount(2);
    await expect(page.locator(".chart-moment")).toHaveCount(2);
    await timeline.press("End");
    await expect(opened.locator(".chart-moment")).toHaveCount(0);
    await expect(page.getByTestId("runs")).toContainText(/All that this page keeps: [\d.,]+ .?B of the [\d.,]+ .?B/);
    await expectBothThemes(page, "filled Runs", ".results");
    await expectEveryWidth(page, "filled Runs");
    await opened.getByRole("button", { name: "Close" }).click();
  });

  await test.step("an unfinished run goes on from the list", async () => {
    await page.getByRole("button", { name: "Reset", exact: true }).click();
    await app.set({ iterations: 1000, seed: 6 });
    await app.key(".");
    await app.expectIteration(1);
    await app.expectStatus("paused");
    await app.key("r");
    await expect(rows).toHaveCount(3);
    await page.getByRole("button", { name: /^Resume .*seed 6$/ }).click();
    await expect.poll(() => app.iterations(), { timeout: PATIENCE }).toBeGreaterThan(1);
    await app.primary.click();
    await app.expectStatus("paused");
    await app.key("r");
    await app.expectStatus("idle");
    await page.getByRole("button", { name: /^Delete .*seed 6$/ }).click();
    await page.getByRole("button", { name: "Delete", exact: true }).click();
    await expect(rows).toHaveCount(2);
  });

  await test.step("a run is deleted after a question, and the other one is there after a reload", async () => {
    const bin = page.getByRole("button", { name: /^Delete .*seed 5$/ });
    await bin.press("Enter");
    await page.getByRole("alertdialog").getByRole("button", { name: "Keep" }).press("Enter");
    await expect(bin).toBeFocused();
    await bin.press("Enter");
    await page.getByRole("alertdialog").getByRole("button", { name: "Delete" }).press("Enter");
    await expect(rows).toHaveCount(1);
    await expect(page.getByTestId("runs")).toBeFocused();
    await app.reload();
    await app.ready();
    await app.tab("Runs");
    await expect(rows).toHaveCount(1);
    await expect(page.getByRole("button", { name: "Unpin Keeper" })).toBeVisible();
    await row("Keeper").getByRole("button", { name: "Open Keeper" }).click();
    const opened = page.getByTestId("opened-run");
    await expect(opened).toContainText("Shapes, 1,500 pictures");
    await expect(opened.getByTestId("graph-normal").locator(".edge.kept")).toHaveCount(8);
    await expect(opened.getByTestId("timeline")).toHaveAttribute("aria-valuemax", "2");
    // Whatever else is loaded, the drawing names the pictures of the run.
    await app.chooseData("emoji-8");
    const cell = await app.saveChart("Normal cell", "DOT", opened);
    const [, hash = ""] =
      /^\/\/ Data set Shapes, hash ([0-9a-f]{64})\s/.exec(new TextDecoder().decode(cell.bytes)) ?? [];
    await expect(opened).toContainText(`${hash.slice(0, 12)}…`);
    expect(hash).not.toBe("");
    await opened.getByRole("button", { name: "Use its settings" }).click();
    await app.set({});
    await expect(app.row("seed").getByRole("textbox")).toHaveValue("4");
  });
});
