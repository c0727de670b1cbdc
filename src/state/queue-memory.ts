/** Remembers the queue of seeds for as long as the tab lives, so that a reload ends none. No DOM but the storage handed in. */
import { presetSettings } from "../domain/presets";
import { parseSettings } from "../domain/settings";
import { z } from "../domain/zod";
import { isQueueAtWork, type SeedQueue } from "./seed-queue";
import type { AppStore } from "./store";

const KEY = "searchlight-seed-queue";

const stored = z.object({
  settings: z.record(z.string(), z.unknown()),
  data: z.object({ name: z.string(), source: z.string(), hash: z.string(), classes: z.int(), pictures: z.int() }),
  seeds: z.array(z.int().min(0)),
  done: z.int().min(0),
});

/** What is left of the queue that was written; null where there is none, or nothing that can be read. */
function readQueue(text: string | null): SeedQueue | null {
  try {
    const { settings, data, seeds, done } = stored.parse(JSON.parse(text ?? "null"));
    if (done >= seeds.length) return null;
    return { settings: parseSettings(settings, presetSettings("tiny")), data, seeds, done, state: "left" };
  } catch {
    return null;
  }
}

/** Takes up what another visit of this tab has left, and writes each change from here on. */
export function rememberQueue(store: AppStore, storage: Pick<Storage, "getItem" | "setItem" | "removeItem">): void {
  const queue = readQueue(storage.getItem(KEY));
  if (queue) store.setState({ queue });
  store.subscribe(({ queue: now }, { queue: before }) => {
    if (now === before) return;
    try {
      if (now?.state === "left" || isQueueAtWork(now)) storage.setItem(KEY, JSON.stringify(now));
      else storage.removeItem(KEY);
    } catch {
      // No room: the queue goes on, and ends with the page.
    }
  });
}
