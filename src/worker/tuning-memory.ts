/** Remembers kernel variants in the browser's database. Where there is none, as in some private windows, nothing is kept. */
import { clear, createStore, get, type UseStore, update } from "idb-keyval";
import { type Variants, variantsSchema } from "../domain/run";
import { placeKey, type TuningMemory } from "../domain/tuning";

function readVariants(stored: unknown): Variants {
  const read = variantsSchema.safeParse(stored);
  return read.success ? read.data : {};
}

export function browserTuningMemory(): TuningMemory {
  let opened: UseStore | null = null;
  const store = () => {
    opened ??= createStore("searchlight-tuning", "variants");
    return opened;
  };
  const attempt = async <T>(act: () => Promise<T>, otherwise: T): Promise<T> => {
    try {
      return await act();
    } catch {
      return otherwise;
    }
  };
  return {
    recall: (place) => attempt(async () => readVariants(await get(placeKey(place), store())), {}),
    keep: (place, variants) =>
      attempt(
        () => update(placeKey(place), (known: unknown) => ({ ...readVariants(known), ...variants }), store()),
        undefined,
      ),
    forget: () => attempt(() => clear(store()), undefined),
  };
}
