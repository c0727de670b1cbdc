/** Measures the bench's own page and the built product in headless Chromium and gives the numbers as one object. */
import { availableParallelism, loadavg } from "node:os";
import { type Browser, chromium } from "@playwright/test";
import { launchOptions } from "../scripts/lib/chromium.mjs";
import { measureData } from "./data";
import { measureLease } from "./lease";
import { measureLongRun } from "./long-run";
import { measureMemory } from "./memory";
import { measurePage } from "./page-bench";
import type { BenchResult } from "./result";

export { table } from "./table";

export interface BenchOptions {
  /** Where the built product is served. */
  readonly address: string;
  /** Where the bench's own page is served. */
  readonly pageAddress: string;
  readonly commit: string;
  /** One measurement of each instead of five, no memory. */
  readonly quick: boolean;
  /** Hears what is being measured. */
  readonly tell: (what: string) => void;
}

async function measure(browser: Browser, options: BenchOptions): Promise<BenchResult> {
  const { address, pageAddress, commit, quick, tell } = options;
  const load = Number((loadavg()[0] ?? 0).toFixed(2));
  const count = quick ? 1 : 5;
  const own = await measurePage(browser, pageAddress, { quick }, tell);
  tell("LeaSE on the backend that auto chooses");
  const auto = await measureLease(browser, address, "auto", 0);
  tell("LeaSE on the CPU");
  const cpu = await measureLease(browser, address, "cpu", count);
  tell("LeaSE on WebGPU");
  const webgpu = await measureLease(browser, address, "webgpu", count);
  tell("The page with 10,000 iterations of history");
  const longRun = await measureLongRun(browser, address);
  if (!quick) tell("Memory after 5 and after 50 iterations");
  const memory = quick ? null : await measureMemory(browser, address, "webgpu");
  const data = quick ? null : await measureData(browser, address, tell);
  const longTaskMs = [auto, cpu, webgpu].flatMap(({ result }) => result.longTasks);
  return {
    commit,
    machine: { cores: availableParallelism(), load },
    browser: `Chromium ${browser.version()}`,
    ...own,
    lease: {
      msPerIteration: webgpu.result.msPerIteration,
      firstPointMs: auto.result.firstPointMs,
      auto: auto.environment.backend,
      cpu: cpu.result,
      webgpu: webgpu.result,
    },
    page: { longTasks: longTaskMs.length, longTaskMs },
    longRun,
    memory,
    data,
  };
}

export async function bench(options: BenchOptions): Promise<BenchResult> {
  const browser = await chromium.launch({ headless: true, ...launchOptions() });
  try {
    return await measure(browser, options);
  } finally {
    await browser.close();
  }
}
