/** The path of somebody who has never heard of architecture search: from the first look to a run that is there the next day. */
import { PATIENCE } from "./searchlight";
import { expect, test } from "./test";

test("opens, searches, reads captions, exports a genotype, and finds the run after a reload", async ({
  app,
  page,
  browser,
  baseURL,
}) => {
  await test.step("the page can be used before engine, charts and tabs arrive", async () => {
    const slow = await browser.newPage({ baseURL: baseURL ?? "" });
    const held: (() => void)[] = [];
    await slow.route(/workers\/main\/|assets\/(Learning|Results|charts)/, async (route) => {
      await new Promise<void>((go) => held.push(go));
      await route.continue().catch(() => undefined);
    });
    await slow.goto("./");
    await expect(slow.getByTestId("primary")).toBeVisible();
    await expect(slow.getByText("Starting the engine…")).toBeVisible();
    await expect(slow.getByTestId("graph-normal").locator(".strands path")).toHaveCount(112);
    const objective = slow.getByRole("radiogroup", { name: "Objective" });
    await objective.getByText("Bilevel", { exact: true }).click();
    await expect(objective.getByRole("radio", { name: "Bilevel" })).toBeChecked();
    await slow.getByRole("button", { name: "Switch between light and dark" }).click();
    await expect(slow.locator("html")).toHaveAttribute("data-mantine-color-scheme", "dark");
    expect(held.length).toBeGreaterThan(1);
    for (const go of held) go();
    await slow.close();
  });

  await test.step("what to do stands there", async () => {
    await expect(page.getByRole("heading", { name: "Eight operations compete for every edge." })).toBeVisible();
    await expect(page.getByText("Press Search: all of them are trained together")).toBeVisible();
    await expect(page.getByText("Data never leaves this browser")).toBeVisible();
    await expect(app.primary).toHaveText(/^Search/);
    for (const scheme of ["dark", "light"]) {
      await page.getByRole("button", { name: "Switch between light and dark" }).click();
      await expect(page.locator("html")).toHaveAttribute("data-mantine-color-scheme", scheme);
    }
  });

  await test.step("Search shows cells that form", async () => {
    // The default search works as well, but its first iteration takes a minute of a machine without a graphics card.
    await page.getByRole("radiogroup", { name: "Preset" }).getByText("Tiny", { exact: true }).click();
    await app.primary.click();
    await expect.poll(() => app.iterations(), { timeout: PATIENCE }).toBeGreaterThan(0);
    await app.primary.click();
    await app.expectStatus("paused");
    for (const kind of ["normal", "reduce"]) {
      await expect(page.getByTestId(`graph-${kind}`).locator(".edge.kept")).toHaveCount(8);
    }
  });

  await test.step("every part says what it is", async () => {
    const regions = ["Data", "Method", "Normal cell", "Reduction cell", "Losses", "Explanations", "Over the run"];
    for (const name of regions) {
      const captions = page.getByRole("region", { name, exact: true }).locator(".note, [data-term]");
      await expect(captions.first(), name).toBeVisible();
    }
    await expect(page.getByText("The explainer is the network being searched.")).toBeVisible();
    const cell = page.getByRole("region", { name: "Normal cell", exact: true });
    await cell.getByRole("button", { name: "entropy" }).focus();
    await expect(page.getByRole("tooltip")).toContainText("0 when each edge has decided");
  });

  const genotype = await test.step("the genotype is exported", async () => {
    const { run, name } = await app.exportRun();
    expect(name).toMatch(/^searchlight-.*\.json$/);
    expect(run.genotypeText).toContain("normal_concat");
    await expect(page.getByTestId("genotype-text")).toContainText("normal_concat");
    return run.genotype;
  });

  await test.step("the run is there after a reload", async () => {
    await app.reload();
    await app.ready();
    await app.tab("Runs");
    const runs = page.getByTestId("run");
    await expect(runs).toHaveCount(1);
    await runs.getByRole("button", { name: /^Open / }).click();
    const opened = page.getByTestId("opened-run");
    await expect(opened.getByTestId("graph-normal").locator(".edge.kept")).toHaveCount(8);
    const label = (await opened.getByTestId("graph-normal").getAttribute("aria-label")) ?? "";
    for (const [op] of genotype.normal) expect(label).toContain(op);
  });
});
