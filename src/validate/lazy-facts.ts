/** The facts of all files, of which most are read from the cache when somebody asks for them. */
import { MapView } from '../kernel/map-view.js';
import { memo } from '../workspace/reads.js';
import type { FileFacts } from './fact-types.js';

type Rest = {
  readonly paths: ReadonlyMap<string, unknown>;
  readonly size: number;
  readonly load: (path: string) => FileFacts | undefined;
};

/**
 * In the order of `paths`, as `own` is. `load` is asked at most once for each path that is not in
 * `own`.
 */
export class LazyFacts extends MapView<FileFacts> {
  readonly size: number;
  readonly #paths: Rest['paths'];
  readonly #own: ReadonlyMap<string, FileFacts>;
  readonly #load: Rest['load'];

  constructor(own: ReadonlyMap<string, FileFacts>, { paths, size, load }: Rest) {
    super();
    this.size = size;
    this.#paths = paths;
    this.#own = own;
    this.#load = memo(load);
  }

  get(path: string): FileFacts | undefined {
    return this.#own.get(path) ?? this.#load(path);
  }

  *keys(): MapIterator<string> {
    for (const path of this.#paths.keys()) if (this.has(path)) yield path;
  }

  override entries(): MapIterator<[string, FileFacts]> {
    return this.#own.size === this.size ? this.#own.entries() : this.#someLoaded();
  }

  *#someLoaded(): MapIterator<[string, FileFacts]> {
    for (const path of this.#paths.keys()) {
      const facts = this.get(path);
      if (facts !== undefined) yield [path, facts];
    }
  }
}
