/** What a snapshot has read: computed at most once, and taken over by the snapshot after it. */
import type { Doc, ReadResult } from '../markdown/types.js';
import type { Lacking } from './log-records.js';
import type { Snapshot } from './types.js';

type Reads = {
  readonly text: Memo<string | undefined>;
  readonly doc: Memo<Doc | undefined>;
  readonly hash: Memo<string | undefined>;
  /** By object and path, with a zero byte between them. */
  readonly readIn: Memo<ReadResult>;
  readonly lackingIn: Memo<Lacking>;
  readonly computed: Map<string, Computed>;
};
/** `unasked`: by so many snapshots in a row nobody asked for it. */
type Computed = { readonly files: readonly string[]; readonly value: unknown; unasked: number };

const reads = new WeakMap<Snapshot, Reads>();
/** What was written so shortly before it was read may be written again within the same tick. */
const SETTLED_MS = 2_000;
const MOST_UNASKED = 20;
const SAME = ['size', 'mtimeMs', 'ctimeMs', 'ino', 'mode', 'kind'] as const;

export function noteReads(snapshot: Snapshot, of: Omit<Reads, 'computed'>): void {
  reads.set(snapshot, { ...of, computed: new Map() });
}

/** What follows from these files and the schema, and from nothing else, such as the time. */
export function computedFrom<T>(
  snapshot: Snapshot,
  { name, files }: { readonly name: string; readonly files: readonly string[] },
  compute: () => T,
): T {
  const key = [name, ...files].join('\0');
  const computed = reads.get(snapshot)?.computed;
  const known = computed?.get(key);
  if (known !== undefined) known.unasked = 0;
  const value = known === undefined ? compute() : (known.value as T);
  if (known === undefined) computed?.set(key, { files, value, unasked: 0 });
  return value;
}

/**
 * Gives a snapshot what an earlier one has read of files with records that are the same. For pages
 * that are asked often, not for decisions.
 */
export function takeOver(before: Snapshot, snapshot: Snapshot): void {
  const [known, own] = [reads.get(before), reads.get(snapshot)];
  if (known === undefined || own === undefined || before.schema !== snapshot.schema) return;
  const isSettled = memo((path: string): boolean => {
    const [then, now] = [before.files.get(path), snapshot.files.get(path)];
    if (then === undefined || now === undefined) return false;
    if (then.ctimeMs >= before.now.getTime() - SETTLED_MS) return false;
    return SAME.every((field) => then[field] === now[field]);
  });
  const isSame = (path: string): boolean => isSettled(path) && snapshot.objectsOf(path).length > 0;
  own.hash.take(known.hash, isSettled);
  own.text.take(known.text, isSame);
  own.doc.take(known.doc, isSame);
  own.lackingIn.take(known.lackingIn, isSame);
  own.readIn.take(known.readIn, (id) => isSame(id.slice(id.indexOf('\0') + 1)));
  for (const [key, { files, value, unasked }] of known.computed)
    if (unasked < MOST_UNASKED && files.every(isSame))
      own.computed.set(key, { files, value, unasked: unasked + 1 });
}

export type Memo<T, K = string> = ((key: K) => T) & {
  readonly forget: (key: K) => void;
  readonly take: (other: Memo<T, K>, isWanted: (key: K) => boolean) => void;
  readonly values: ReadonlyMap<K, T>;
};

export function memo<T, K = string>(compute: (key: K) => T): Memo<T, K> {
  const values = new Map<K, T>();
  const ask = (key: K): T => {
    const cached = values.get(key);
    if (cached !== undefined || values.has(key)) return cached as T;
    const value = compute(key);
    values.set(key, value);
    return value;
  };
  return Object.assign(ask, {
    values,
    forget: (key: K) => void values.delete(key),
    take: (other: Memo<T, K>, isWanted: (key: K) => boolean): void => {
      for (const [key, value] of other.values) if (isWanted(key)) values.set(key, value);
    },
  });
}
