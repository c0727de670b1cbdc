import { defineConfig } from "@playwright/test";
import { launchOptions } from "./scripts/lib/chromium.mjs";
import { freePort } from "./scripts/lib/setup.mjs";

// Workers read this file again: the port chosen first is handed on.
process.env.E2E_PORT ??= String(await freePort(4273));
const port = Number(process.env.E2E_PORT);

export default defineConfig({
  testDir: "e2e",
  testMatch: "*.spec.ts",
  outputDir: "test-results",
  // The software adapter already uses every core.
  workers: 1,
  fullyParallel: false,
  retries: 0,
  forbidOnly: Boolean(process.env.CI),
  timeout: 180_000,
  expect: { timeout: 15_000 },
  reporter: "list",
  use: {
    baseURL: `http://localhost:${port}/`,
    browserName: "chromium",
    launchOptions: launchOptions(),
    screenshot: "only-on-failure",
    trace: "off",
  },
  webServer: {
    command: `npx vite build --logLevel warn && npx vite preview --host localhost --port ${port} --strictPort`,
    url: `http://localhost:${port}/`,
    reuseExistingServer: false,
    timeout: 240_000,
  },
});
