/** Writes a chart in the form that is asked for and hands it to the browser as a file. */
import { csvText, type Table } from "../../domain/csv";
import type { AppState } from "../../state/app-state";
import { figureOf } from "./figure";
import { pngOf } from "./png";
import { saveFile } from "./save-file";

interface Chart {
  readonly name: string;
  readonly file: string;
  readonly ending: string;
  readonly table: (state: AppState) => Table;
  /** Writes a form of its own, where that is asked for. */
  readonly text: ((state: AppState) => string) | undefined;
  readonly state: AppState;
}

/** @throws Error when the browser cannot draw it */
export async function saveChart(figure: Element, { name, file, ending, table, text, state }: Chart): Promise<void> {
  const path = `${file}.${ending}`;
  if (text) return saveFile(path, text(state), "text/plain");
  if (ending === "csv") return saveFile(path, csvText(table(state)), "text/csv");
  const drawing = figureOf(figure, name);
  if (ending === "png") return saveFile(path, await pngOf(drawing), "image/png");
  saveFile(path, drawing.svg, "image/svg+xml");
}
