// TensorFlow.js publishes a Node bundle (without gradients) beside its ES modules. Everything here uses the ES modules,
// so that there is exactly one core with one registry of kernels and gradients.
import { fileURLToPath } from "node:url";

const PACKAGES = ["tfjs-core", "tfjs-backend-cpu", "tfjs-backend-webgpu"];

/** Vite aliases from each bare package name to its module entry; deeper imports already name modules. */
export const tfjsAliases = PACKAGES.map((name) => ({
  find: new RegExp(`^@tensorflow/${name}$`),
  replacement: fileURLToPath(new URL(`../../node_modules/@tensorflow/${name}/dist/index.js`, import.meta.url)),
}));

/** Packages that Node must not load by itself: their modules have no file extensions in their imports. */
export const tfjsInline = [/@tensorflow\//];
