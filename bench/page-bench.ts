/** Opens the bench's own page in Chromium and has it measured. */
import type { Browser } from "@playwright/test";
import type { PageOptions } from "./page/measure";
import type { PageResult } from "./page/result";

/** @param tell hears what is being measured; @throws Error with what went wrong in the page, WebGPU missing included */
export async function measurePage(
  browser: Browser,
  address: string,
  options: PageOptions,
  tell: (what: string) => void,
): Promise<PageResult> {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    page.on("console", (message) => {
      if (message.type() === "info") tell(message.text());
      else if (message.type() === "error") console.error(message.text());
    });
    await page.goto(address);
    await page.waitForFunction(() => window.runBench !== undefined);
    return await page.evaluate((chosen) => {
      if (!window.runBench) throw new Error("The bench's page did not load.");
      return window.runBench(chosen);
    }, options);
  } finally {
    await context.close();
  }
}
