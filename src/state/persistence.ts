/** Asks the browser not to clear away what the page keeps for a person. Knows no page. */

/**
 * @param storage undefined where the browser has none
 * @returns asks when it is called first; a refusal changes nothing
 */
export function persistence(storage: Pick<StorageManager, "persist" | "persisted"> | undefined): () => void {
  let asked = false;
  const ask = async () => {
    if (storage && !(await storage.persisted())) await storage.persist();
  };
  return () => {
    if (asked) return;
    asked = true;
    // Some browsers have no such thing, or not here.
    ask().catch(() => undefined);
  };
}
