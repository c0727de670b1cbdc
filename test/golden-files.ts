/** Reads golden numbers in Node (from the folder) and in the browser (from the test server); honours `GOLDEN_DIR`. */

/**
 * The bytes of a golden file, for example `readGolden("darts/index.json")`.
 * @throws Error that names the file when it is missing.
 */
export async function readGolden(path: string): Promise<ArrayBuffer> {
  if (typeof document === "undefined") {
    const [{ readFile }, { goldenFolder }] = await Promise.all([
      import("node:fs/promises"),
      import("../scripts/lib/golden"),
    ]);
    const bytes = await readFile(`${goldenFolder()}/${path}`);
    return new Uint8Array(bytes).buffer;
  }
  const response = await fetch(`/golden/${path}`);
  if (!response.ok) throw new Error(`There is no golden file ${path}.`);
  return response.arrayBuffer();
}

/** A golden JSON file. The caller names the form it expects. */
export async function readGoldenJson<T>(path: string): Promise<T> {
  return JSON.parse(new TextDecoder().decode(await readGolden(path))) as T;
}
