/** Axe on the whole page in both themes, before and during a run and with everything open; and every width without overlap. */

import type { Page } from "@playwright/test";
import type { Genotype } from "../src/domain/genotype";
import { expectEveryWidth, expectNoSerious, THEMES } from "./access";
import { PATIENCE, SMALL } from "./searchlight";
import { expect, test } from "./test";

/** Its first alphas choose so many skips for the normal cell; with a learning rate of 0 they stay. */
const SKIPS_SEED = 41;

/** What does not change at once where it changes, by its tags and classes. */
function movingParts(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const lasts = (durations: string) => durations.split(",").some((duration) => Number.parseFloat(duration) > 0.001);
    return [...document.querySelectorAll("body *")]
      .filter((element) => {
        const { transitionDuration, transitionProperty, animationName, animationDuration } = getComputedStyle(element);
        const moves = transitionProperty !== "none" && lasts(transitionDuration);
        return moves || (animationName !== "none" && lasts(animationDuration));
      })
      .map((element) => `${element.tagName.toLowerCase()}.${element.getAttribute("class") ?? ""}`);
  });
}

test("has no serious fault of access in either theme and no overlap at any width", async ({ app, page }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await test.step("before a run, with everything open", async () => {
    await expectEveryWidth(page, "before a run");
    await app.set({ ...SMALL, iterations: 1000, backend: "cpu" });
    await page.getByRole("button", { name: "From the web" }).click();
    await page.getByRole("button", { name: "Check the data" }).click();
    for (const colorScheme of THEMES) {
      await page.emulateMedia({ colorScheme });
      await expectNoSerious(page, `before a run, ${colorScheme}`);
    }
  });
  await test.step("with each tab and dialog open", async () => {
    for (const tab of await page.getByRole("tab").all()) {
      await tab.click();
      await expectNoSerious(page, `tab ${await tab.textContent()}`, ".results");
    }
    await app.key("?");
    await expect(page.getByTestId("help")).toBeVisible();
    await expectNoSerious(page, "help", "[role=dialog]");
    await page.keyboard.press("Escape");
    await expect(page.getByTestId("help")).toBeHidden();
  });
  await test.step("during a run whose normal cell collapses into skips", async () => {
    await app.set({ seed: SKIPS_SEED, alphaLearningRate: 0 });
    await app.primary.click();
    await expect(page.getByTestId("collapse")).toContainText(/[4-8] of its 8 edges only pass/, { timeout: PATIENCE });
    await expect(page.getByTestId("live-region")).toHaveText("Searching, 0 percent done.");
    expect(await movingParts(page)).toEqual([]);
    await page.emulateMedia({ reducedMotion: "no-preference" });
    expect((await movingParts(page)).length).toBeGreaterThan(10);
    await page.emulateMedia({ reducedMotion: "reduce" });
    await app.primary.click();
    await app.expectStatus("paused");
    await expect(page.getByTestId("live-region")).toHaveText("Paused.");
    for (const colorScheme of THEMES) {
      await page.emulateMedia({ colorScheme });
      await expectNoSerious(page, `a run, ${colorScheme}`);
    }
    await expectEveryWidth(page, "a run");
  });
  await test.step("its cells are derived with at most two skips, and as found again", async () => {
    await page.getByRole("button", { name: "Derive with at most two skips" }).click();
    const { run } = await app.exportRun();
    const skips = (cell: Genotype["normal"]) => cell.filter(([op]) => op === "skip_connect").length;
    expect(skips(run.genotype.normal)).toBeGreaterThanOrEqual(4);
    expect(run.limited?.maxSkips).toBe(2);
    expect(skips(run.limited?.genotype.normal ?? run.genotype.normal)).toBeLessThanOrEqual(2);
    const text = page.getByTestId("genotype-text");
    await expect(text).toContainText("Searchlight_at_most_2_skips");
    const note = page.getByTestId("limited");
    await expectNoSerious(page, "cells with few skips", "[data-testid=limited]");
    await note.getByRole("button", { name: "Show as found" }).click();
    await expect(note).toHaveCount(0);
    await expect(text).not.toContainText("at_most");
  });
});
