/** Remembers in the browser's database what was found by timing. Where there is none, as in some private windows, nothing is kept. */
import { clear, createStore, delMany, get, keys, set, type UseStore, update } from "idb-keyval";
import { type Variants, variantsSchema } from "../domain/run";
import { type BackendMemory, isOfVersion, placeKey, type TuningMemory, type TuningPlace } from "../domain/tuning";

/** One store, opened when it is first used. @returns acts on it, or gives `otherwise` where that fails */
function database(name: string) {
  let opened: UseStore | null = null;
  return async <T>(act: (store: UseStore) => Promise<T>, otherwise: T): Promise<T> => {
    try {
      opened ??= createStore(name, "variants");
      return await act(opened);
    } catch {
      return otherwise;
    }
  };
}

/** Nothing asks again for what was found with another version. */
async function dropOlder(place: TuningPlace, store: UseStore): Promise<void> {
  await delMany(
    (await keys<string>(store)).filter((key) => !isOfVersion(key, place)),
    store,
  );
}

function readVariants(stored: unknown): Variants {
  const read = variantsSchema.safeParse(stored);
  return read.success ? read.data : {};
}

/** Of kernel variants. */
export function browserTuningMemory(): TuningMemory {
  const attempt = database("searchlight-tuning");
  return {
    recall: (place) => attempt(async (store) => readVariants(await get(placeKey(place), store)), {}),
    keep: (place, variants) =>
      attempt(async (store) => {
        await dropOlder(place, store);
        await update(placeKey(place), (known: unknown) => ({ ...readVariants(known), ...variants }), store);
      }, undefined),
    forget: () => attempt((store) => clear(store), undefined),
  };
}

/** Of the faster backend. */
export function browserBackendMemory(): BackendMemory {
  const attempt = database("searchlight-backend");
  return {
    recall: (place) =>
      attempt(async (store) => {
        const stored: unknown = await get(placeKey(place), store);
        return stored === "cpu" || stored === "webgpu" ? stored : null;
      }, null),
    keep: (place, backend) =>
      attempt(async (store) => {
        await dropOlder(place, store);
        await set(placeKey(place), backend, store);
      }, undefined),
    forget: () => attempt((store) => clear(store), undefined),
  };
}
