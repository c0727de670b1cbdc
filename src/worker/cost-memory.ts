/** Remembers in the browser's database what runs cost. Where there is none, as in some private windows, nothing is kept. */
import { createStore, get, type UseStore, update } from "idb-keyval";
import { type AdapterCosts, adapterCostsSchema, type CostMemory, NO_COSTS } from "../domain/cost";
import { placeKey } from "../domain/tuning";

function readCosts(stored: unknown): AdapterCosts {
  const read = adapterCostsSchema.safeParse(stored);
  return read.success ? read.data : NO_COSTS;
}

export function browserCostMemory(): CostMemory {
  let opened: UseStore | null = null;
  const store = () => {
    opened ??= createStore("searchlight-costs", "adapters");
    return opened;
  };
  return {
    recall: async (place) => {
      try {
        return readCosts(await get(placeKey(place), store()));
      } catch {
        return NO_COSTS;
      }
    },
    change: async (place, change) => {
      try {
        await update(placeKey(place), (known: unknown) => change(readCosts(known)), store());
      } catch {
        // Nothing is kept, as said above.
      }
    },
  };
}
