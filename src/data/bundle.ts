/**
 * A run as one zip: the run file, which repeats it, and beside it what a person or another program wants to read at once. The
 * same run gives the same bytes, but for the time of its export.
 */
import { strToU8, zipSync } from "fflate";
import { genesOf } from "../domain/alpha-history";
import { csvText } from "../domain/csv";
import { DataError } from "../domain/dataset";
import { genotypeOf, genotypeText } from "../domain/genotype";
import { genotypeCompact, genotypeJson } from "../domain/genotype-formats";
import { historyOfFile } from "../domain/history-file";
import type { RunFile } from "../domain/run";
import { RUN_FILE_LIMIT, runFileText } from "../domain/run-file";
import { SETTING_NAMES } from "../domain/settings";
import { historyTable } from "../domain/tables";
import { baseName, type FileSource, megabytes, Reading } from "./formats/source";
import { openZip } from "./formats/zip";

/** What makes a zip a bundle. */
const RUN_NAME = "searchlight-run.json";
/** Zip knows no time zones: the same fields everywhere. */
const NO_TIME = new Date(1980, 0, 1);

/** Every genotype of the run: a line where it changed, named by the iteration. */
function genotypesText({ history, iterations }: RunFile): string | null {
  if (!history) return null;
  return historyOfFile(history, iterations)
    .changes.map(({ iteration, kept }) => {
      const genotype = genotypeOf({ normal: genesOf(kept, "normal"), reduce: genesOf(kept, "reduce") });
      return `${genotypeText(genotype, `Searchlight_${iteration}`)}\n`;
    })
    .join("");
}

function readme({ settings, seed, iterations, data, environment, created }: RunFile, genotypes: boolean): string {
  const variants = Object.keys(environment.variants ?? {}).length;
  return `A run of Searchlight ${environment.version}, neural architecture search in the browser.

Method      ${settings.strategy}, order ${settings.order}, ${settings.objective}
Seed        ${seed}
Iterations  ${iterations}
Data        ${data.name} (${data.source}), ${data.pictures} pictures, ${data.classes} classes
            SHA-256 ${data.hash}
Computed    ${environment.backend} on ${environment.adapter}
            ${environment.runtime}
Exported    ${created}

${RUN_NAME}    everything: settings, seed, data hash, alphas and their history, genotype, every loss, kernel variants
genotype.txt            the genotype for DARTS's genotypes.py
genotype.json           the same as JSON
genotype-naslib.txt     the same in NASLib's compact form
${genotypes ? "genotypes.txt           every genotype of the run, by the iteration from which on it held\n" : ""}history.csv             every measurement of every iteration

To repeat it in the browser: open Searchlight, drop this zip on the page, press "Use these settings"${
    data.source === "built in"
      ? ""
      : `, load the
pictures (they are not in here; their hash is above)`
  } and press Search.

To repeat it in a terminal: npm run search -- --repeat FILE.zip${data.source === "built in" ? "" : " --data PICTURES"}

The same adapter, runtime and version give the same alphas to the last bit.${variants > 0 ? ` The ${variants} kernel variants are part of that:\nthey are taken from here where adapter and version are the same.` : ""} Settings that were changed during the run
are listed under settingChanges; a repetition uses the last values from the start.

Settings
${SETTING_NAMES.map((name) => `  ${name}: ${settings[name]}`).join("\n")}
`;
}

/** The bytes of the zip. */
export function packBundle(run: RunFile): Uint8Array<ArrayBuffer> {
  const genotypes = genotypesText(run);
  const files: Record<string, string> = {
    "README.txt": readme(run, genotypes !== null),
    [RUN_NAME]: runFileText(run),
    "genotype.txt": `${genotypeText(run.genotype)}\n`,
    "genotype.json": `${genotypeJson(run.genotype, run.data)}\n`,
    "genotype-naslib.txt": `${genotypeCompact(run.genotype)}\n`,
    ...(genotypes !== null && { "genotypes.txt": genotypes }),
    "history.csv": csvText(historyTable(run.records)),
  };
  const entries = Object.entries(files).map(([name, text]) => [name, strToU8(text)] as const);
  return zipSync(Object.fromEntries(entries), { mtime: NO_TIME, level: 9 });
}

/**
 * The text of the run file in a bundle.
 * @param limit largest text that is read, in bytes
 * @returns null when the zip is no bundle, or cannot be read at all: it may hold pictures
 * @throws DataError when it is one and cannot be read
 */
export async function readBundle(source: FileSource, limit = RUN_FILE_LIMIT): Promise<string | null> {
  const reading = new Reading(source.size, {});
  let found = false;
  const wanted = (path: string, size: number) => {
    if (baseName(path) !== RUN_NAME) return false;
    found = true;
    if (size <= limit) return true;
    throw new DataError(
      `${baseName(source.path)} holds a run of ${megabytes(size)}; runs of up to ${megabytes(limit)} are read.`,
    );
  };
  try {
    for await (const { bytes } of openZip(source, reading, { wanted, limit })) {
      return new TextDecoder().decode(bytes);
    }
    return null;
  } catch (error) {
    // What is wrong with a zip of pictures, the readers of pictures tell.
    if (found || !(error instanceof DataError)) throw error;
    return null;
  }
}
