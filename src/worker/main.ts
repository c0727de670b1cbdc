/** The engine's worker: hands the session to the page, or the planner to the session. The only file here that knows the worker's own scope. */
import { expose } from "comlink";
import { DataError } from "../domain/dataset";
import { VERSION } from "../domain/version";
import { browserClaims, claimLife } from "./claims";
import { browserCostMemory } from "./cost-memory";
import { runMemory } from "./kept-runs";
import { browserSetMemory } from "./kept-sets";
import { PLANNER, PlannerWorker, workerPlanner } from "./planner";
import { Session } from "./session";
import { browserShelf } from "./shelf";
import { browserBackendMemory, browserTuningMemory } from "./tuning-memory";
import { addressesInWorker } from "./web-reading";

// Built with relative addresses the worker lies two folders below the page; otherwise the base says where the page lies.
const BASE = import.meta.env.BASE_URL === "./" ? "../../" : import.meta.env.BASE_URL;

async function fetchData(name: string): Promise<ArrayBuffer> {
  const response = await fetch(new URL(`${BASE}data/${name}`, self.location.href)).catch(() => null);
  if (!response) throw new DataError(`${name} could not be loaded: the server does not answer. Try again.`);
  // A server that answers everything with its page would give a page for a missing file.
  if (!response.ok || response.headers.get("content-type")?.startsWith("text/html")) {
    throw new DataError(`${name} is missing on the server. Build it with: node scripts/build-data.mjs`);
  }
  return response.arrayBuffer();
}

const locks = navigator.locks as LockManager | undefined;

function newSession(): Session {
  return new Session({
    gpu: navigator.gpu,
    fetchData,
    openAddress: addressesInWorker(),
    version: VERSION,
    runtime: navigator.userAgent,
    tuningMemory: browserTuningMemory(),
    backendMemory: browserBackendMemory(),
    runMemory: async () => {
      const shelf = await browserShelf("searchlight-runs");
      const storage = navigator.storage as StorageManager | undefined;
      return shelf && runMemory(shelf, storage ? { estimate: () => storage.estimate() } : {});
    },
    claim: browserClaims(locks),
    lifeLock: () => claimLife(locks),
    costMemory: browserCostMemory(),
    planner: workerPlanner(() => new Worker(self.location.href, { type: "module", name: PLANNER })),
    setMemory: () => browserSetMemory(navigator.storage as StorageManager | undefined),
  });
}

if (self.name === PLANNER) expose(new PlannerWorker());
else {
  const session = newSession();
  self.addEventListener("unhandledrejection", ({ reason }) => session.fault(reason));
  expose(session);
}
