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
}

export const GenotypeForms = memo(function GenotypeForms({ genotype, data }: Props) {
  return (
    <>
      <Code
        title={RESULTS.text}
        note={RESULTS.textNote}
        text={genotypeLines(genotype)}
        copy={genotypeText(genotype)}
        file="genotype.txt"
        testId="genotype-text"
      />
      <Code
        title={RESULTS.json}
        note={RESULTS.jsonNote}
        text={genotypeJson(genotype, data)}
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
