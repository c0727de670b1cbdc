/** Pictures in folders, one folder a class. */
import { DataError } from "../../domain/dataset";
import { CLASSES_LIMIT } from "../limits";
import { counted } from "../pictures";
import { decodePicture, MixedSizes, PictureStore } from "./encoded";
import type { EncodedPicture, Part } from "./part";
import { foldersOf, pathRole, sharedFolders } from "./role";
import { baseName } from "./source";

interface Group {
  readonly path: string;
  /** The folder that names the split, with those around it; empty where none does. */
  readonly splitFolders: readonly string[];
  readonly store: PictureStore;
  readonly classes: string[];
  /** Left out, by reason. */
  readonly broken: Map<string, number>;
}

/** Decodes pictures as they come, for each split apart. */
export class FolderReader {
  readonly #groups = new Map<string, Group>();
  /** What all pictures lie in. */
  #shared: readonly string[] | null = null;
  #firstError: DataError | null = null;

  get empty(): boolean {
    return this.#groups.size === 0;
  }

  /** Of the decoded pictures. */
  get bytes(): number {
    return [...this.#groups.values()].reduce((sum, { store: { count, size } }) => sum + count * size * size * 3, 0);
  }

  /** @throws DataError when the picture lies in no folder or differs in size from the others */
  async add({ path, inside, bytes }: EncodedPicture): Promise<void> {
    const className = foldersOf(inside).at(-1);
    if (className === undefined) {
      throw new DataError(
        `${baseName(path)} is a single picture. Pictures are read from a folder or zip with one folder for each class.`,
      );
    }
    const group = this.#groupOf(path);
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

  /** The last folder is the class; those above it may name the split. */
  #groupOf(path: string): Group {
    const folders = foldersOf(path).slice(0, -1);
    this.#shared = this.#shared ? sharedFolders(this.#shared, folders) : folders;
    const splitFolders = folders.slice(0, folders.findLastIndex((folder) => pathRole(folder) !== null) + 1);
    const key = splitFolders.join("/");
    const known = this.#groups.get(key);
    if (known) return known;
    const group = { path, splitFolders, store: new PictureStore(), classes: [], broken: new Map<string, number>() };
    this.#groups.set(key, group);
    return group;
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
    const shared = this.#shared?.length ?? 0;
    return [...this.#groups.values()].map(({ path, splitFolders, store, classes, broken }) => ({
      kind: "pictures",
      path,
      set: null,
      // Neither the class nor the picture's own name tells a split, nor what all lie in.
      role: pathRole(splitFolders.slice(shared).join("/")) ?? "train",
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
