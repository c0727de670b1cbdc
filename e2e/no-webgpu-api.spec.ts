/** A browser that knows no WebGPU: browsers offer it to safe addresses only, so any other address shows such a page. */
import { SMALL } from "./searchlight";
import { expect, test, withoutWebGPU } from "./test";

// An address for documentation (RFC 5737), led back to this machine.
const ADDRESS = "192.0.2.7";

test.use({
  baseURL: ({ baseURL }, use) => use((baseURL ?? "").replace("localhost", ADDRESS)),
  launchOptions: withoutWebGPU(`--host-resolver-rules=MAP ${ADDRESS} localhost`),
});

test("says so and searches on the CPU", async ({ app, page }) => {
  expect(await page.evaluate(() => [window.isSecureContext, "gpu" in navigator])).toEqual([false, false]);
  const report = page.getByTestId("no-webgpu");
  await expect(report.locator("li.failed")).toContainText("WebGPU API");
  await expect(report).toContainText("Chrome or Edge 113");
  await expect(page.getByTestId("adapter")).toHaveText("CPU, no WebGPU");
  await app.set({ ...SMALL, objective: "bilevel", iterations: 2 });
  await app.primary.click();
  await app.expectStatus("finished");
  const { run } = await app.exportRun();
  expect(run.environment.backend).toBe("cpu");
});
