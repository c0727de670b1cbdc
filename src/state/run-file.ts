/** Writing and naming run files. */
import type { RunFile } from "../domain/run";
import type { Settings } from "../domain/settings";

/** The run as the text of a file. */
export function runFileText(run: RunFile): string {
  return `${JSON.stringify(run, null, 1)}\n`;
}

/** Name of the exported file. @param ending zip: its bundle */
export function runFileName(
  settings: Pick<Settings, "strategy" | "objective" | "seed">,
  ending: "json" | "zip" = "json",
): string {
  return `searchlight-${settings.strategy}-${settings.objective}-${settings.seed}.${ending}`;
}
