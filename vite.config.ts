import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  // Relative addresses: the built page works from any folder of any server.
  base: "./",
  plugins: [react()],
  worker: {
    format: "es",
    rolldownOptions: {
      onLog: (level, log, report) => {
        // The codec asks for fs and path in Node alone; in a page it never does.
        if (!(log.message.includes("externalized") && log.message.includes("codec-libjpeg-turbo"))) report(level, log);
      },
    },
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
          groups: [
            { name: "charts", test: /node_modules[\\/](recharts|d3-|victory-vendor|@reduxjs)/ },
            { name: "mantine", test: /node_modules[\\/](@mantine|@floating-ui)/ },
            { name: "react", test: /node_modules[\\/](react|react-dom|scheduler)[\\/]/ },
          ],
        },
      },
    },
  },
  preview: { strictPort: true },
  server: { strictPort: true },
});
