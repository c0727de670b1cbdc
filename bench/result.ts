/** The bench's numbers, and the same beside their targets as a table. */
import type { BackendName } from "../src/domain/run";
import type { LeaseResult } from "./lease";
import type { MemoryResult } from "./memory";

export interface BenchResult {
  /** With "-dirty" when files differ from it. */
  readonly commit: string;
  readonly machine: { readonly cores: number; readonly load: number };
  readonly browser: string;
  readonly adapter: Readonly<Record<BackendName, string>>;
  readonly lease: Readonly<Record<BackendName, LeaseResult>> & {
    /** ms from the press of Search to the first point, with Backend as it stands: auto. */
    readonly firstPointMs: number;
    /** What auto chose. */
    readonly auto: BackendName;
  };
  readonly page: { readonly longTasks: number; readonly longTaskMs: readonly number[] };
  /** On WebGPU, where buffers are kept for reuse; null in a quick bench. */
  readonly memory: MemoryResult | null;
}

interface Row {
  readonly name: string;
  readonly value: string;
  readonly target: string;
  /** Null where there is no target. */
  readonly met: boolean | null;
}

const seconds = (ms: number) => `${(ms / 1000).toFixed(2)} s`;

function rows({ lease, page, memory }: BenchResult): Row[] {
  const { cpu, webgpu } = lease;
  const faster = Math.min(cpu.msPerIteration, webgpu.msPerIteration);
  const under = (name: string, ms: number, target?: number): Row => ({
    name,
    value: seconds(ms),
    target: target ? `under ${target / 1000} s` : "",
    met: target ? ms < target : null,
  });
  const longest = Math.max(0, ...page.longTaskMs);
  return [
    under(`first point on the charts, backend auto (${lease.auto})`, lease.firstPointMs, 30_000),
    under("first point on the charts, CPU", cpu.firstPointMs),
    under("first point on the charts, WebGPU", webgpu.firstPointMs),
    under("iteration, CPU", cpu.msPerIteration),
    under("iteration, WebGPU", webgpu.msPerIteration, 15_000),
    under("iteration, faster backend", faster, 6000),
    {
      name: "main-thread tasks over 50 ms during the searches",
      value: page.longTasks === 0 ? "none" : `${page.longTasks}, longest ${longest} ms`,
      target: "none",
      met: page.longTasks === 0,
    },
    ...(memory
      ? [
          {
            name: "held after 5 iterations, WebGPU",
            value: `${memory.after5.tensors} tensors, ${memory.after5.bytes} bytes`,
            target: "",
            met: null,
          },
          {
            name: "held after 50 iterations, WebGPU",
            value: `${memory.after50.tensors} tensors, ${memory.after50.bytes} bytes`,
            target: "the same",
            met: memory.after50.tensors === memory.after5.tensors && memory.after50.bytes === memory.after5.bytes,
          },
        ]
      : []),
  ];
}

/** Markdown, as it goes into docs/benchmarks.md. */
export function table(result: BenchResult): string {
  const cells = [
    ["LeaSE R18, Tiny preset, Emoji-8", "measured", "target", ""],
    ["---", "---", "---", "---"],
    ...rows(result).map(({ name, value, target, met }) => [
      name,
      value,
      target,
      met === null ? "" : met ? "met" : "missed",
    ]),
  ];
  const widths = [0, 1, 2, 3].map((i) => Math.max(...cells.map((row) => row[i]?.length ?? 0)));
  const lines = cells.map((row) => `| ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(" | ")} |`);
  const { machine, commit, adapter, browser } = result;
  return [
    `Commit ${commit}; ${machine.cores} cores, load ${machine.load} at the start; ${browser}; adapters: ${adapter.cpu}; ${adapter.webgpu}.`,
    "",
    ...lines,
  ].join("\n");
}
