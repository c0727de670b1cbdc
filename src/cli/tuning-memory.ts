/** Remembers kernel variants in a JSON file of the user's cache folder. */
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { type Variants, variantsSchema } from "../domain/run";
import { placeKey, type TuningMemory, type TuningPlace } from "../domain/tuning";
import { z } from "../domain/zod";

const fileSchema = z.array(
  z.object({ adapter: z.string(), version: z.string(), runtime: z.string(), variants: variantsSchema }),
);
type Entries = z.infer<typeof fileSchema>;

/** @param env as `process.env`: XDG_CACHE_HOME names another folder than ~/.cache */
export function tuningPath(env: Readonly<Record<string, string | undefined>>, home = homedir()): string {
  return join(env.XDG_CACHE_HOME || join(home, ".cache"), "searchlight", "tuning.json");
}

/** @param complain hears why something could not be kept or forgotten: the search does without */
export function fileTuningMemory(path: string, complain: (line: string) => void): TuningMemory {
  /** A file that is missing or broken remembers nothing; the next `keep` writes a good one. */
  const read = async (): Promise<Entries> => {
    try {
      return fileSchema.parse(JSON.parse(await readFile(path, "utf8")));
    } catch {
      return [];
    }
  };
  const attempt = async (what: string, act: () => Promise<void>) => {
    try {
      await act();
    } catch (error) {
      complain(`${path} cannot be ${what}: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  const at = (entries: Entries, place: TuningPlace): Variants =>
    entries.find((entry) => placeKey(entry) === placeKey(place))?.variants ?? {};
  return {
    recall: async (place) => at(await read(), place),
    keep: ({ adapter, version, runtime }, variants) =>
      attempt("written", async () => {
        const place = { adapter, version, runtime };
        const known = await read();
        // Nothing asks again for kernels of another version.
        const others = known.filter((entry) => entry.version === version && placeKey(entry) !== placeKey(place));
        const entries: Entries = [...others, { ...place, variants: { ...at(known, place), ...variants } }];
        await mkdir(dirname(path), { recursive: true });
        // Renamed, so that a search beside this one never reads half a file.
        const part = `${path}.${process.pid}`;
        await writeFile(part, `${JSON.stringify(entries, null, 1)}\n`);
        await rename(part, path);
      }),
    forget: () => attempt("removed", () => rm(path, { force: true })),
  };
}
