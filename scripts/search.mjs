// npm run search: makes what the headless search needs, then runs it. Prints nothing of its own to standard output.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { swiftshaderFolder } from "./lib/chromium.mjs";
import { buildData, install, main, ROOT, SetupError, tool } from "./lib/setup.mjs";

const BUNDLE = join(ROOT, "build/cli/search.js");
const STAMP = join(ROOT, "build/cli/sources");

/** Changes when a source file of the bundle does. */
function sourcesKey() {
  const hash = createHash("sha256");
  const folders = ["src/cli", "src/data", "src/domain", "src/engine"];
  const inside = folders.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true }).map((name) => join(folder, name)),
  );
  const others = [
    "package.json",
    "package-lock.json",
    "vite.cli.config.ts",
    "scripts/lib/tfjs.ts",
    "scripts/lib/version.mjs",
  ];
  for (const name of [...inside.filter((path) => path.endsWith(".ts")), ...others].sort()) {
    hash.update(`${name}\0`).update(readFileSync(join(ROOT, name)));
  }
  return hash.digest("hex");
}

async function bundle() {
  const key = sourcesKey();
  if (existsSync(BUNDLE) && existsSync(STAMP) && readFileSync(STAMP, "utf8") === key) return;
  const code = await tool("vite", ["build", "--config", "vite.cli.config.ts", "--logLevel", "warn"], { quiet: true });
  if (code !== 0) throw new SetupError("The search could not be built; see above.");
  mkdirSync(join(ROOT, "build/cli"), { recursive: true });
  writeFileSync(STAMP, key);
}

const LOADERS = [
  "/usr/lib",
  "/usr/lib64",
  "/lib64",
  "/usr/local/lib",
  "/usr/lib/x86_64-linux-gnu",
  "/usr/lib/aarch64-linux-gnu",
];
const DRIVERS = [
  "/usr/share/vulkan/icd.d",
  "/etc/vulkan/icd.d",
  "/usr/local/share/vulkan/icd.d",
  "/usr/local/etc/vulkan/icd.d",
];

/**
 * Dawn needs a Vulkan loader and a driver. Where this Linux has none, the two that come with Chromium serve: SwiftShader,
 * in software. The loader's folder must be known before the process starts.
 */
function vulkan(env) {
  if (process.platform !== "linux" || env.VK_DRIVER_FILES || env.VK_ICD_FILENAMES) return {};
  const loader = LOADERS.some((folder) => existsSync(join(folder, "libvulkan.so.1")));
  const driver = DRIVERS.some((folder) => {
    const isFolder = statSync(folder, { throwIfNoEntry: false })?.isDirectory();
    return isFolder && readdirSync(folder).some((name) => name.endsWith(".json"));
  });
  const folder = loader && driver ? undefined : swiftshaderFolder(env);
  if (!folder) return {};
  const icd = join(folder, "vk_swiftshader_icd.json");
  const path = [env.LD_LIBRARY_PATH, folder].filter(Boolean).join(":");
  return {
    ...(driver ? {} : { VK_DRIVER_FILES: icd, VK_ICD_FILENAMES: icd }),
    ...(loader ? {} : { LD_LIBRARY_PATH: path }),
  };
}

function search(words) {
  return new Promise((done) => {
    // npm runs scripts in the project's folder; file names are meant from where the person stands.
    const cwd = process.env.npm_lifecycle_event === "search" ? process.env.INIT_CWD : undefined;
    const child = spawn(process.execPath, [BUNDLE, ...words], {
      stdio: "inherit",
      env: { ...process.env, ...vulkan(process.env) },
      ...(cwd ? { cwd } : {}),
    });
    for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
    child.on("error", (error) => {
      console.error(error.message);
      done(1);
    });
    child.on("close", (code) => done(code ?? 1));
  });
}

await main(async () => {
  await install({ quiet: true });
  await buildData({ quiet: true });
  await bundle();
  return search(process.argv.slice(2));
});
