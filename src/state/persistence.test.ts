import { expect, it } from "vitest";
import { persistence } from "./persistence";

/** A browser that answers so; notes how often it was asked. */
function browser(had: boolean, answer: () => Promise<boolean>) {
  const asked = { count: 0 };
  const persist = () => {
    asked.count++;
    return answer();
  };
  return { asked, storage: { persisted: async () => had, persist } };
}

const turn = () => new Promise((done) => setTimeout(done));

it("asks once, not where it is granted already, and takes a refusal", async () => {
  const refusing = browser(false, async () => false);
  const ask = persistence(refusing.storage);
  ask();
  ask();
  await turn();
  expect(refusing.asked.count).toBe(1);
  const granted = browser(true, async () => true);
  persistence(granted.storage)();
  await turn();
  expect(granted.asked.count).toBe(0);
});

it("does without where a browser knows no such thing", async () => {
  persistence(undefined)();
  persistence(browser(false, () => Promise.reject(new TypeError("not here"))).storage)();
  persistence({} as StorageManager)();
  await turn();
});
