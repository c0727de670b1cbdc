/** Put into the page before it loads: notes when Search was pressed, when charts drew, and what held up the main thread. */
import type { Page } from "@playwright/test";

export interface Watched {
  /** ms from the press of Search to the first point on the charts; null before. */
  firstPointMs: number | null;
  /** Durations in ms of main-thread tasks over 50 ms since the press of Search. */
  longTasks: number[];
}

type Watching = Window & { bench?: Watched };

/** Runs in the page; sees nothing of this file but its own body. */
function watchInPage(): void {
  const watched: Watched = { firstPointMs: null, longTasks: [] };
  (window as Watching).bench = watched;
  let pressedAt = Number.POSITIVE_INFINITY;
  addEventListener(
    "click",
    (event) => {
      const button = event.target instanceof Element ? event.target.closest("[data-testid=primary]") : null;
      if (button && pressedAt === Number.POSITIVE_INFINITY) pressedAt = event.timeStamp;
    },
    { capture: true },
  );
  new PerformanceObserver((list) => {
    for (const task of list.getEntries()) if (task.startTime >= pressedAt) watched.longTasks.push(task.duration);
  }).observe({ type: "longtask", buffered: true });
  // The value at the end of a line appears with its first point.
  const observer = new MutationObserver(() => {
    if (!document.querySelector("[data-testid=losses-explainer] .end-label .bold")) return;
    watched.firstPointMs = performance.now() - pressedAt;
    observer.disconnect();
  });
  observer.observe(document, { childList: true, subtree: true });
}

/** Call before the page is opened. */
export async function watch(page: Page): Promise<void> {
  await page.addInitScript(watchInPage);
}

/** @param patience ms; @throws Error when the charts stay empty so long */
export async function firstPoint(page: Page, patience: number): Promise<number> {
  const drawn = () => (window as Watching).bench?.firstPointMs ?? null;
  const handle = await page.waitForFunction(drawn, undefined, { timeout: patience, polling: 250 });
  const milliseconds = await handle.jsonValue();
  if (milliseconds === null) throw new Error("The charts are empty.");
  return milliseconds;
}

export function longTasks(page: Page): Promise<number[]> {
  return page.evaluate(() => (window as Watching).bench?.longTasks ?? []);
}
