/** Writes a chart in the form that is asked for and hands it to the browser as a file. */
import { csvText, type Table } from "../../domain/csv";
import type { DataName } from "../../domain/dataset";
import { withDataSets } from "../../domain/tables";
import type { AppState } from "../../state/app-state";
import { dataText } from "./data-text";
import { figureOf } from "./figure";
import { pngOf } from "./png";
import { withText } from "./png-text";
import { saveFile } from "./save-file";

interface Chart {
  readonly name: string;
  readonly file: string;
  readonly ending: string;
  readonly table: (state: AppState) => Table;
  /** Writes a form of its own, where that is asked for. */
  readonly text: ((state: AppState) => string) | undefined;
  /** What the figure was made of. */
  readonly data: readonly DataName[];
  readonly state: AppState;
}

/** @throws Error when the browser cannot draw it */
export async function saveChart(figure: Element, chart: Chart): Promise<void> {
  const { name, file, ending, table, text, state } = chart;
  const path = `${file}.${ending}`;
  const data = dataText(chart.data);
  // The one text form is Graphviz's, which takes such lines for comments.
  if (text) return saveFile(path, `${data ? `// ${data}\n` : ""}${text(state)}`, "text/plain");
  if (ending === "csv") return saveFile(path, csvText(withDataSets(table(state), chart.data)), "text/csv");
  const title = data ? `${name}. ${data}` : name;
  const drawing = figureOf(figure, title);
  if (ending === "png") {
    const png = new Uint8Array(await (await pngOf(drawing)).arrayBuffer());
    return saveFile(path, withText(png, "Description", title), "image/png");
  }
  saveFile(path, drawing.svg, "image/svg+xml");
}
