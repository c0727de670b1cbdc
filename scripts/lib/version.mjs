// Names what a run is computed with. What was tuned or computed with other sources does not pass for the same: the version has
// a hash of them, which is that of the commit and no matter of when, where or for what it is built.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, sep } from "node:path";

/** Everything that the numbers of a search come from. */
const FOLDERS = ["src/data", "src/domain", "src/engine"];

/** "0.1.0+1a2b3c4d" @param root the project's folder */
export function productVersion(root) {
  const { version, dependencies = {} } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const hash = createHash("sha256");
  for (const [name, wanted] of Object.entries(dependencies)) {
    if (name.startsWith("@tensorflow/")) hash.update(`${name}@${wanted}\0`);
  }
  const sources = FOLDERS.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true }).map((path) => `${folder}/${path.split(sep).join("/")}`),
  ).filter((path) => path.endsWith(".ts") && !path.endsWith(".test.ts"));
  for (const path of sources.sort()) {
    // Some systems check texts out with other line ends.
    hash.update(`${path}\0${readFileSync(join(root, path), "utf8").replaceAll("\r\n", "\n")}\0`);
  }
  return `${version}+${hash.digest("hex").slice(0, 8)}`;
}

/** For Vite's `define`. */
export function versionDefine(root) {
  return { __VERSION__: JSON.stringify(productVersion(root)) };
}
