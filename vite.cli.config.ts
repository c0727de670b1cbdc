import { defineConfig } from "vite";
import { tfjsAliases } from "./scripts/lib/tfjs.ts";
import { versionDefine } from "./scripts/lib/version.mjs";

/** The bundle behind `npm run search`: every package inside, but for Dawn's native module. */
export default defineConfig({
  publicDir: false,
  define: versionDefine(import.meta.dirname),
  resolve: { alias: tfjsAliases },
  ssr: { noExternal: true, external: ["webgpu"] },
  build: {
    ssr: "src/cli/main.ts",
    outDir: "build/cli",
    emptyOutDir: false,
    target: "node20",
    minify: false,
    rolldownOptions: { output: { entryFileNames: "search.js", codeSplitting: false } },
  },
});
