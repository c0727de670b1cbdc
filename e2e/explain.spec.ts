/** What explains the search: its cost before the start, slow motion, captions, and the article with its links. */
import { expectBothThemes, expectEveryWidth } from "./access";
import { PATIENCE, SMALL } from "./searchlight";
import { expect, test } from "./test";

test("tells what a search costs, shows its stages one by one, and explains its words", async ({ app, page }) => {
  const cost = page.getByTestId("cost");
  await app.chooseData("shapes");
  await app.choose("Preset", "Tiny");
  await app.choose("Objective", "LeaSE R18");

  await test.step("plans the memory of a search that is not run", async () => {
    await app.set({ ...SMALL, backend: "webgpu" });
    await cost.scrollIntoViewIfNeeded();
    await expect(cost).toHaveAttribute("data-fit", "fits", { timeout: PATIENCE });
    await expect(cost).toContainText(/activations [\d.]+, audience [\d.]+, weights [\d.]+, rest [\d.]+ MB/);
    await app.set({ batchSize: 1024 });
    await cost.scrollIntoViewIfNeeded();
    await expect(cost).toHaveAttribute("data-fit", /tight|too-large/, { timeout: PATIENCE });
    await expect(page.getByTestId("cost-advice")).toContainText(/Lower the batch from 1024 to about \d+\./);
  });

  await test.step("says what it does not know of the CPU, and measures", async () => {
    await app.set({ ...SMALL, backend: "cpu" });
    await cost.scrollIntoViewIfNeeded();
    await expect(cost).toHaveAttribute("data-fit", "unknown", { timeout: PATIENCE });
    await app.button("Measure").click();
    await expect(app.button("Again")).toBeVisible({ timeout: PATIENCE });
    await expect(cost).toContainText(/[\d.]+ m?s\s*Again/);
    await app.expectStatus("idle");
  });

  await test.step("walks through the four stages of one iteration by the keyboard", async () => {
    await app.button("Slow motion").focus();
    await page.keyboard.press("Enter");
    const slow = page.getByTestId("slow");
    for (const [i, title] of [
      "Explainer learns",
      "Explainer explains",
      "Audience learns",
      "Explainer re-learns",
    ].entries()) {
      await expect(slow.getByRole("heading", { name: title })).toBeVisible({ timeout: PATIENCE });
      await expect(slow).toContainText(`Stage ${i + 1} of 4, iteration 1`);
      await expect(page.locator(".stage-box.on .title")).toHaveText(title);
      if (i === 3) break;
      await app.button("Next stage").focus();
      await page.keyboard.press("Enter");
    }
    await expect(slow.locator(".slow-moves dd")).toHaveCount(3);
    const loss = await slow.locator("dt", { hasText: "explainer's validation loss" }).locator("+ dd").textContent();
    await app.button("Back to live").click();
    await expect(slow).toBeHidden();
    const { run } = await app.exportRun();
    expect(run.records).toHaveLength(1);
    expect(Number(loss)).toBeCloseTo(run.records[0]?.explainerValidationLoss ?? Number.NaN, 3);
  });

  await test.step("shows an explanation large", async () => {
    await page
      .getByTestId("explanations")
      .getByRole("button", { name: /^Enlarge/ })
      .first()
      .click();
    await expect(page.getByTestId("explanation-large").locator("canvas")).toHaveCount(3);
    await expectBothThemes(page, "an enlarged explanation", "[role=dialog]");
    await expectEveryWidth(page, "an enlarged explanation", "[role=dialog]");
    // Its keys are for what it hides.
    await page.keyboard.press("r");
    await app.expectStatus("paused");
    await page.keyboard.press("Escape");
    // The window gives the focus back when it is gone.
    await expect(page.getByTestId("explanation-large")).toBeHidden();
    await expect(page.getByRole("button", { name: /^Enlarge/ }).first()).toBeFocused();
  });

  await test.step("shows a term's caption to the keyboard", async () => {
    await page.locator("[data-term=entropy]").first().focus();
    await expect(page.getByRole("tooltip")).toContainText("Mean entropy");
    await page.keyboard.press("Escape");
    await expect(page.getByRole("tooltip")).toBeHidden();
  });

  await test.step("jumps between a panel and its paragraph", async () => {
    await page.getByRole("link", { name: "Learn more: The four stages of LeaSE" }).click();
    await expect(page.locator("#about-lease")).toBeFocused();
    await expect(page.locator("#about-lease")).toBeInViewport();
    await page.getByRole("link", { name: "To the four stages" }).click();
    await expect(page.locator("#panel-loop")).toBeFocused();
    await expect(page.locator("#panel-loop")).toBeInViewport();
  });
});
