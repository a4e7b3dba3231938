/** The files of a workspace with other entries for some of them, without a copy of all. */
import { MapView } from '../kernel/map-view.js';
import type { FileEntry } from './types.js';

type Files = ReadonlyMap<string, FileEntry>;

/** `changed` has only paths that `base` has. */
export class ChangedFiles extends MapView<FileEntry> {
  readonly #base: Files;
  readonly #changed: Files;

  constructor(base: Files, changed: Files) {
    super();
    this.#base = base;
    this.#changed = changed;
  }

  get size(): number {
    return this.#base.size;
  }

  get(path: string): FileEntry | undefined {
    return this.#changed.get(path) ?? this.#base.get(path);
  }

  keys(): MapIterator<string> {
    return this.#base.keys();
  }
}
