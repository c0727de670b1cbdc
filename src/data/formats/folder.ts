/** Pictures in folders, one folder a class. */
import { DataError } from "../../domain/dataset";
import { CLASSES_LIMIT } from "../limits";
import { counted } from "../pictures";
import { decodePicture, MixedSizes, PictureStore } from "./encoded";
import type { EncodedPicture, Part, Role } from "./part";
import { pathRole } from "./role";
import { baseName } from "./source";

interface Group {
  readonly path: string;
  readonly store: PictureStore;
  readonly classes: string[];
  /** Left out, by reason. */
  readonly broken: Map<string, number>;
}

/** Decodes pictures as they come, for each split apart. */
export class FolderReader {
  readonly #groups = new Map<Role | null, Group>();
  #firstError: DataError | null = null;

  get empty(): boolean {
    return this.#groups.size === 0;
  }

  /** @throws DataError when the picture lies in no folder or differs in size from the others */
  async add({ path, bytes }: EncodedPicture): Promise<void> {
    const parts = path.split("/").filter((part) => part !== "");
    const className = parts.at(-2);
    if (className === undefined) {
      throw new DataError(
        `${baseName(path)} is a single picture. Pictures are read from a folder or zip with one folder for each class.`,
      );
    }
    // The last folder is the class; those above it may name the split.
    const role = pathRole(parts.slice(0, -2).join("/"));
    let group = this.#groups.get(role);
    if (!group) {
      group = { path, store: new PictureStore(), classes: [], broken: new Map() };
      this.#groups.set(role, group);
    }
    try {
      group.store.add(path, await decodePicture(path, bytes));
      group.classes.push(className);
    } catch (error) {
      if (!(error instanceof DataError) || error instanceof MixedSizes) throw error;
      this.#firstError ??= error;
      const reason = "damaged or no square picture";
      group.broken.set(reason, (group.broken.get(reason) ?? 0) + 1);
    }
  }

  /** @throws DataError when no picture could be read */
  parts(): Part[] {
    const names = [...new Set([...this.#groups.values()].flatMap(({ classes }) => classes))].sort();
    if (names.length === 0 && this.#firstError) throw this.#firstError;
    if (names.length > CLASSES_LIMIT) {
      throw new DataError(
        `There are ${counted(names.length, "folder")} of pictures; up to ${counted(CLASSES_LIMIT, "folder")} can be classes.`,
      );
    }
    const place = new Map(names.map((name, i) => [name, i]));
    return [...this.#groups].map(([role, { path, store, classes, broken }]) => ({
      kind: "pictures",
      path,
      set: null,
      role,
      size: store.size,
      grey: store.grey,
      pixels: store.pixels(),
      labels: Uint16Array.from(classes, (name) => place.get(name) ?? 0),
      coarse: null,
      names,
      coarseNames: null,
      ignored: [...broken].map(([reason, count]) => ({ count, reason })),
    }));
  }
}
