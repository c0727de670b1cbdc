/** A genotype in the three forms that others read. */
import { memo } from "react";
import type { DataSummary } from "../../domain/dataset";
import { type Genotype, genotypeText } from "../../domain/genotype";
import { genotypeCompact, genotypeJson, genotypeLines } from "../../domain/genotype-formats";
import { RESULTS } from "../texts";
import { Code } from "./Code";

interface Props {
  readonly genotype: Genotype;
  /** What it was found on, if that is known. */
  readonly data: Pick<DataSummary, "name" | "hash"> | null;
  /** The limit on skips that its normal cell was derived with, if there was one. */
  readonly maxSkips?: number | null;
}

export const GenotypeForms = memo(function GenotypeForms({ genotype, data, maxSkips = null }: Props) {
  // The text itself says how it was derived.
  const name = maxSkips === null ? undefined : `Searchlight_at_most_${maxSkips}_skips`;
  return (
    <>
      <Code
        title={RESULTS.text}
        note={RESULTS.textNote}
        text={genotypeLines(genotype, name)}
        copy={genotypeText(genotype, name)}
        file="genotype.txt"
        testId="genotype-text"
      />
      <Code
        title={RESULTS.json}
        note={RESULTS.jsonNote}
        text={genotypeJson(genotype, data, maxSkips)}
        file="genotype.json"
        testId="genotype-json"
      />
      <Code
        title={RESULTS.compact}
        note={RESULTS.compactNote}
        text={genotypeCompact(genotype)}
        file="genotype-naslib.txt"
        testId="genotype-compact"
      />
    </>
  );
});
