/** The bench's numbers: the object that `--json` prints. */
import type { BackendName } from "../src/domain/run";
import type { DataResult } from "./data";
import type { LeaseResult } from "./lease";
import type { LongRunResult } from "./long-run";
import type { MemoryResult } from "./memory";
import type { PageResult } from "./page/result";

export interface BenchResult extends PageResult {
  /** With "-dirty" when files differ from it. */
  readonly commit: string;
  readonly machine: { readonly cores: number; readonly load: number };
  readonly browser: string;
  readonly lease: Readonly<Record<BackendName, LeaseResult>> & {
    /** Tiny preset on WebGPU. */
    readonly msPerIteration: number;
    /** ms from the press of Search to the first point, with Backend as it stands: auto. */
    readonly firstPointMs: number;
    /** What auto chose. */
    readonly auto: BackendName;
  };
  readonly page: { readonly longTasks: number; readonly longTaskMs: readonly number[] };
  /** The page with a long history. */
  readonly longRun: LongRunResult;
  /** On WebGPU, where buffers are kept for reuse; null in a quick bench. */
  readonly memory: MemoryResult | null;
  /** Null in a quick bench. */
  readonly data: DataResult | null;
}
