// npm test: every check, in order; goes on after a failure. The last line is the sum: "N passed, N failed".
// Names of stages run those alone: node scripts/test.mjs types lint imports unit gpu e2e golden matrix.
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { atLeastOneFailure, countPlaywright, countVitest, failuresOf, goldenCases, goldenRun } from "./lib/reports.mjs";
import { buildData, chromium, freePort, install, ROOT, run, SetupError, tool } from "./lib/setup.mjs";

const REPORTS = join(ROOT, "build/test");
const MINUTE = 60_000;

/** Said again at the end, where a long output is still seen. */
const failures = [];

function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined; // The runner stopped before it wrote one: counted as a failure.
  }
}

/** A check that is one pass or one failure. */
async function one(...commands) {
  for (const command of commands) if ((await command()) !== 0) return { passed: 0, failed: 1 };
  return { passed: 1, failed: 0 };
}

async function vitest(project, filters = [], { env = {}, timeout = 15 * MINUTE } = {}) {
  const file = join(REPORTS, `${[project, ...filters].join("-")}.json`);
  rmSync(file, { force: true });
  const code = await tool(
    "vitest",
    [
      "run",
      "--project",
      project,
      "--allowOnly=false",
      "--reporter=default",
      "--reporter=json",
      `--outputFile.json=${file}`,
      ...filters,
    ],
    { env, timeout },
  );
  const report = readReport(file);
  failures.push(...failuresOf(report));
  return { report, count: atLeastOneFailure(countVitest(report), code) };
}

async function endToEnd() {
  const file = join(REPORTS, "e2e.json");
  rmSync(file, { force: true });
  const code = await tool("playwright", ["test", "--forbid-only", "--reporter=list,json"], {
    env: { PLAYWRIGHT_JSON_OUTPUT_FILE: file, E2E_PORT: String(await freePort(4273)) },
    timeout: 25 * MINUTE,
  });
  return atLeastOneFailure(countPlaywright(readReport(file)), code);
}

/** The golden numbers alone, on the CPU reference and on WebGPU; fewer cases than the index lists is a failure. */
async function golden() {
  const folder = process.env.GOLDEN_DIR || join(ROOT, "test/golden");
  const index = readReport(join(folder, "darts/index.json"));
  if (!index) throw new SetupError(`There is no readable darts/index.json in ${folder}.`);
  const sum = { passed: 0, failed: 0 };
  const wanted = goldenCases(index);
  for (const project of ["unit", "gpu"]) {
    const { report, count } = await vitest(project, ["golden"]);
    const ran = goldenRun(report, wanted);
    const missing = wanted.filter((name) => !ran.includes(name));
    console.log(
      `Golden cases passed on ${project === "unit" ? "the CPU" : "WebGPU"}: ${ran.length} of ${wanted.length}.`,
    );
    if (missing.length > 0) console.log(`Not passed: ${missing.join(", ")}.`);
    sum.passed += count.passed;
    sum.failed += Math.max(count.failed, missing.length > 0 ? 1 : 0);
  }
  return sum;
}

/** Every search method with every objective, Tiny, on the CPU and on WebGPU: too long for each run of all checks. */
async function matrix() {
  const sum = { passed: 0, failed: 0 };
  for (const project of ["unit", "gpu"]) {
    const { count } = await vitest(project, ["pairs"], { env: { VITE_PAIRS: "tiny" }, timeout: 120 * MINUTE });
    sum.passed += count.passed;
    sum.failed += count.failed;
  }
  return sum;
}

/** The configurations and the headless search find it by its name. */
async function useChromium() {
  process.env.CHROMIUM_PATH = await chromium();
  console.log(process.env.CHROMIUM_PATH);
}

async function noBrowser() {
  throw new SetupError("Not run: there is no Chromium.");
}

const STAGES = {
  types: () =>
    one(
      () => tool("tsc", ["-p", "."]),
      () => tool("tsc", ["-p", "tsconfig.rooms.json"]),
    ),
  lint: () =>
    one(() => tool("biome", ["ci", "--error-on-warnings", `--colors=${process.stdout.isTTY ? "force" : "off"}`, "."])),
  imports: () => one(() => run(process.execPath, ["scripts/check-imports.mjs"])),
  unit: async () => (await vitest("unit")).count,
  gpu: async () => (await vitest("gpu")).count,
  e2e: endToEnd,
  golden,
  matrix,
};
const ALL = ["types", "lint", "imports", "unit", "gpu", "e2e"];
const BROWSER = ["gpu", "e2e", "golden", "matrix"];
// Unit tests start the headless search too: on the software adapter of Chromium where there is no GPU.
const CHROMIUM = ["unit", ...BROWSER];

async function stage(name, body) {
  console.log(`\n── ${name} ──`);
  const start = Date.now();
  const count = await body().catch((error) => {
    console.error(error instanceof SetupError ? error.message : error);
    return { passed: 0, failed: 1 };
  });
  if (count.failed > 0) failures.push(`${name}: ${count.failed} failed`);
  console.log(
    `── ${name}: ${count.passed} passed, ${count.failed} failed, ${((Date.now() - start) / 1000).toFixed(1)} s`,
  );
  return count;
}

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in STAGES));
if (unknown.length > 0) {
  console.error(`There is no stage ${unknown.join(", ")}; there are ${Object.keys(STAGES).join(", ")}.`);
  process.exit(2);
}
const names = asked.length > 0 ? asked : ALL;
const total = { passed: 0, failed: 0 };
const add = (count) => {
  total.passed += count.passed;
  total.failed += count.failed;
  return count.failed === 0;
};

mkdirSync(REPORTS, { recursive: true });
async function setup(name, body) {
  return add(
    await stage(name, async () => {
      await body();
      return { passed: 0, failed: 0 };
    }),
  );
}
if (await setup("install", install)) {
  await setup("data", buildData);
  const needed = names.some((name) => CHROMIUM.includes(name));
  const browser = !needed || (await setup("Chromium", useChromium));
  for (const name of names) {
    add(await stage(name, browser || !BROWSER.includes(name) ? STAGES[name] : noBrowser));
  }
}
if (failures.length > 0) console.log(`\nFailed:\n${failures.map((line) => `  ${line}`).join("\n")}`);
console.log(`\n${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed > 0 ? 1 : 0);
