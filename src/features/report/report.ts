/** The report of an error, for a person to copy: what happened, where, and what led to it; no picture and no weight. */
import type { Settings } from "../../domain/settings";
import type { AppState } from "../../state/app-state";
import { logText } from "../results/log-text";

/** Lines of the log that lead to the error. */
const TAIL = 40;

/** What the page knows of itself. */
export interface Surroundings {
  readonly version: string;
  readonly browser: string;
  /** Local time, ISO. */
  readonly time: string;
}

function settingLines(settings: Settings): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value}`)
    .join(" ");
}

/** @param cause the error that is reported; by default the last one of the log */
export function reportText(state: AppState, { version, browser, time }: Surroundings, cause?: Error): string {
  const { log, status, engine, data, run } = state;
  const last = log.findLast((entry) => entry.kind === "error");
  const message = cause?.message ?? last?.message ?? "no error";
  const stack = cause ? cause.stack : last?.stack;
  const adapter = engine ? `${engine.adapter}, ${engine.backend === "webgpu" ? "WebGPU" : "CPU"}` : "not known yet";
  return [
    `Searchlight ${version}: ${message}`,
    "",
    `time      ${time}`,
    `browser   ${browser}`,
    `adapter   ${adapter}`,
    `pictures  ${data ? `${data.name}, ${data.used} of ${data.total}` : "none"}`,
    `state     ${status.kind}, iteration ${run.iteration} of ${run.iterations}`,
    `settings  ${settingLines(state.runSettings ?? state.settings)}`,
    "",
    stack ? `${stack}\n` : "no stack\n",
    "log",
    ...log.slice(-TAIL).map((entry) => `${String(entry.iteration).padStart(6)}  ${logText(entry)}`),
    "",
  ].join("\n");
}
