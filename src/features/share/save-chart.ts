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

/** The data set of a figure: that of the imported run, or that of the run at hand. */
function dataText(figure: Element, { data, imported }: AppState): string {
  const ofFile = imported?.kind === "run" ? imported.run.data : null;
  const set = figure.closest(".imported") ? ofFile : data;
  return set ? `Data set ${set.name}, hash ${set.hash}` : "";
}

/** @throws Error when the browser cannot draw it */
export async function saveChart(figure: Element, { name, file, ending, table, text, state }: Chart): Promise<void> {
  const path = `${file}.${ending}`;
  const data = dataText(figure, state);
  // The one text form is Graphviz's, which takes such lines for comments.
  if (text) return saveFile(path, `${data ? `// ${data.replace(/\s/g, " ")}\n` : ""}${text(state)}`, "text/plain");
  if (ending === "csv") return saveFile(path, csvText(table(state)), "text/csv");
  const drawing = figureOf(figure, data ? `${name}. ${data}` : name);
  if (ending === "png") return saveFile(path, await pngOf(drawing), "image/png");
  saveFile(path, drawing.svg, "image/svg+xml");
}
