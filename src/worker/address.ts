/** What a file is called that lies behind an address. */
import { pathRole } from "../data/formats/role";

/** The last part of the address; with the folder before it where only that tells the split, as in "train/0000.parquet". */
export function nameOf(url: URL): string {
  const parts = url.pathname.split("/").filter((part) => part !== "");
  const [folder = "", last] = parts.slice(-2).map(decoded);
  if (last === undefined) return folder === "" ? url.host : folder;
  return pathRole(last) === null && pathRole(folder) !== null ? `${folder}/${last}` : last;
}

/** A part of an address as a person reads it; as it stands when its percent signs mean nothing. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
