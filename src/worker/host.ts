/** What a session needs of the place where it runs. Types only. */
import type { CostMemory } from "../domain/cost";
import type { BackendMemory, TuningMemory } from "../domain/tuning";
import type { Claim } from "./claims";
import type { Planner } from "./costs";
import type { RunMemory } from "./kept-runs";
import type { SetMemory } from "./kept-sets";
import type { FetchData } from "./pictures";
import type { OpenAddress } from "./web-reading";

export interface Host {
  /** The runtime's WebGPU, if it has one. */
  readonly gpu: GPU | undefined;
  readonly fetchData: FetchData;
  readonly openAddress: OpenAddress;
  /** Of the product, and of what it runs in: both go into exported files. */
  readonly version: string;
  readonly runtime: string;
  /** Where kernel variants are kept from one run to the next. */
  readonly tuningMemory: TuningMemory;
  /** Where it is kept which backend is the faster. */
  readonly backendMemory: BackendMemory;
  /** Where it is kept what runs cost, and who plans them. */
  readonly costMemory: CostMemory;
  readonly planner: Planner;
  /** Where data sets are kept from one visit to the next; null where there is no place. */
  readonly setMemory: () => Promise<SetMemory | null>;
  /** Where runs are kept; null where there is no place. */
  readonly runMemory: () => Promise<RunMemory | null>;
  /** Says which tab a run is in. */
  readonly claim: Claim;
  /** Holds a lock for as long as this lives, and gives its name; null where there are none. */
  readonly lifeLock: () => Promise<string | null>;
}
