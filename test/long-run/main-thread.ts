/** What the main thread of a page does while something goes on, from Chromium's own trace. */
import type { Browser, Page } from "@playwright/test";

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  /** µs, when it began. */
  readonly ts: number;
  /** µs by the clock, and of the processor. */
  readonly dur?: number;
  readonly tdur?: number;
  readonly args?: {
    readonly name?: string;
    readonly chrome_mojo_event_info?: { readonly mojo_interface_tag?: string };
  };
}

/** One task. */
export interface Task {
  /** ms by the clock: what a person waits. */
  readonly wall: number;
  /** ms of the processor: what the task takes, whatever else the machine does meanwhile. */
  readonly processor: number;
}

/** What a test asks of the page, such as which elements have a role, comes as such messages: no work of the page's own. */
const FROM_TEST = "blink.mojom.DevToolsSession";

/** The tasks of the page's main thread during `act`, without what the test itself asks. The browser must have no other page. */
export async function mainThreadTasks(browser: Browser, page: Page, act: () => Promise<void>): Promise<Task[]> {
  await browser.startTracing(page, { categories: ["toplevel", "mojom", "__metadata"] });
  await act();
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] };
  const main = new Set(
    traceEvents
      .filter(({ name, args }) => name === "thread_name" && args?.name === "CrRendererMain")
      .map(({ pid, tid }) => `${pid} ${tid}`),
  );
  const onMain = traceEvents.filter(({ ph, pid, tid }) => ph === "X" && main.has(`${pid} ${tid}`));
  const ofTest = onMain.filter(({ args }) => args?.chrome_mojo_event_info?.mojo_interface_tag === FROM_TEST);
  /** What the test asked within a task, taken from its times: the rest of the task is the page's. */
  const asked = ({ pid, tid, ts, dur = 0 }: TraceEvent, time: "dur" | "tdur") =>
    ofTest
      .filter((message) => message.pid === pid && message.tid === tid && message.ts >= ts && message.ts < ts + dur)
      .reduce((sum, message) => sum + (message[time] ?? 0), 0);
  return (
    onMain
      .filter(({ name }) => name.endsWith("RunTask"))
      // A time of nothing is not written.
      .map((task) => ({
        wall: ((task.dur ?? 0) - asked(task, "dur")) / 1000,
        processor: ((task.tdur ?? 0) - asked(task, "tdur")) / 1000,
      }))
  );
}

/** ms from each frame that the page could have drawn to the next, during `act`. */
export async function frameTimes(page: Page, act: () => Promise<void>): Promise<number[]> {
  const counting = await page.evaluateHandle(() => {
    const counted = { times: [] as number[], on: true };
    let last: number | null = null;
    const count = (now: number) => {
      if (last !== null) counted.times.push(now - last);
      last = now;
      if (counted.on) requestAnimationFrame(count);
    };
    requestAnimationFrame(count);
    return counted;
  });
  await act();
  return counting.evaluate((counted) => {
    counted.on = false;
    return counted.times;
  });
}
