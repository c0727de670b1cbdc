/** The kernel variants of a run: those known before it or found for it, and which of them its plans call. */
import type { Plan } from "../gpu/plan";
import { callKey, setVariants, type VariantTable, variantTable } from "../gpu/variants";

export class RunVariants {
  #known: VariantTable;
  #called: VariantTable = {};

  /** @param called those that the run has called before, where it goes on from a checkpoint */
  constructor(known: VariantTable, called: VariantTable = {}) {
    this.#known = known;
    this.#called = called;
  }

  /** Those known so far, called or not. */
  get known(): VariantTable {
    return this.#known;
  }

  /** Makes them those in use. A change of settings makes plans anew from the same variants. */
  use(): void {
    setVariants(this.#known);
  }

  /** Takes over what has been found since `use`, and notes what the plan calls. */
  note(plan: Plan | undefined): void {
    this.#known = variantTable();
    const keys = plan?.recording.calls.map(({ kernelName, attrs }) => callKey(kernelName, attrs)) ?? [];
    const called = keys.flatMap((key) => {
      const name = this.#known[key];
      return name === undefined ? [] : [[key, name] as const];
    });
    this.#called = { ...this.#called, ...Object.fromEntries(called) };
  }

  /** Those that the run has called so far. */
  get called(): VariantTable {
    return this.#called;
  }
}
