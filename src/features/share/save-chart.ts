/** Writes a chart in the form that is asked for and hands it to the browser as a file. */
import { csvText, type Table } from "../../domain/csv";
import type { AppState } from "../../state/app-state";
import { dataText, type NamedData } from "./data-text";
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
  /** What the figure was made of. */
  readonly data: readonly NamedData[];
  readonly state: AppState;
}

/** @throws Error when the browser cannot draw it */
export async function saveChart(figure: Element, chart: Chart): Promise<void> {
  const { name, file, ending, table, text, state } = chart;
  const path = `${file}.${ending}`;
  const data = dataText(chart.data);
  // The one text form is Graphviz's, which takes such lines for comments.
  if (text) return saveFile(path, `${data ? `// ${data}\n` : ""}${text(state)}`, "text/plain");
  if (ending === "csv") return saveFile(path, csvText(table(state)), "text/csv");
  const drawing = figureOf(figure, data ? `${name}. ${data}` : name);
  if (ending === "png") return saveFile(path, await pngOf(drawing), "image/png");
  saveFile(path, drawing.svg, "image/svg+xml");
}
