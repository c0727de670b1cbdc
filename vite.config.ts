import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";
import { firstLoadCheck } from "./scripts/lib/first-load.mjs";
import { offline } from "./scripts/lib/offline.mjs";
import { security } from "./scripts/lib/security.mjs";
import { versionDefine } from "./scripts/lib/version.mjs";

/** The JPEG codec asks for fs and path where it runs in Node; in a page it never does, so it gets nothing. */
function codecWithoutNode(): Plugin {
  const nothing = "\0nothing of Node";
  return {
    name: "codec-without-node",
    enforce: "pre",
    resolveId: (id, importer) =>
      (id === "fs" || id === "path") && importer?.includes("codec-libjpeg-turbo") ? nothing : undefined,
    load: (id) => (id === nothing ? "export default {};" : undefined),
  };
}

export default defineConfig({
  // Relative addresses: the built page works from any folder of any server.
  base: "./",
  define: versionDefine(import.meta.dirname),
  plugins: [react(), security(), offline(), firstLoadCheck()],
  worker: {
    format: "es",
    plugins: () => [codecWithoutNode()],
    // A folder for each worker: hosts give their responses headers of their own.
    rolldownOptions: { output: { entryFileNames: "workers/[name]/[hash].js" } },
  },
  // The development server looks for dependencies here; it does not follow the page into its worker by itself.
  optimizeDeps: { entries: ["index.html", "src/worker/main.ts"] },
  build: {
    target: "es2023",
    // The worker holds TensorFlow.js and both of its backends.
    chunkSizeWarningLimit: 1500,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [{ name: "react", test: /node_modules[\\/](react|react-dom|scheduler)[\\/]/ }],
        },
      },
    },
  },
  preview: { strictPort: true },
  server: { strictPort: true },
});
