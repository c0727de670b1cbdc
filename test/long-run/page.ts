/** Opens the product with the engine of a long run in place of its worker. */
import { fileURLToPath } from "node:url";
import type { Page } from "@playwright/test";
import { build } from "vite";

/** The code of the engine as one module. */
async function engineCode(): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: "error",
    build: {
      write: false,
      target: "es2023",
      lib: { entry: fileURLToPath(new URL("engine.ts", import.meta.url)), formats: ["es"] },
    },
  });
  const outputs = Array.isArray(built) ? built : [built];
  const chunk = outputs.flatMap((one) => ("output" in one ? one.output : [])).find(({ type }) => type === "chunk");
  if (chunk?.type !== "chunk") throw new Error("The engine of the long run was not built.");
  return chunk.code;
}

/** Scrolls up and down for some seconds, a little every tenth of one. */
export async function scroll(page: Page, seconds: number): Promise<void> {
  await page.mouse.move(700, 500);
  for (let i = 0; i < 10 * seconds; i++) {
    await page.mouse.wheel(0, i % 20 < 10 ? 60 : -60);
    await page.waitForTimeout(100);
  }
}

/** Drags the playhead back and forth through the first half of the run for some seconds. */
export async function scrub(page: Page, seconds: number): Promise<void> {
  const timeline = page.getByTestId("timeline");
  await timeline.scrollIntoViewIfNeeded();
  const box = await timeline.boundingBox();
  if (!box) throw new Error("The timeline has no place.");
  const at = (i: number) => box.x + box.width * (0.2 + 0.015 * Math.abs(10 - (i % 20)));
  await page.mouse.move(at(0), box.y + 20);
  await page.mouse.down();
  for (let i = 1; i <= 10 * seconds; i++) {
    await page.mouse.move(at(i), box.y + 20);
    await page.waitForTimeout(100);
  }
  await page.mouse.up();
}

/** Call before the page is opened; on a first visit, when no service worker has the real engine yet. */
export async function serveLongRun(page: Page): Promise<void> {
  const body = await engineCode();
  await page.route("**/workers/main/*.js", (route) => route.fulfill({ contentType: "text/javascript", body }));
}
