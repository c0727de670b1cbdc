import { expect, it } from "vitest";
import { smallSearch } from "../../test/small-search";
import { countOp } from "../domain/genotype";
import { openEngine } from "../engine/gpu/backend";
import { withLimited } from "./limited-file";

it("derives from the file's own alphas, betas and operations, as the search derives", async () => {
  const engine = await openEngine("cpu", undefined, () => Promise.resolve("cpu"));
  for (const strategy of ["darts", "pc-darts", "p-darts"] as const) {
    const search = await smallSearch(engine, { strategy });
    const file = await search.file();
    search.dispose();
    // As many as a cell can have: no limit.
    expect(withLimited(file, 8)).toEqual({ ...file, limited: { maxSkips: 8, genotype: file.genotype } });
    const { limited } = withLimited(file, 0);
    expect(limited && countOp(limited.genotype, "normal", "skip_connect")).toBe(0);
    expect(limited?.genotype.reduce).toEqual(file.genotype.reduce);
  }
});
