/** A run as a file: exported, looked at, used again; files that are none. */
import { productVersion } from "../scripts/lib/version.mjs";
import { cellsOf } from "../src/domain/alpha-history";
import { type Alphas, deriveGenotype, softmaxRows } from "../src/domain/genotype";
import { historyOfFile } from "../src/domain/history-file";
import { CELL_EDGES, PRIMITIVES } from "../src/domain/primitives";
import { alphasOfFile } from "../src/domain/run";
import { SMALL } from "./searchlight";
import { expect, test } from "./test";

/** The name of the normal cell's graph: the operations and weights of its kept edges, node by node. */
function graphName(alphas: Alphas): RegExp {
  const weights = softmaxRows(alphas.normal);
  const { normal } = deriveGenotype(alphas);
  const edges = CELL_EDGES.flatMap(({ index, node, state }) => {
    const kept = normal.slice(2 * node, 2 * node + 2).find(([, from]) => from === state);
    if (!kept) return [];
    const weight = weights[index * PRIMITIVES.length + PRIMITIVES.indexOf(kept[0])];
    return [`${kept[0]}, α ${weight?.toFixed(3)},`];
  });
  return new RegExp(edges.join(".*"));
}

test("exports a run, shows it again and takes its settings", async ({ app, page }) => {
  await app.chooseData("shapes");
  const chosen = { ...SMALL, objective: "bilevel", iterations: 2, seed: 7, momentum: 0.5, augment: false } as const;
  await app.set({ ...chosen, backend: "cpu" });
  await app.primary.click();
  await app.expectStatus("finished");
  const { name, text, run } = await app.exportRun();
  expect(name).toBe("searchlight-darts-bilevel-7.json");
  expect(run).toMatchObject({ seed: 7, iterations: 2, settings: chosen, environment: { backend: "cpu" } });
  // The same as the terminal's of this commit.
  expect(run.environment.version).toBe(productVersion("."));
  // Drawings come when it is their turn.
  const graph = graphName(alphasOfFile(run.alphas));
  await expect(page.getByTestId("graph-normal")).toHaveAccessibleName(graph);

  // A fresh page knows nothing of the run but the file.
  await app.reload();
  await app.ready();
  await app.importRun(name, text);
  const imported = page.getByTestId("imported");
  await expect(imported).toContainText(name);
  await expect(imported).toContainText("2 iterations");
  await expect(imported).toContainText("Shapes, 1,500 pictures");
  await expect(imported.getByTestId("graph-normal")).toHaveAccessibleName(graph);
  await expect(imported.getByTestId("graph-reduce").locator(".edge.kept")).toHaveCount(8);
  // Its history moves its cells alone.
  const timeline = imported.getByTestId("timeline");
  await timeline.press("Home");
  const start = run.history && historyOfFile(run.history, run.iterations).moments[0];
  if (!start) throw new Error("The file has no history.");
  await expect(imported.getByTestId("graph-normal")).toHaveAccessibleName(graphName(cellsOf(start.alphas)));
  await timeline.press("End");
  await expect(imported.getByTestId("graph-normal")).toHaveAccessibleName(graph);
  await imported.getByRole("button", { name: "Use these settings" }).click();
  await app.set({});
  await expect(app.row("seed").getByRole("textbox")).toHaveValue("7");
  await expect(app.row("momentum").getByRole("textbox")).toHaveValue("0.5");
  await expect(app.row("initChannels").getByRole("textbox")).toHaveValue("2");
  await expect(app.row("augment").getByRole("switch")).not.toBeChecked();
  await expect(app.row("backend").getByRole("combobox")).toHaveValue("cpu");
  await expect(page.getByRole("radiogroup", { name: "Objective" }).getByLabel("Bilevel")).toBeChecked();

  await test.step("refuses what is no run file and keeps what it shows", async () => {
    const bad: [name: string, text: string, message: string][] = [
      ["note.json", "not JSON", "note.json is not JSON"],
      ["other.json", "{}", "other.json is not a Searchlight run"],
      ["cut.json", JSON.stringify({ ...run, alphas: { normal: [], reduce: [] } }), 'At "alphas.normal"'],
    ];
    for (const [badName, badText, message] of bad) {
      await app.importRun(badName, badText);
      await expect(page.getByRole("region", { name: "Run file" }).getByRole("alert")).toContainText(message);
      await app.tab("Imported run");
      await expect(imported).toContainText(name);
    }
    // Dropping takes the same way.
    await app.drop(["dropped.json", new TextEncoder().encode("[]")]);
    await app.tab("Genotype");
    await expect(page.getByRole("region", { name: "Run file" }).getByRole("alert")).toContainText("dropped.json");
  });
  await app.tab("Imported run");
  await imported.getByRole("button", { name: "Close" }).click();
  await expect(imported).toHaveCount(0);
});
