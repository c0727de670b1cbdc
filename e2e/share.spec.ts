/** What leaves the page and comes back: links, bundles, charts, genotypes. */
import { DARTS_V2 } from "../src/domain/published-genotypes";
import { expectBothThemes, expectEveryWidth } from "./access";
import { bytesOf, PATIENCE, repeatable } from "./searchlight";
import { expect, test } from "./test";

const LINK =
  "#preset=tiny&data=shapes&objective=bilevel&seed=7&initChannels=2&batchSize=2&iterations=2&layers=3&backend=cpu&momentum=40";

test("shares a link, charts, a bundle and a genotype, and takes them back", async ({ app, page, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);

  await test.step("a link sets the controls and says what was corrected", async () => {
    await page.goto(`./${LINK}`);
    await expect(page.getByTestId("link-note")).toContainText("Momentum: 40 is too large, 0.999 used.");
    await app.ready();
    await expect(page.getByLabel("Data set", { exact: true })).toHaveValue("shapes");
    await app.button("Share a link").click();
    await expect(page.getByTestId("share")).toContainText("Copied.");
    const link = await page.evaluate(() => navigator.clipboard.readText());
    expect(Object.fromEntries(new URLSearchParams(new URL(link).hash.slice(1)))).toEqual({
      ...{ preset: "tiny", data: "shapes", strategy: "darts", objective: "bilevel", seed: "7" },
      ...{ initChannels: "2", batchSize: "2", iterations: "2", backend: "cpu", momentum: "0.999" },
    });
    await expectBothThemes(page, "share", ".top");
    await expectBothThemes(page, "link note", "[data-testid=link-note]");
    await page.keyboard.press("Escape");
  });

  await app.primary.click();
  await app.expectStatus("finished");
  await expect(page.getByTestId("link-note")).toHaveCount(0);
  const bundle = await test.step("a chart and a cell in each of their forms", async () => {
    const svg = await app.saveChart("Losses", "SVG drawing");
    expect(svg.name).toBe("searchlight-losses.svg");
    const text = new TextDecoder().decode(svg.bytes);
    // Self-contained: it says its colours and fonts itself.
    expect(text).toMatch(/<path [^>]*stroke="rgb\(/);
    expect(text).toContain('font-family="Inter');
    expect(text).not.toMatch(/var\(|class=|style=|<script|https?:\/\/(?!www\.w3\.org)/);
    const drawn = await page.evaluate((source) => {
      const parsed = new DOMParser().parseFromString(source, "image/svg+xml");
      return parsed.querySelector("parsererror") ? null : (parsed.querySelector("title")?.textContent ?? null);
    }, text);
    expect(drawn).toMatch(/^Losses\. Data set Shapes, hash [0-9a-f]{64}$/);
    const width = Number(/width="(\d+)"/.exec(text)?.[1]);
    const png = await app.saveChart("Losses", "PNG picture");
    const header = new DataView(png.bytes.buffer, png.bytes.byteOffset);
    expect(header.getUint32(12)).toBe(0x49484452);
    expect(header.getUint32(16)).toBe(2 * width);
    expect(new TextDecoder("latin1").decode(png.bytes)).toMatch(
      /iTXtDescription\0+Losses\. Data set Shapes, hash [0-9a-f]{64}/,
    );
    const csv = new TextDecoder()
      .decode((await app.saveChart("Losses", "CSV")).bytes)
      .trimEnd()
      .split("\n");
    expect(csv[0]).toMatch(/^iteration,explainerTrainLoss,.*,dataSet,dataHash$/);
    expect(csv[2]).toMatch(/,Shapes,[0-9a-f]{64}$/);
    expect(csv.slice(1).map((line) => line.split(",")[0])).toEqual(["1", "2"]);
    const dot = new TextDecoder().decode((await app.saveChart("Normal cell", "DOT")).bytes);
    expect(dot).toMatch(/^\/\/ Data set Shapes, hash [0-9a-f]{64}\s+digraph normal \{[\s\S]*label="/);
    await app.drop(["losses.csv", new TextEncoder().encode(csv.join("\n"))]);
    await expect(page.getByRole("region", { name: "Run file" }).getByRole("alert")).toContainText("table of a chart");
    await expect(page.locator(".mantine-Notifications-root").getByRole("alert").first()).toBeVisible();
    await expectBothThemes(page, "an error", ".mantine-Notifications-root");
    const downloaded = page.waitForEvent("download");
    await app.button("Bundle").click();
    return bytesOf(downloaded);
  });

  // The cells are drawn a moment after the status is told; by now they are.
  const { run } = await app.exportRun();
  const labels = (await page.getByTestId("graph-normal").getAttribute("aria-label")) ?? "";

  await test.step("a bundle shows the run again and gives its settings", async () => {
    expect(bundle.name).toBe("searchlight-darts-bilevel-7.zip");
    await app.reload();
    await app.ready();
    await app.drop([bundle.name, bundle.bytes]);
    const imported = page.getByTestId("imported");
    await expect(imported).toContainText("2 iterations");
    await expect(imported.getByTestId("graph-normal")).toHaveAttribute("aria-label", labels);
    await expectBothThemes(page, "imported", ".results");
    await expectEveryWidth(page, "imported");
    await imported.getByRole("button", { name: "Use these settings" }).click();
    await app.set({});
    await expect(app.row("seed").getByRole("textbox")).toHaveValue("7");
  });

  await test.step("and its search, run again, finds the same to the last bit", async () => {
    await app.chooseData("shapes");
    // Nothing is reset while pictures are read, which begins a moment after they are chosen.
    await expect(async () => {
      await app.key("r");
      await app.expectStatus("idle", 2000);
    }).toPass({ timeout: PATIENCE });
    await app.primary.click();
    await app.expectStatus("finished");
    const again = await app.exportRun();
    expect(repeatable(again.run)).toEqual(repeatable(run));
    expect(again.run.history).toEqual(run.history);
  });

  await test.step("a pasted genotype is drawn, counted and written in other forms", async () => {
    await app.tab("Genotype");
    const paste = page.getByRole("region", { name: "Paste a genotype" });
    await paste.getByRole("textbox").fill(DARTS_V2.replace("'dil_conv_3x3', 2", "'dil_conv_3x3', 9"));
    await paste.getByRole("button", { name: "Show it" }).click();
    await expect(paste.getByRole("alert")).toContainText('Node 3 of "normal" reads state 9');
    await paste.getByRole("textbox").fill(DARTS_V2);
    await paste.getByRole("button", { name: "Show it" }).click();
    const shown = page.getByTestId("imported");
    await expect(shown.getByTestId("graph-reduce").locator(".edge.kept")).toHaveCount(8);
    await expect(shown.getByTestId("evaluation")).toContainText("3,349,342");
    await shown.getByLabel("Channels C").fill("16");
    await expect(shown.getByTestId("evaluation")).not.toContainText("3,349,342");
    const compact = (await shown.getByTestId("genotype-compact").textContent()) ?? "";
    await app.drop(["compact.txt", new TextEncoder().encode(compact)]);
    await expect(shown).toContainText("NASLib's compact form");
    await expect(shown.getByTestId("genotype-text")).toContainText("('dil_conv_3x3', 2)");
  });
});
