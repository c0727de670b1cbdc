/** The page with 10,000 iterations of history, while they go on: how long it keeps a person waiting. */
import { type Browser, expect } from "@playwright/test";
import { Searchlight } from "../e2e/searchlight";
import { frameTimes, mainThreadTasks } from "../test/long-run/main-thread";
import { START } from "../test/long-run/pace";
import { scroll, scrub, serveLongRun } from "../test/long-run/page";
import { median } from "./median";

const SECONDS = 5;

export interface Smoothness {
  /** Longest task of the main thread, ms of the processor and by the clock. */
  readonly longestTask: { readonly processor: number; readonly wall: number };
  /** From one frame to the next, ms. */
  readonly frameMs: { readonly median: number; readonly most: number };
}

export interface LongRunResult {
  readonly iterations: number;
  readonly scrolling: Smoothness;
  readonly scrubbing: Smoothness;
}

export async function measureLongRun(browser: Browser, address: string): Promise<LongRunResult> {
  const context = await browser.newContext({ baseURL: address, viewport: { width: 1440, height: 900 } });
  try {
    const page = await context.newPage();
    await serveLongRun(page);
    const app = new Searchlight(page);
    await app.open();
    await app.primary.click();
    await expect.poll(() => app.iterations(), { timeout: 120_000 }).toBeGreaterThan(START);
    const during = async (act: () => Promise<void>): Promise<Smoothness> => {
      let frames: number[] = [];
      const tasks = await mainThreadTasks(browser, page, async () => {
        frames = await frameTimes(page, act);
      });
      const most = (values: readonly number[]) => values.reduce((a, b) => Math.max(a, b), 0);
      return {
        longestTask: {
          processor: most(tasks.map(({ processor }) => processor)),
          wall: most(tasks.map(({ wall }) => wall)),
        },
        frameMs: { median: median(frames), most: most(frames) },
      };
    };
    const scrolling = await during(() => scroll(page, SECONDS));
    const scrubbing = await during(() => scrub(page, SECONDS));
    return { iterations: START, scrolling, scrubbing };
  } finally {
    await context.close();
  }
}
