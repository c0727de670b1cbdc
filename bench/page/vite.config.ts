import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

/** The bench's own page: the engine and its peers, without the product's page around them. */
export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  base: "./",
  publicDir: false,
  build: { target: "es2023", emptyOutDir: true, chunkSizeWarningLimit: 3000 },
});
