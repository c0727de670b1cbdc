/** Pause, resume, step, reset and the keys, on WebGPU. */
import { PATIENCE, repeatable, SMALL } from "./searchlight";
import { expect, test } from "./test";

// One page: another would compile every kernel again.
test("pauses, steps, resumes, repeats, takes settings, compares, profiles and listens to its keys", async ({
  app,
  page,
}) => {
  test.slow();
  await app.chooseData("shapes");
  await app.set({ ...SMALL, objective: "bilevel", backend: "webgpu" });

  await test.step("pauses, steps, resumes, and repeats the run after a reset", async () => {
    await app.set({ iterations: 4 });
    await app.button(/^Step/).click();
    await app.expectIteration(1);
    await app.expectStatus("paused");
    await expect(app.primary).toHaveText("Resume");
    await app.button(/^Step/).click();
    await app.expectIteration(2);
    await app.expectStatus("paused");
    await app.primary.click();
    await app.expectStatus("finished");
    await app.expectIteration(4);
    const inSteps = await app.exportRun();

    await app.button(/^Reset/).click();
    await app.expectStatus("idle");
    await expect(app.iteration).toHaveCount(0);
    await expect(page.getByTestId("genotype-text")).toHaveCount(0);
    await expect(page.getByTestId("graph-normal").locator(".edge")).toHaveCount(0);

    await app.primary.click();
    await app.expectStatus("finished");
    const inOneGo = await app.exportRun();
    expect(inOneGo.run.environment.backend).toBe("webgpu");
    expect(repeatable(inOneGo.run)).toEqual(repeatable(inSteps.run));
  });

  await test.step("pauses a running search, takes a setting and says when", async () => {
    await app.button(/^Reset/).click();
    await app.set({ iterations: 1000 });
    await app.primary.click();
    await app.expectStatus("running");
    await expect(app.button(/^Reset/)).toBeDisabled();
    await expect(app.row("gradientClip").getByRole("textbox")).toBeDisabled();
    await app.primary.click();
    await app.expectStatus("paused");
    const at = await app.iterations();
    expect(at).toBeGreaterThan(0);

    await app.set({ gradientClip: 4, layers: 4 });
    await expect(page.getByText("1 change applies after Reset.")).toBeVisible();
    await app.tab("Log");
    const line = app.log.getByRole("listitem").filter({ hasText: "Gradient clip changed from 5 to 4." });
    await expect(line).toContainText(`iteration ${at}`);
    await expect(app.log).not.toContainText("Cells changed");

    await app.button(/^Step/).click();
    await app.expectIteration(at + 1);
    const { run } = await app.exportRun();
    expect(run.settingChanges).toEqual([{ iteration: at, name: "gradientClip", from: 5, to: 4 }]);
    expect(run.settings).toMatchObject({ gradientClip: 4, layers: 3 });
    await app.set({ layers: 3, gradientClip: 5 });
    await app.button(/^Reset/).click();
    await app.expectStatus("idle");
  });

  await test.step("listens to its keys", async () => {
    await app.key(" ");
    await app.expectStatus("running");
    await expect.poll(() => app.iterations(), { timeout: PATIENCE }).toBeGreaterThan(0);
    await app.key(" ");
    await app.expectStatus("paused");
    const at = await app.iterations();
    await app.key(".");
    await app.expectIteration(at + 1);
    await app.expectStatus("paused");
    const { run, name } = await app.exportRun("key");
    expect(run.iterations).toBe(at + 1);
    expect(name).toBe("searchlight-darts-bilevel-1.json");
    await app.key("?");
    await expect(page.getByTestId("help")).toBeVisible();
    await page.keyboard.press("Escape");
    await expect(page.getByTestId("help")).toBeHidden();
    await app.key("r");
    await app.expectStatus("idle");
    await expect(app.iteration).toHaveCount(0);

    // In a text field a key is a letter.
    await app.row("seed").getByRole("textbox").press("End");
    await page.keyboard.press(".");
    await expect(app.row("seed").getByRole("textbox")).toHaveValue("1.");
    await app.expectStatus("idle");
  });

  await test.step("compares both hypergradients and profiles while paused", async () => {
    await app.set({ seed: 1, order: "2", iterations: 3 });
    await app.tab("Self-check");
    const compare = app.button(/^Compare exact/);
    await expect(compare).toBeDisabled();
    await app.button(/^Step/).click();
    await app.expectStatus("paused");
    await compare.click();
    const numbers = page.getByTestId("hypergradient").locator("dd");
    await expect(numbers).toHaveCount(4, { timeout: PATIENCE });
    const [cosine, exact, difference, iteration] = (await numbers.allTextContents()).map(Number);
    expect(Math.abs(cosine ?? Number.NaN)).toBeLessThanOrEqual(1);
    expect(exact).toBeGreaterThan(0);
    expect(difference).toBeGreaterThan(0);
    expect(iteration).toBe(1);

    await app.tab("Profile");
    await app.button(/^Profile$/).click();
    const rows = page.getByTestId("profile-table").getByRole("row");
    await expect(rows.filter({ hasText: "all kernels" })).toContainText("100.0 %", { timeout: PATIENCE });
    expect(await rows.count()).toBeGreaterThan(20);
    await app.button(/^Step/).click();
    await app.expectIteration(2);
  });
});
