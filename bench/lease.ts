/** LeaSE R18, Tiny preset, Emoji-8 on the real page: what a person waits for. */
import { type Browser, expect } from "@playwright/test";
import { Searchlight } from "../e2e/searchlight";
import type { Environment } from "../src/domain/run";
import type { Settings } from "../src/domain/settings";
import { median } from "./median";
import { firstPoint, longTasks, watch } from "./watch";

const MINUTE = 60_000;
/** The first iteration compiles. */
const WARM_UP = 1;

export interface LeaseResult {
  readonly firstPointMs: number;
  /** Median of `iterationMs`. */
  readonly msPerIteration: number;
  /** As the engine counts them, after the warm-up. */
  readonly iterationMs: readonly number[];
  /** Main-thread tasks over 50 ms, from the press of Search to the pause after the last iteration. */
  readonly longTasks: readonly number[];
}

/** A page that nobody opened before: no compiled kernel is left over. */
export async function freshPage<T>(
  browser: Browser,
  address: string,
  use: (app: Searchlight) => Promise<T>,
): Promise<T> {
  const context = await browser.newContext({ baseURL: address, viewport: { width: 1440, height: 900 } });
  try {
    const page = await context.newPage();
    await watch(page);
    const app = new Searchlight(page);
    await app.open();
    return await use(app);
  } finally {
    await context.close();
  }
}

/** Never resolves. @throws Error with what the page says when the search stops */
async function stopped(app: Searchlight): Promise<never> {
  const failed = app.page.locator("[data-testid=primary][data-status=failed]");
  await failed.waitFor({ state: "attached", timeout: 5 * MINUTE });
  throw new Error(`The search stopped: ${(await app.log.textContent()) ?? ""}`);
}

/** Presses Search on LeaSE R18, Tiny, Emoji-8 and waits for `iterations` after the warm-up; then pauses. */
export function measureLease(
  browser: Browser,
  address: string,
  backend: Settings["backend"],
  iterations: number,
): Promise<{ readonly result: LeaseResult; readonly environment: Environment }> {
  return freshPage(browser, address, async (app) => {
    await app.chooseData("emoji-8");
    await app.choose("Preset", "Tiny");
    await app.choose("Objective", "LeaSE R18");
    await app.set({ backend });
    // What choosing costs is no cost of the search.
    await app.page.waitForTimeout(1000);
    await app.primary.click();
    const firstPointMs = await Promise.race([firstPoint(app.page, 5 * MINUTE), stopped(app)]);
    await expect
      .poll(() => app.iterations(), { timeout: 10 * MINUTE, intervals: [500] })
      .toBeGreaterThanOrEqual(WARM_UP + iterations);
    await app.primary.click();
    await app.expectStatus("paused");
    const tasks = await longTasks(app.page);
    const { run } = await app.exportRun();
    const iterationMs = run.records
      .slice(WARM_UP, WARM_UP + iterations)
      .map(({ milliseconds }) => Math.round(milliseconds));
    const result = {
      firstPointMs: Math.round(firstPointMs),
      msPerIteration: median(iterationMs),
      iterationMs,
      longTasks: tasks.map(Math.round),
    };
    return { result, environment: run.environment };
  });
}
