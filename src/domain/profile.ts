/** The figures of a profile, for the page and the terminal alike. */
import type { KernelProfile, Profile } from "./run";

export interface ProfileRow {
  readonly name: string;
  readonly dispatches: number;
  readonly milliseconds: number;
  /** Of the time of all kernels: 0 to 1. */
  readonly share: number;
  /** Read and written, in bytes. */
  readonly bytes: number;
  /** Thousand million operations a second; null where none are counted. */
  readonly gflops: number | null;
  /** Operations for each byte read or written; null where none are counted. */
  readonly intensity: number | null;
}

function row({ name, dispatches, milliseconds, bytes, operations }: KernelProfile, time: number): ProfileRow {
  const counted = operations > 0;
  return {
    name,
    dispatches,
    milliseconds,
    share: time > 0 ? milliseconds / time : 0,
    bytes,
    gflops: counted && milliseconds > 0 ? operations / milliseconds / 1e6 : null,
    intensity: counted && bytes > 0 ? operations / bytes : null,
  };
}

/** A row for each kernel, the longest first, and their sum. Rates are not summed: not every kernel counts. */
export function profileRows({ kernels }: Profile): {
  readonly rows: readonly ProfileRow[];
  readonly total: ProfileRow;
} {
  const sum = (read: (kernel: KernelProfile) => number) => kernels.reduce((total, kernel) => total + read(kernel), 0);
  const milliseconds = sum((kernel) => kernel.milliseconds);
  const all: KernelProfile = {
    name: "all kernels",
    dispatches: sum((kernel) => kernel.dispatches),
    milliseconds,
    bytes: sum((kernel) => kernel.bytes),
    operations: 0,
  };
  const rows = kernels.map((kernel) => row(kernel, milliseconds)).sort((a, b) => b.milliseconds - a.milliseconds);
  return { rows, total: row(all, milliseconds) };
}
