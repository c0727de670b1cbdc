/** Every search method from the page: an iteration each, on the CPU so that it is quick. */
import { methodSettings, SEARCH_METHODS } from "../src/domain/settings";
import { expect, test } from "./test";

test("searches by every method that the list offers", async ({ app }) => {
  await app.chooseData("shapes");
  await app.choose("Objective", "Bilevel");
  for (const method of SEARCH_METHODS) {
    await app.chooseMethod(method);
    // Wide enough for partial channels.
    await app.set({ initChannels: 8, batchSize: 2, backend: "cpu" });
    await app.button(/^Step/).click();
    await app.expectIteration(1);
    const stage = app.page.getByTestId("readout-stage");
    if (method === "p-darts") await expect(stage).toContainText("1 of 3");
    else await expect(stage).toHaveCount(0);
    const { run } = await app.exportRun();
    expect(run.settings).toMatchObject(methodSettings(method));
    expect(run.records).toHaveLength(1);
    await app.button(/^Reset/).click();
    await app.ready();
  }
});
