// Tells the service worker which files the build has; without it the page would need a network at each visit.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative, sep } from "node:path";

const SCRIPT = "service-worker.js";
/** For hosts, not for the page; but kept answers have the policies of their time, so the version changes with it. */
const HEADERS = "_headers";

/** @returns the paths of the page's files below `folder`, the page itself as "", and a version that changes with any of them and their policies */
export function buildFiles(folder) {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join("/"))
    .filter((path) => path !== SCRIPT)
    .sort();
  const hash = createHash("sha256");
  for (const path of paths)
    hash
      .update(path)
      .update("\0")
      .update(readFileSync(join(folder, path)))
      .update("\0");
  return {
    version: hash.digest("hex").slice(0, 16),
    files: paths.filter((path) => path !== HEADERS).map((path) => (path === "index.html" ? "" : path)),
  };
}

/** Builds the service worker beside the page, at the top of the folder, and writes the list of files into its first line. */
export function offline() {
  return {
    name: "offline",
    apply: "build",
    config: () => ({
      build: {
        rolldownOptions: {
          input: { index: "index.html", "service-worker": "src/app/service-worker.ts" },
          output: { entryFileNames: ({ name }) => (name === "service-worker" ? SCRIPT : "assets/[name]-[hash].js") },
        },
      },
    }),
    writeBundle({ dir }) {
      const script = join(dir, SCRIPT);
      const code = readFileSync(script, "utf8");
      writeFileSync(script, `const BUILD = ${JSON.stringify(buildFiles(dir))};\n${code}`);
    },
  };
}
