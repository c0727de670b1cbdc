/** The wording of log lines. Plain functions. */
import { methodOf, SETTINGS } from "../../domain/settings";
import { stageText } from "../../domain/stages";
import type { LogEntry } from "../../state/app-state";
import { badgeText, METHOD_TEXT, mishapText, OBJECTIVE_TEXT, planText, sizeText } from "../texts";

export function logText(entry: LogEntry): string {
  switch (entry.kind) {
    case "engine":
      return `Engine: ${entry.engine.backend === "webgpu" ? "WebGPU" : "CPU"} on ${entry.engine.adapter} (${badgeText(entry.engine, entry.asSet).text}).`;
    case "data":
      return `Data: ${entry.name}, ${entry.used.toLocaleString("en-US")} pictures, hash ${entry.hash}.`;
    case "started": {
      const { objective, seed } = entry.settings;
      const begun = `Run begun: ${METHOD_TEXT[methodOf(entry.settings)].label} × ${OBJECTIVE_TEXT[objective].label}, seed ${seed}, ${sizeText(entry.settings)}`;
      return entry.plan ? `${begun} ${planText(entry.plan)}` : begun;
    }
    case "stage":
      return `${stageText(entry.stage, entry.count)}.`;
    case "measured":
      return `Measured: ${(entry.milliseconds / 1000).toPrecision(2)} s for an iteration of the next run.`;
    case "shown":
      return `A kept run is shown, made of ${entry.run.data.name}.`;
    case "incident":
      return mishapText(entry);
    case "finished":
      return "Run finished.";
    case "reset":
      return "Run forgotten: the next one starts from the seed.";
    case "change":
      return `${SETTINGS[entry.change.name].label} changed from ${entry.change.from} to ${entry.change.to}.`;
    case "link":
      return ["Settings and seed taken from a link.", ...entry.corrections].join(" ");
    case "imported":
      return `Run file opened: ${entry.name}.`;
    case "genotype":
      return `Genotype opened: ${entry.name}.`;
    case "exported":
      return `Run exported: ${entry.name}.`;
    case "error":
      return entry.message;
    default:
      return entry satisfies never;
  }
}
