/** Files of the browser with their place among the folders that were dropped or chosen. */
import type { PathFile } from "../worker/api";

/** As the drop zone marks files of folders, and as the browser marks files of a chosen folder. */
interface Placed {
  readonly relativePath?: string;
  readonly webkitRelativePath?: string;
}

export function withPaths(files: readonly File[]): PathFile[] {
  return files.map((file) => {
    const { relativePath, webkitRelativePath } = file as Placed;
    const path = relativePath || webkitRelativePath || file.name;
    return { path: path.replace(/^\.?\/+/, ""), file };
  });
}
