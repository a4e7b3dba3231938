/** The facts of all files: from the cache where they are, else computed and put there. */
import { defined } from '../kernel/defined.js';
import { isFree, routeOf } from '../registry/route.js';
import type { Schema } from '../registry/types.js';
import { MOST_READ } from '../workspace/file-content.js';
import { isLongLog } from '../workspace/log-windows.js';
import type { FileEntry, Snapshot } from '../workspace/types.js';
import type { FileFacts } from './fact-types.js';
import { contentKind } from './content-kind.js';
import { fileFacts } from './file-facts.js';
import { governedFile } from './governed-file.js';
import { LazyFacts } from './lazy-facts.js';
import { logFacts } from './log-facts.js';
import type { FileRule } from './rule.js';
import { FILE_RULES } from './rules.js';
import type { ValidateOptions } from './validate-snapshot.js';

/**
 * Files that nobody has to look at: no file of their group has changed. `noted`: those of them
 * that `isNoted`. `count`: their records.
 */
export type UnchangedFacts = {
  has(path: string): boolean;
  readonly files: number;
  readonly count: number;
  readonly noted: readonly string[];
};

/** `noted`: those that `isNoted`, by path. `unreadable`: files that should have facts. */
export type CollectedFacts = {
  readonly facts: ReadonlyMap<string, FileFacts>;
  readonly noted: ReadonlyMap<string, FileFacts>;
  readonly unreadable: readonly string[];
  readonly records: number;
};

type Options = Pick<ValidateOptions, 'changed' | 'onFile' | 'cache'> & {
  readonly isLeftOut: (path: string) => boolean;
};

/** Whether a report needs them even if nothing changed. */
export function isNoted({ diagnostics, suppressions, unread }: FileFacts): boolean {
  return diagnostics.length + suppressions.length + unread.length > 0;
}

export function collectFacts(snapshot: Snapshot, options: Options): CollectedFacts {
  const { cache, isLeftOut, onFile } = options;
  const unchanged = cache?.unchanged;
  const own = new Map<string, FileFacts>();
  const unreadable: string[] = [];
  let [done, records] = [0, unchanged?.count ?? 0];
  for (const entry of snapshot.files.values()) {
    onFile?.(++done, snapshot.files.size);
    if (unchanged?.has(entry.path) === true) continue;
    // Their facts are not cached: only those who ask for them get them.
    if (isFree(snapshot.schema, entry.path)) cache?.putNone?.(entry.path);
    if (isLeftOut(entry.path)) continue;
    const found = factsOf(snapshot, entry.path, options);
    if (found === undefined) {
      if (isReadable(snapshot, entry)) cache?.putNone?.(entry.path);
      else unreadable.push(entry.path);
      continue;
    }
    own.set(entry.path, found);
    records += found.records;
  }
  const load = (path: string): FileFacts | undefined =>
    unchanged?.has(path) === true && !isLeftOut(path)
      ? factsOf(snapshot, path, options)
      : undefined;
  const facts = new LazyFacts(own, {
    paths: snapshot.files,
    size: own.size + (unchanged?.files ?? 0),
    load,
  });
  const noted = [
    ...[...own].filter(([, found]) => isNoted(found)).map(([path]) => path),
    ...(unchanged?.noted ?? []),
  ].sort();
  return {
    facts,
    noted: new Map(
      noted.flatMap((path) => {
        const found = facts.get(path);
        return found === undefined ? [] : [[path, found]];
      }),
    ),
    unreadable,
    records,
  };
}

function factsOf(
  snapshot: Snapshot,
  path: string,
  { cache, changed }: Options,
): FileFacts | undefined {
  const ownCache = isFree(snapshot.schema, path) ? undefined : cache;
  const cached = ownCache?.get(path);
  if (cached !== undefined) return cached;
  const isLong = isLongLog(snapshot, path);
  // Nobody asks for its own findings, and without them its facts are not complete.
  if (!isLong && changed?.has(path) === false) return factsBy([], snapshot, path);
  const found = isLong
    ? logFacts(snapshot, path, { rules: FILE_RULES, ...defined({ cache: cache?.windows }) })
    : knownFacts(snapshot, path);
  if (found !== undefined) ownCache?.put(path, found);
  return found;
}

type Known = { readonly hash: string; readonly facts: FileFacts };
/** By path, those of the content that was there last. */
const known = new WeakMap<Schema, Map<string, Known>>();
const MOST_KNOWN = 2_000;

/**
 * A process that stays validates again and again, and few files change in between. Facts follow
 * from the path, the content and the schema alone.
 */
function knownFacts(snapshot: Snapshot, path: string): FileFacts | undefined {
  const ofSchema = known.get(snapshot.schema) ?? new Map<string, Known>();
  known.set(snapshot.schema, ofSchema);
  const last = ofSchema.get(path);
  if (last !== undefined && last.hash === snapshot.hash(path)) return last.facts;
  const facts = factsBy(FILE_RULES, snapshot, path);
  const hash = facts === undefined ? undefined : snapshot.hash(path);
  if (
    facts !== undefined &&
    hash !== undefined &&
    (last !== undefined || ofSchema.size < MOST_KNOWN)
  )
    ofSchema.set(path, { hash, facts });
  return facts;
}

function factsBy(
  rules: readonly FileRule[],
  snapshot: Snapshot,
  path: string,
): FileFacts | undefined {
  const file = governedFile(snapshot, path, routeOf(snapshot.schema, path).tier);
  return file === undefined ? undefined : fileFacts(file, rules);
}

/** Of a file without facts: false if the rules would read it, but cannot. */
function isReadable(snapshot: Snapshot, { path, kind, size }: FileEntry): boolean {
  if (kind !== 'file' || contentKind(path) === 'binary') return true;
  if (
    snapshot.objectsOf(path).length === 0 &&
    (size > MOST_READ || routeOf(snapshot.schema, path).tier === 'CODE')
  )
    return true;
  return snapshot.bytes(path) !== undefined;
}
