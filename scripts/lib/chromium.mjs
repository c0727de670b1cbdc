// Finds a Chromium to test with. Plain Node: the start and test commands use it before anything is installed.
import { existsSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";

const NAMES = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];
const APPLICATIONS = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
  "C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe",
];

/** Flags that give a headless Chromium a WebGPU adapter without a GPU: SwiftShader, in software. */
export const WEBGPU_FLAGS = [
  "--no-sandbox",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--enable-unsafe-webgpu",
  "--use-webgpu-adapter=swiftshader",
];

/** Path of the Chromium or Chrome installed on this machine; `CHROMIUM_PATH` names another. Undefined where there is none. */
export function systemChromium(env = process.env) {
  if (env.CHROMIUM_PATH) return env.CHROMIUM_PATH;
  const onPath = (env.PATH ?? "").split(delimiter).flatMap((folder) => NAMES.map((name) => join(folder, name)));
  return [...onPath, ...APPLICATIONS].find((path) => existsSync(path));
}

/** Playwright launch options for the Chromium of this machine, else for the one that Playwright installed. */
export function launchOptions() {
  const executablePath = systemChromium();
  return { args: [...WEBGPU_FLAGS], ...(executablePath ? { executablePath } : { channel: "chromium" }) };
}

/** Folders where a Chromium keeps its own Vulkan loader and SwiftShader driver. */
export function swiftshaderFolder(env = process.env) {
  const chromium = systemChromium(env);
  const folders = ["/usr/lib/chromium", "/usr/lib/chromium-browser", "/opt/google/chrome"];
  if (chromium) folders.unshift(dirname(chromium));
  return folders.find((folder) => existsSync(join(folder, "vk_swiftshader_icd.json")));
}
