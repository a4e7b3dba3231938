/**
 * The facts of every file, with what rules about several files need to judge one of them. Of a file
 * that changes, only what differs is entered: a table may have thousands of rows.
 */
import type { FileFacts } from './fact-types.js';
import { NO_FACTS } from './facts-view.js';

type Owned = Pick<FileFacts, 'keys' | 'uniques'>;

export class FactsIndex {
  readonly #facts = new Map<string, FileFacts>();
  readonly #unread = new Map<string, FileFacts>();
  /** How often each file has a value that only one record may have, or the key of a document. */
  readonly #holders = new Map<string, Map<string, number>>();
  /** The values that several files have. */
  readonly #shared = new Set<string>();
  /** How many records have a key, by object. */
  readonly #keys = new Map<string, Map<string, number>>();

  constructor(facts: Iterable<readonly [string, FileFacts]>) {
    for (const [path, own] of facts) this.set(path, own);
  }

  set(path: string, facts: FileFacts): void {
    this.#replace(path, this.#facts.get(path) ?? NO_FACTS, facts);
    this.#facts.set(path, facts);
    if (facts.unread.length > 0) this.#unread.set(path, facts);
    else this.#unread.delete(path);
  }

  delete(path: string): void {
    this.#replace(path, this.#facts.get(path) ?? NO_FACTS, NO_FACTS);
    this.#facts.delete(path);
    this.#unread.delete(path);
  }

  #replace(path: string, before: Owned, now: Owned): void {
    const keys = difference(
      before.keys,
      now.keys,
      (a, b) => a.key === b.key && a.object === b.object,
    );
    const uniques = difference(
      before.uniques,
      now.uniques,
      (a, b) => a.value === b.value && a.field === b.field && a.object === b.object,
    );
    this.#count(path, { keys: keys.gone, uniques: uniques.gone }, -1);
    this.#count(path, { keys: keys.come, uniques: uniques.come }, 1);
  }

  #count(path: string, owned: Owned, by: 1 | -1): void {
    for (const { object, key } of owned.keys) {
      const counts = this.#keys.get(object) ?? new Map<string, number>();
      this.#keys.set(object, add(counts, key, by));
    }
    for (const id of valuesOf(owned)) {
      const holders = add(this.#holders.get(id) ?? new Map<string, number>(), path, by);
      if (holders.size === 0) this.#holders.delete(id);
      else this.#holders.set(id, holders);
      if (holders.size > 1) this.#shared.add(id);
      else this.#shared.delete(id);
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
    const near = new Set([path]);
    for (const id of this.#shared) {
      const holders = this.#holders.get(id);
      if (holders?.has(path) === true) for (const other of holders.keys()) near.add(other);
    }
    return new Map(
      [...near].sort().flatMap((file) => {
        const facts = this.#facts.get(file);
        return facts === undefined ? [] : [[file, facts] as const];
      }),
    );
  }

  /** The references of a file that lead nowhere, and every key that they may be. */
  referring(path: string): ReadonlyMap<string, FileFacts> {
    const references = (this.#facts.get(path)?.references ?? []).filter(
      ({ object, key }) => this.#keys.get(object)?.has(key) !== true,
    );
    const [first] = references;
    if (first === undefined) return new Map();
    const keys = [...new Set(references.map(({ object }) => object))].flatMap((object) =>
      Array.from(this.keysOf(object), (key) => ({ object, key, range: first.range })),
    );
    return new Map([[path, { ...NO_FACTS, references, keys }]]);
  }
}

function valuesOf({ keys, uniques }: Owned): readonly string[] {
  return [
    ...keys.map(({ object, key }) => `key\0${object}\0${key}`),
    ...uniques.map(({ object, field, value }) => `${field}\0${object}\0${value}`),
  ];
}

/** What is between the part that both begin with and the part that both end with. */
function difference<T>(
  before: readonly T[],
  now: readonly T[],
  isSame: (a: T, b: T) => boolean,
): { readonly gone: readonly T[]; readonly come: readonly T[] } {
  const same = (i: number, j: number): boolean => {
    const [a, b] = [before[i], now[j]];
    return a !== undefined && b !== undefined && (a === b || isSame(a, b));
  };
  let start = 0;
  while (same(start, start)) start++;
  let end = 0;
  while (
    end < Math.min(before.length, now.length) - start &&
    same(before.length - 1 - end, now.length - 1 - end)
  )
    end++;
  return {
    gone: before.slice(start, before.length - end),
    come: now.slice(start, now.length - end),
  };
}

function add(counts: Map<string, number>, name: string, by: 1 | -1): Map<string, number> {
  const count = (counts.get(name) ?? 0) + by;
  if (count > 0) counts.set(name, count);
  else counts.delete(name);
  return counts;
}
