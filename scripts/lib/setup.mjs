// What a fresh clone needs before anything runs. Plain Node without packages: nothing may be installed yet.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { systemChromium } from "./chromium.mjs";

export const ROOT = join(import.meta.dirname, "../..");
const STAMP = join(ROOT, "node_modules/.searchlight-lock");
const windows = process.platform === "win32";

export class SetupError extends Error {
  name = "SetupError";
}

/**
 * Runs a command in the project's folder, its output shown. With `quiet`, its output goes to the error stream.
 * @returns exit code; 1 when it could not start or was stopped.
 */
export function run(command, args, { env = {}, quiet = false, timeout = 0 } = {}) {
  return new Promise((done) => {
    const child = spawn(command, args, {
      cwd: ROOT,
      env: { ...process.env, ...env },
      stdio: ["ignore", quiet ? 2 : "inherit", "inherit"],
      shell: windows && command === "npm",
      timeout,
    });
    child.on("error", (error) => {
      console.error(`${command}: ${error.message}`);
      done(1);
    });
    child.on("close", (code, signal) => {
      if (signal) console.error(`${command} was stopped (${signal}).`);
      done(code ?? 1);
    });
  });
}

/** Runs a tool that is installed in the project, by the file that its package names as `bin`. */
export function tool(name, args, options) {
  const [packageName, bin] = { tsc: ["typescript", "tsc"], biome: ["@biomejs/biome", "biome"] }[name] ?? [name, name];
  const folder = join(ROOT, "node_modules", packageName);
  const { bin: entry } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  return run(process.execPath, [join(folder, typeof entry === "string" ? entry : entry[bin]), ...args], options);
}

/** @throws SetupError when this Node is too old. */
export function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    throw new SetupError(`Searchlight needs Node 20.19 or newer; this is ${process.versions.node}.`);
  }
}

/** Whether what is installed is what the lockfile names; packages for other systems may be missing. */
function installed(lock) {
  try {
    if (existsSync(STAMP) && readFileSync(STAMP, "utf8") === lock) return true;
    const hidden = JSON.parse(readFileSync(join(ROOT, "node_modules/.package-lock.json"), "utf8")).packages;
    return Object.entries(JSON.parse(lock).packages).every(
      ([path, entry]) => path === "" || entry.optional || hidden[path]?.version === entry.version,
    );
  } catch {
    return false;
  }
}

/** Installs the packages when the lockfile changed. @throws SetupError */
export async function install({ quiet = false } = {}) {
  checkNode();
  const lock = readFileSync(join(ROOT, "package-lock.json"), "utf8");
  if (!installed(lock)) {
    console.error("Installing packages…");
    const code = await run("npm", ["ci", "--no-audit", "--no-fund"], { quiet });
    if (code !== 0) throw new SetupError("npm ci failed; see above.");
  }
  writeFileSync(STAMP, lock);
}

/** Builds the built-in data set when it is missing or out of date. @throws SetupError */
export async function buildData({ quiet = false } = {}) {
  const code = await run(process.execPath, ["scripts/build-data.mjs", ...(quiet ? ["--quiet"] : [])], { quiet });
  if (code !== 0) throw new SetupError("The built-in data could not be built; see above.");
}

async function playwrightChromium() {
  const { chromium } = await import("playwright");
  const path = chromium.executablePath();
  return path && existsSync(path) ? path : undefined;
}

function isDebianRoot() {
  return (
    process.getuid?.() === 0 && existsSync("/etc/debian_version") && spawnSync("apt-get", ["--version"]).status === 0
  );
}

/** Path of a Chromium to test with, installed if there is none. Needs the packages. @throws SetupError */
export async function chromium({ quiet = false } = {}) {
  const found = systemChromium() ?? (await playwrightChromium());
  if (found) {
    if (!existsSync(found)) throw new SetupError(`CHROMIUM_PATH names no file: ${found}`);
    return found;
  }
  console.error("Installing Chromium…");
  if (isDebianRoot()) {
    const env = { DEBIAN_FRONTEND: "noninteractive" };
    if ((await run("apt-get", ["update"], { env, quiet })) === 0) {
      await run("apt-get", ["install", "-y", "--no-install-recommends", "chromium"], { env, quiet });
    }
  }
  if (!systemChromium()) await tool("playwright", ["install", "chromium"], { quiet });
  const path = systemChromium() ?? (await playwrightChromium());
  if (!path) {
    throw new SetupError(
      "The tests need Chromium. Install Chromium or Chrome, or set CHROMIUM_PATH to one, and try again.",
    );
  }
  return path;
}

function isFree(port, host) {
  return new Promise((done) => {
    const server = createServer();
    server.once("error", () => done(false));
    server.listen(port, host, () => server.close(() => done(true)));
  });
}

/** The first free port from `first` on. @throws SetupError when a hundred are taken. */
export async function freePort(first, host = "localhost") {
  for (let port = first; port < first + 100; port++) if (await isFree(port, host)) return port;
  throw new SetupError(`No port from ${first} to ${first + 99} is free; set PORT to a free one.`);
}

/** Runs a script's main part; a problem that a person can mend is one line on the error stream. */
export async function main(body) {
  try {
    process.exitCode = (await body()) ?? process.exitCode ?? 0;
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
