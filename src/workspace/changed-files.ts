/** The files of a workspace with other entries for some of them, without a copy of all. */
import type { FileEntry } from './types.js';

type Files = ReadonlyMap<string, FileEntry>;

/** `changed` has only paths that `base` has. */
export class ChangedFiles implements Files {
  readonly #base: Files;
  readonly #changed: Files;

  constructor(base: Files, changed: Files) {
    this.#base = base;
    this.#changed = changed;
  }

  get size(): number {
    return this.#base.size;
  }

  get(path: string): FileEntry | undefined {
    return this.#changed.get(path) ?? this.#base.get(path);
  }

  has(path: string): boolean {
    return this.#base.has(path);
  }

  keys(): MapIterator<string> {
    return this.#base.keys();
  }

  *entries(): MapIterator<[string, FileEntry]> {
    for (const [path, entry] of this.#base) yield [path, this.#changed.get(path) ?? entry];
  }

  *values(): MapIterator<FileEntry> {
    for (const [path, entry] of this.#base) yield this.#changed.get(path) ?? entry;
  }

  [Symbol.iterator](): MapIterator<[string, FileEntry]> {
    return this.entries();
  }

  forEach(use: (entry: FileEntry, path: string, files: Files) => void): void {
    for (const [path, entry] of this) use(entry, path, this);
  }
}
