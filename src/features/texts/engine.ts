/** The adapter and what it lacks. */
import type { Engine, WebGPUCheck } from "../../domain/run";

export const CHECKS = [
  { title: "WebGPU API", detail: "navigator.gpu is present" },
  { title: "Adapter", detail: "the browser offers a graphics adapter" },
  { title: "Limits", detail: "its buffers are large enough" },
  { title: "Device", detail: "it opens without an error" },
] as const;

/** Index into `CHECKS` of the check that failed. */
export function failedCheck(reason: Extract<WebGPUCheck, { ok: false }>["reason"]): number {
  return { "no-api": 0, "no-adapter": 1, limit: 2, error: 3 }[reason];
}

export const NO_WEBGPU = {
  title: "No WebGPU here: the search runs on the processor.",
  text: "The same search, slower: it uses the plain reference kernels, and the Tiny preset is chosen. Press Search. To use the graphics card, switch WebGPU on.",
  checked: "What was checked",
  passed: "passed",
  failed: "failed",
  notReached: "not reached",
  advice: "What to switch on",
  tips: {
    version: "Use Chrome or Edge 113 or later; on Linux 121 or later.",
    secure: "Open the page through https:// or http://localhost: other addresses get no WebGPU.",
    acceleration:
      "Turn on “Use graphics acceleration when available” in the browser's System settings, then restart it.",
    linux: "On Linux switch on chrome://flags/#enable-unsafe-webgpu and chrome://flags/#enable-vulkan.",
    report: "chrome://gpu tells what the browser thinks of the driver; an update of the driver often helps.",
    limit:
      "This adapter is too small for the kernels. Another graphics card of this machine may do: see chrome://flags/#force-high-performance-gpu.",
  },
} as const;

export function adviceFor(reason: Extract<WebGPUCheck, { ok: false }>["reason"]): readonly string[] {
  const { version, secure, acceleration, linux, report, limit } = NO_WEBGPU.tips;
  switch (reason) {
    case "no-api":
      return [version, secure, linux];
    case "no-adapter":
      return [acceleration, linux, report];
    case "limit":
      return [limit, report];
    case "error":
      return [report, acceleration];
    default:
      return reason satisfies never;
  }
}

/** Makers as they write themselves; WebGPU gives lower case. */
const MAKERS: Readonly<Record<string, string>> = {
  nvidia: "NVIDIA",
  amd: "AMD",
  arm: "Arm",
  swiftshader: "SwiftShader",
};

/** "ada-lovelace" as "Ada Lovelace". */
function properName(word: string): string {
  return (
    MAKERS[word] ??
    word.replace(/(^|-)([a-z])/g, (_, dash: string, letter: string) => (dash ? " " : "") + letter.toUpperCase())
  );
}

/**
 * The badge's words and tone.
 * @param asSet the settings ask for the CPU
 */
export function badgeText(engine: Engine | null, asSet: boolean): { text: string; tone: "good" | "warn" | "wait" } {
  if (!engine) return { text: "looking for an adapter", tone: "wait" };
  const { webgpu } = engine;
  if (!webgpu.ok) return { text: "CPU, no WebGPU", tone: "warn" };
  if (engine.backend === "cpu")
    return { text: webgpu.software && !asSet ? "CPU, chosen over a software adapter" : "CPU, as set", tone: "warn" };
  const name =
    [webgpu.vendor, webgpu.architecture].map(properName).filter(Boolean).join(", ") ||
    webgpu.description ||
    engine.adapter;
  return webgpu.software ? { text: `${name}: software adapter, slow`, tone: "warn" } : { text: name, tone: "good" };
}

export const BADGE = {
  label: "Adapter",
  backend: "Backend",
  adapter: "Adapter",
  vendor: "Vendor",
  architecture: "Architecture",
  description: "Description",
  webgpu: "WebGPU",
  reason: { "no-api": "no API", "no-adapter": "no adapter", limit: "limit too small", error: "error" },
  software: "A software adapter computes on the processor. It is slow but correct.",
  hardware: "Everything is computed on this machine.",
} as const;
