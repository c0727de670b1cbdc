// Serves the golden numbers to tests that run in a browser.
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { join, normalize, resolve, sep } from "node:path";
import type { Plugin } from "vite";

/** Folder of the golden numbers: `GOLDEN_DIR`, else the one committed with the project. */
export function goldenFolder(env: NodeJS.ProcessEnv = process.env): string {
  return resolve(env.GOLDEN_DIR || join(import.meta.dirname, "../../test/golden"));
}

/** Vite plugin: `/golden/…` reads from the golden folder; 404 where there is no such file. */
export function golden(): Plugin {
  const folder = goldenFolder();
  return {
    name: "searchlight:golden",
    configureServer(server) {
      server.middlewares.use("/golden", async (request, response) => {
        const path = normalize(join(folder, decodeURIComponent(new URL(request.url ?? "/", "http://x").pathname)));
        const file = path.startsWith(folder + sep) ? await stat(path).catch(() => undefined) : undefined;
        if (!file?.isFile()) {
          response.statusCode = 404;
          response.end("no such golden file");
          return;
        }
        response.setHeader("Content-Type", path.endsWith(".json") ? "application/json" : "application/octet-stream");
        response.setHeader("Content-Length", file.size);
        createReadStream(path).pipe(response);
      });
    },
  };
}
