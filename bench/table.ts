/** The bench's numbers beside their targets, as Markdown. */
import { CONVNET_SHAPES, type ConvnetSize } from "./page/convnet";
import {
  CONVNET_PEERS,
  type ConvnetPeer,
  DIRECTIONS,
  HOT_KERNELS,
  MSG_DAS_NETWORKS,
  type MsgDasNetwork,
} from "./page/result";
import type { BenchResult } from "./result";

interface Row {
  readonly name: string;
  readonly value: string;
  readonly target?: string;
  /** Left out where there is no target. */
  readonly met?: boolean;
}

const seconds = (ms: number) => `${(ms / 1000).toFixed(2)} s`;
/** Three digits or more. */
const milliseconds = (ms: number) => `${ms.toFixed(ms < 10 ? 2 : ms < 100 ? 1 : 0)} ms`;
const megabytes = (bytes: number) => `${(bytes / 2 ** 20).toFixed(1)} MiB`;

const atLeast = (name: string, ratio: number, target: number): Row => ({
  name,
  value: `${ratio.toFixed(2)}×`,
  target: `at least ${target}×`,
  met: ratio >= target,
});
const atMost = (name: string, value: number, target: number, show: (value: number) => string = String): Row => ({
  name,
  value: show(value),
  target: `at most ${show(target)}`,
  met: value <= target,
});

function cellRows({ cell, arena }: BenchResult): Row[] {
  return [
    { name: "dispatches, stock TF.js", value: String(cell.dispatches.stock) },
    atMost("dispatches, Searchlight", cell.dispatches.ours, 220),
    { name: "time, stock TF.js", value: milliseconds(cell.ms.stock) },
    { name: "time, Searchlight, eager", value: milliseconds(cell.ms.oursEager) },
    { name: "time, Searchlight", value: milliseconds(cell.ms.ours) },
    atLeast("faster than stock TF.js", cell.ms.stock / cell.ms.ours, 8),
    { name: "scratch of its plan", value: megabytes(arena.bytes) },
  ];
}

const PEER_NAMES: Readonly<Record<ConvnetPeer, string>> = {
  stock: "stock TF.js",
  stockReplayed: "stock TF.js, replayed by Searchlight",
  jax: "jax-js, jitted",
  ours: "Searchlight",
  oursEager: "Searchlight, eager",
};

function convnetRows({ convnet }: BenchResult, size: ConvnetSize): Row[] {
  const ms = (peer: ConvnetPeer) => convnet.ms[peer][size];
  return [
    ...CONVNET_PEERS.map((peer) => ({ name: PEER_NAMES[peer], value: milliseconds(ms(peer)) })),
    atLeast("faster than jax-js", ms("jax") / ms("ours"), 1.5),
    atLeast("faster than stock TF.js", ms("stock") / ms("ours"), 8),
  ];
}

function stepRows({ network, step }: BenchResult): Row[] {
  return [
    atMost("dispatches, planned without running", network.dispatches, 2500),
    { name: "bytes of the plan", value: megabytes(network.bytes) },
    atMost("JavaScript time of a replay", step.jsMs, 1, milliseconds),
  ];
}

const MSG_DAS_TITLES: Readonly<Record<MsgDasNetwork, string>> = {
  paper: "the paper's network: 8 cells, C = 16, batch 8, 32×32",
  small: "a small network: 3 cells, C = 16, batch 4, 32×32",
};

function msgdasRows({ msgdas }: BenchResult, network: MsgDasNetwork): Row[] {
  const { ms, ratio, bytes, dispatches, floorMs, draws } = msgdas[network];
  return [
    { name: "time, DARTS", value: milliseconds(ms.darts) },
    { name: `time, MSG-DAS, mean of ${draws} draws`, value: milliseconds(ms.msgdas) },
    atMost("time, MSG-DAS over DARTS", ratio, 0.45, (value) => value.toFixed(2)),
    { name: `time of ${dispatches.msgdas} empty dispatches`, value: milliseconds(floorMs) },
    { name: "scratch, MSG-DAS over DARTS", value: (bytes.msgdas / bytes.darts).toFixed(2) },
  ];
}

function kernelRows({ roofline, kernels }: BenchResult): Row[] {
  const ceiling = roofline.fmaGflops;
  const rows = HOT_KERNELS.flatMap((kernel) =>
    DIRECTIONS.map((direction): Row => {
      const { gflops } = kernels[kernel][direction];
      const share = gflops / ceiling;
      return {
        name: `${kernel}, ${direction}`,
        value: `${gflops.toFixed(2)} GFLOP/s, ${(100 * share).toFixed(0)} %`,
        target: "at least 25 %",
        met: share >= 0.25,
      };
    }),
  );
  return [{ name: "multiply-adds alone", value: `${ceiling.toFixed(2)} GFLOP/s` }, ...rows];
}

function leaseRows({ lease, page, memory }: BenchResult): Row[] {
  const { cpu, webgpu } = lease;
  const under = (name: string, ms: number, target?: number): Row => ({
    name,
    value: seconds(ms),
    ...(target ? { target: `under ${target / 1000} s`, met: ms < target } : {}),
  });
  const longest = Math.max(0, ...page.longTaskMs);
  return [
    under(`first point on the charts, backend auto (${lease.auto})`, lease.firstPointMs, 30_000),
    under("first point on the charts, CPU", cpu.firstPointMs),
    under("first point on the charts, WebGPU", webgpu.firstPointMs),
    under("iteration, CPU", cpu.msPerIteration),
    under("iteration, WebGPU", webgpu.msPerIteration),
    under("iteration, faster backend", Math.min(cpu.msPerIteration, webgpu.msPerIteration), 2000),
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

function longRunRows({ longRun }: BenchResult): Row[] {
  return (["scrolling", "scrubbing"] as const).flatMap((what) => {
    const { longestTask, frameMs } = longRun[what];
    return [
      atMost(`longest task while ${what}, of the processor`, longestTask.processor, 50, milliseconds),
      { name: `the same by the clock`, value: milliseconds(longestTask.wall) },
      { name: `from frame to frame, median`, value: milliseconds(frameMs.median) },
      { name: `from frame to frame, most`, value: milliseconds(frameMs.most) },
    ];
  });
}

function dataRows({ data }: BenchResult): Row[] {
  if (!data) return [];
  const { shards, archive } = data;
  return [
    ...shards.map(({ name, ms }) => atMost(`${name}, from the choice of the file to its pictures`, ms, 2000, seconds)),
    ...(archive
      ? [
          { name: "archive as large as CIFAR-10, packed", value: megabytes(archive.bytes) },
          { name: "time to read it", value: seconds(archive.ms) },
          atMost("most memory above the idle page, all processes", archive.peakBytes, 600e6, megabytes),
        ]
      : []),
  ];
}

function section(title: string, rows: readonly Row[]): string {
  const cells = [
    [title, "measured", "target", ""],
    ["---", "---", "---", "---"],
    ...rows.map(({ name, value, target, met }) => [
      name,
      value,
      target ?? "",
      met === undefined ? "" : met ? "met" : "missed",
    ]),
  ];
  const widths = [0, 1, 2, 3].map((i) => Math.max(...cells.map((row) => row[i]?.length ?? 0)));
  return cells.map((row) => `| ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(" | ")} |`).join("\n");
}

function convnetTitle(size: ConvnetSize): string {
  const { batch, channels, side } = CONVNET_SHAPES[size];
  return `Small convnet, one step, batch ${batch}, ${channels} channels, ${side}×${side}`;
}

/** As it goes into docs/benchmarks.md. */
export function table(result: BenchResult): string {
  const { machine, commit, adapter, browser } = result;
  return [
    `Commit ${commit}; ${machine.cores} cores, load ${machine.load} at the start; ${browser}; adapter ${adapter}.`,
    section("One cell, forward and backward", cellRows(result)),
    section(convnetTitle("small"), convnetRows(result, "small")),
    section(convnetTitle("large"), convnetRows(result, "large")),
    section("Weight step of the paper's network (8 cells, C = 16)", stepRows(result)),
    ...MSG_DAS_NETWORKS.map((network) =>
      section(`Weight step of MSG-DAS, K = 2, guidance off; ${MSG_DAS_TITLES[network]}`, msgdasRows(result, network)),
    ),
    section("Hot kernels", kernelRows(result)),
    section("LeaSE R18, Tiny preset, Emoji-8", leaseRows(result)),
    section(`The page with ${result.longRun.iterations} iterations of history, while they go on`, longRunRows(result)),
    ...(result.data ? [section("Reading real CIFAR-10", dataRows(result))] : []),
  ].join("\n\n");
}
