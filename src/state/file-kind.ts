/** What a dropped or opened file is taken for, by what it begins with. Plain functions. */

/**
 * `zip`: a bundle or pictures. `table`, `drawing`: what the page writes of its charts, which it cannot load.
 * `data`: pictures, in any form that the readers tell apart.
 */
export type FileKind = "run" | "genotype" | "zip" | "table" | "drawing" | "data";

/** Bytes that tell. */
export const HEAD_BYTES = 4096;

const ZIP = [0x50, 0x4b, 0x03, 0x04] as const;

/** Tables begin with one of these columns. */
const TABLE = /^(?:iteration|edge|label),/;
const DRAWING = /^(?:<\?xml[^>]*>\s*)?<svg|^(?:strict\s+)?(?:di)?graph\s/;
const GENOTYPE = /\bGenotype\s*\(|^\s*[\w.]*\s*=?\s*[[(]|^\s*\{\s*['"](?:normal|reduce|genotype)\b/;

/** @param head the first bytes of the file */
export function fileKind(name: string, head: Uint8Array): FileKind {
  if (ZIP.every((byte, i) => head[i] === byte)) return "zip";
  // Pictures and tensors hold zeros early on; texts hold none.
  if (head.includes(0)) return "data";
  const text = new TextDecoder()
    .decode(head)
    .replace(/^\uFEFF/, "")
    .trimStart();
  if (DRAWING.test(text)) return "drawing";
  if (TABLE.test(text)) return "table";
  if (/"format"\s*:\s*"searchlight-run"/.test(text)) return "run";
  if (GENOTYPE.test(text)) return "genotype";
  // A run whose format does not stand first, or a file that is none and must be told so.
  return text.startsWith("{") || /\.json$/i.test(name) ? "run" : "data";
}
