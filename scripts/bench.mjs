// npm run bench: builds the product and the bench's own page and measures both in Chromium. --json: one JSON object only; --quick: a short check.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { loadTypeScript } from "./lib/load-ts.mjs";
import { buildData, chromium, freePort, install, main, ROOT, SetupError, tool } from "./lib/setup.mjs";

const FOLDER = "build/bench";
/** The bench's own page lies beside the product, at an address of its own. */
const PAGE = "bench-page";

function options() {
  try {
    const flags = { json: { type: "boolean", default: false }, quick: { type: "boolean", default: false } };
    return parseArgs({ options: flags }).values;
  } catch (error) {
    throw new SetupError(`${error.message} There are --json and --quick.`);
  }
}

/** What is measured, "-dirty" when something that is built differs from the commit. */
function commit() {
  const git = (...words) => spawnSync("git", words, { cwd: ROOT, encoding: "utf8" });
  const head = git("rev-parse", "--short=12", "HEAD");
  if (head.status !== 0) return "unknown";
  const built = ["src", "bench", "public", "index.html", "vite.config.ts", "package-lock.json"];
  const changes = git("status", "--porcelain", "--", ...built).stdout.trim();
  return head.stdout.trim() + (changes === "" ? "" : "-dirty");
}

await main(async () => {
  const { json, quick } = options();
  await install({ quiet: true });
  await buildData({ quiet: true });
  process.env.CHROMIUM_PATH = await chromium({ quiet: true });
  const measured = commit();
  const build = async (folder, ...options) => {
    const words = ["build", "--outDir", join(ROOT, folder), "--emptyOutDir", "--logLevel", "warn", ...options];
    if ((await tool("vite", words, { quiet: true })) !== 0) throw new SetupError("The build failed; see above.");
  };
  await build(FOLDER);
  await build(`${FOLDER}/${PAGE}`, "--config", "bench/page/vite.config.ts");

  const port = await freePort(4373);
  const { preview } = await import("vite");
  const server = await preview({
    root: ROOT,
    build: { outDir: FOLDER },
    preview: { host: "localhost", port, strictPort: true },
    logLevel: "error",
  });
  try {
    const { bench, table } = await loadTypeScript("bench/main.ts");
    const tell = (what) => console.error(`${what}…`);
    const address = `http://localhost:${port}/`;
    const result = await bench({ address, pageAddress: `${address}${PAGE}/`, commit: measured, quick, tell });
    console.log(json ? JSON.stringify(result, null, 2) : table(result));
  } finally {
    await server.close();
  }
});
