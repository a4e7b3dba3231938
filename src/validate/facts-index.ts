/** The facts of every file, with what rules about several files need to judge one of them. */
import type { FileFacts } from './fact-types.js';
import { NO_FACTS } from './facts-view.js';

export class FactsIndex {
  readonly #facts = new Map<string, FileFacts>();
  readonly #unread = new Map<string, FileFacts>();
  /** Files by a value that only one record may have, or by the key of a document. */
  readonly #holders = new Map<string, Set<string>>();
  /** How many files have a key, by object. */
  readonly #keys = new Map<string, Map<string, number>>();

  constructor(facts: Iterable<readonly [string, FileFacts]>) {
    for (const [path, own] of facts) this.set(path, own);
  }

  set(path: string, facts: FileFacts): void {
    this.delete(path);
    this.#facts.set(path, facts);
    if (facts.unread.length > 0) this.#unread.set(path, facts);
    for (const id of valuesOf(facts)) {
      const holders = this.#holders.get(id) ?? new Set<string>();
      this.#holders.set(id, holders.add(path));
    }
    for (const { object, key } of facts.keys) {
      const counts = this.#keys.get(object) ?? new Map<string, number>();
      this.#keys.set(object, counts.set(key, (counts.get(key) ?? 0) + 1));
    }
  }

  delete(path: string): void {
    const facts = this.#facts.get(path);
    if (facts === undefined) return;
    this.#facts.delete(path);
    this.#unread.delete(path);
    for (const id of valuesOf(facts)) this.#holders.get(id)?.delete(path);
    for (const { object, key } of facts.keys) {
      const counts = this.#keys.get(object);
      const count = (counts?.get(key) ?? 0) - 1;
      if (count > 0) counts?.set(key, count);
      else counts?.delete(key);
    }
  }

  has(path: string): boolean {
    return this.#facts.has(path);
  }

  get(path: string): FileFacts | undefined {
    return this.#facts.get(path);
  }

  entries(): IterableIterator<[string, FileFacts]> {
    return this.#facts.entries();
  }

  /** The keys of an object, in all files. */
  keysOf(object: string): Iterable<string> {
    return this.#keys.get(object)?.keys() ?? [];
  }

  /** The files in which records of some object could not be read. */
  unreadFiles(): Iterable<FileFacts> {
    return this.#unread.values();
  }

  /** A file and those that share a value with it, in the order of paths: the first one is right. */
  sharing(path: string): ReadonlyMap<string, FileFacts> {
    const own = this.#facts.get(path);
    const near = new Set(
      own === undefined ? [] : valuesOf(own).flatMap((id) => [...(this.#holders.get(id) ?? [])]),
    );
    return new Map(
      [...near.add(path)].sort().flatMap((file) => {
        const facts = this.#facts.get(file);
        return facts === undefined ? [] : [[file, facts] as const];
      }),
    );
  }

  /** The references of a file, and every key that they may be. */
  referring(path: string): ReadonlyMap<string, FileFacts> {
    const own = this.#facts.get(path);
    const range = own?.references[0]?.range;
    if (own === undefined || range === undefined) return new Map();
    const objects = new Set(own.references.map(({ object }) => object));
    const keys = [...objects].flatMap((object) =>
      Array.from(this.keysOf(object), (key) => ({ object, key, range })),
    );
    return new Map([[path, { ...NO_FACTS, references: own.references, keys }]]);
  }
}

function valuesOf({ keys, uniques }: FileFacts): readonly string[] {
  return [
    ...keys.map(({ object, key }) => `key\0${object}\0${key}`),
    ...uniques.map(({ object, field, value }) => `${field}\0${object}\0${value}`),
  ];
}
