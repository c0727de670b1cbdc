/** Naming run files. */
import type { Settings } from "../domain/settings";

/** Name of the exported file. @param ending zip: its bundle */
export function runFileName(
  settings: Pick<Settings, "strategy" | "objective" | "seed">,
  ending: "json" | "zip" = "json",
): string {
  return `searchlight-${settings.strategy}-${settings.objective}-${settings.seed}.${ending}`;
}
