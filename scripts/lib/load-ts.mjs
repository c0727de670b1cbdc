// Node 20 does not read TypeScript; Vite does.
import { join } from "node:path";
import { ROOT } from "./setup.mjs";

/** Imports a TypeScript module of the project, named from its root. Needs the packages. */
export async function loadTypeScript(path) {
  const { runnerImport } = await import("vite");
  const { module } = await runnerImport(join(ROOT, path), { root: ROOT, configFile: false, logLevel: "error" });
  return module;
}
