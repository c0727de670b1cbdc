/** Whether a search holds more after 50 iterations than after the first 5 or few more: the bilevel objective on the smallest network. */
import type { Browser } from "@playwright/test";
import { SMALL } from "../e2e/searchlight";
import type { BackendName } from "../src/domain/run";
import { freshPage } from "./lease";

const [EARLY, LATE] = [5, 50];

export interface Held {
  readonly bytes: number;
  readonly tensors: number;
}
export interface MemoryResult {
  readonly after5: Held;
  readonly after50: Held;
}

/** "1,234 bytes in 56 tensors" */
function held(text: string | null): Held {
  const [bytes = Number.NaN, tensors = Number.NaN] = (text ?? "").replace(/,/g, "").match(/\d+/g)?.map(Number) ?? [];
  return { bytes, tensors };
}

export function measureMemory(browser: Browser, address: string, backend: BackendName): Promise<MemoryResult> {
  return freshPage(browser, address, async (app) => {
    const readout = app.page.locator("[data-testid^=readout-][title*=tensors]");
    const read = async () => held(await readout.getAttribute("title"));
    await app.chooseData("shapes");
    await app.choose("Objective", "Bilevel");
    // The bilevel objective has no audience.
    const { audienceWidth: _, ...smallest } = SMALL;
    await app.set({ ...smallest, iterations: LATE, backend });
    // In a row: only then is an iteration begun before the last one's results are read, into a buffer of its own.
    await app.primary.click();
    while ((await app.iterations()) < EARLY) await app.page.waitForTimeout(20);
    await app.primary.click();
    await app.expectStatus("paused");
    const after5 = await read();
    await app.primary.click();
    await app.expectStatus("finished");
    return { after5, after50: await read() };
  });
}
