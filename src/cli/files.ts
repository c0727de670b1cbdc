/** Files and folders of the disk as the readers of `data` see them. */
import { open, readdir, stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import type { FileSource } from "../data/formats/source";
import { FILES_LIMIT } from "../data/limits";
import { DataError } from "../domain/dataset";

/** In the words of a person. @param absent what to say when there is no such file */
export function diskError(path: string, error: unknown, absent = `There is no file ${path}.`): DataError {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ENOENT") return new DataError(absent);
  if (code === "EACCES") return new DataError(`${path} may not be read; change its permissions.`);
  return new DataError(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
}

/** Opened for each part that is read: a folder may hold more files than may be open at once. */
function diskFile(path: string, name: string, size: number): FileSource {
  return {
    path: name,
    size,
    read: async (start, end) => {
      try {
        const file = await open(path);
        try {
          const bytes = new Uint8Array(Math.max(0, Math.min(end, size) - start));
          let at = 0;
          while (at < bytes.length) {
            const { bytesRead } = await file.read(bytes, at, bytes.length - at, start + at);
            if (bytesRead === 0) break;
            at += bytesRead;
          }
          return bytes.subarray(0, at);
        } finally {
          await file.close();
        }
      } catch (error) {
        throw diskError(path, error);
      }
    },
  };
}

async function collect(path: string, name: string, files: FileSource[]): Promise<void> {
  if (files.length > FILES_LIMIT) return;
  const found = await stat(path).catch((error: unknown) => {
    throw diskError(path, error);
  });
  if (found.isDirectory()) {
    for (const entry of (await readdir(path)).sort()) await collect(join(path, entry), `${name}/${entry}`, files);
  } else if (found.isFile()) files.push(diskFile(path, name, found.size));
  else throw new DataError(`${path} is neither a file nor a folder.`);
}

/** All files under the paths. @throws DataError when one is missing or may not be read */
export async function diskSources(paths: readonly string[]): Promise<FileSource[]> {
  const files: FileSource[] = [];
  for (const path of paths) await collect(path, basename(resolve(path)), files);
  if (files.length === 0) throw new DataError(`${paths.join(", ")} holds no files.`);
  return files;
}
