import { playwright } from "@vitest/browser-playwright";
import { defineConfig } from "vitest/config";
import { launchOptions } from "./scripts/lib/chromium.mjs";
import { golden } from "./scripts/lib/golden.ts";
import { tfjsAliases, tfjsInline } from "./scripts/lib/tfjs.ts";

const GPU_TESTS = ["src/**/*.gpu.test.ts", "test/**/*.gpu.test.ts"];

export default defineConfig({
  test: {
    // Keeps transformed modules on disk: TensorFlow.js takes 8 s to transform and 1 s to read.
    experimental: { fsModuleCache: true },
    projects: [
      {
        resolve: { alias: tfjsAliases },
        test: {
          name: "unit",
          environment: "node",
          include: ["src/**/*.test.{ts,tsx}", "scripts/**/*.test.ts", "test/**/*.test.ts"],
          exclude: GPU_TESTS,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          // Files share modules, of which TensorFlow.js is large; by itself Vitest would leave a core out.
          isolate: false,
          maxWorkers: "100%",
          server: { deps: { inline: tfjsInline } },
        },
      },
      {
        plugins: [golden()],
        test: {
          name: "gpu",
          include: GPU_TESTS,
          setupFiles: ["test/gpu-setup.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // One file at a time, all on one page and one device: a software adapter compiles each kernel for long.
          fileParallelism: false,
          isolate: false,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({ launchOptions: launchOptions() }),
            instances: [{ browser: "chromium" }],
          },
        },
      },
    ],
  },
});
