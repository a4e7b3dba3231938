/** What the cache knows of each group of files, and which groups have changed. */
import { sha256 } from '../kernel/hash.js';
import type { Store } from './cache-store.js';
import type { Fresh, Group, Parts, Row } from './cache-tables.js';
import { fileGroups, lineOf } from './file-groups.js';
import { memo } from './reads.js';
import type { FileEntry, Snapshot } from './types.js';

type Source = {
  readonly known: (path: string) => Fresh | Row | undefined;
  readonly isKnown: (path: string) => boolean;
  /** Empty if a change of the file might not show. */
  readonly statOf: (path: string) => string;
};

export function groupStates(snapshot: Snapshot, store: Store, source: Source) {
  const groups = fileGroups(snapshot.files);
  const ids = [...groups.keys()].sort((a, b) => a - b);
  const same = new Set(
    ids.filter((id) => store.groups.get(id)?.listing === groups.get(id)?.listing),
  );
  const changedIds = ids.filter((id) => !same.has(id));
  const own = memo((id: number) => stateOf(snapshot, groups.get(id)?.entries ?? [], source));
  const partsOf = (id: number): Parts | undefined =>
    (same.has(id) ? store.groups.get(id) : own(id))?.parts;
  const digest = memo((part: string) =>
    sha256(ids.map((id) => `${id} ${partsOf(id)?.[part] ?? ''}`).join('\n')),
  );
  /** Groups that had files, and have none now. */
  const empty = [...store.groups.keys()].filter((id) => !groups.has(id));
  return {
    isUnchanged: (id: number): boolean => same.has(id),
    unchanged: sumOf([...same].flatMap((id) => store.groups.get(id) ?? [])),
    digest,
    forget(id: number): void {
      own.forget(id);
      for (const part of digest.values.keys()) digest.forget(part);
    },
    /** The paths in the cache of all groups that changed. */
    stored: (): readonly string[] =>
      [...changedIds, ...empty].flatMap((id) => [...store.rows(id).keys()]),
    changed: (): ReadonlyMap<number, Group | undefined> =>
      new Map([
        ...empty.map((id) => [id, undefined] as const),
        ...changedIds.map((id) => [id, own(id)] as const),
      ]),
  };
}

function sumOf(groups: readonly Group[]): Pick<Group, 'files' | 'count' | 'noted'> {
  return {
    files: groups.reduce((sum, { files }) => sum + files, 0),
    count: groups.reduce((sum, { count }) => sum + count, 0),
    noted: groups.flatMap(({ noted }) => noted),
  };
}

function stateOf(snapshot: Snapshot, entries: readonly FileEntry[], source: Source): Group {
  const { known, isKnown, statOf } = source;
  const texts = new Map<string, string>();
  const noted: string[] = [];
  let [files, count, listing] = [0, 0, ''];
  let isWhole = true;
  for (const entry of entries) {
    const { path } = entry;
    const file = known(path);
    const parts: Parts =
      file === undefined
        ? { content: statOf(path) || (snapshot.hash(path) ?? '') }
        : { ...partsOf(file), content: file.hash };
    for (const [part, hash] of Object.entries(parts))
      texts.set(part, `${texts.get(part) ?? ''}${path}\0${hash}\n`);
    listing += lineOf(entry, statOf(path));
    isWhole &&= isKnown(path);
    if (file === undefined) continue;
    files++;
    count += file.count;
    if (file.noted) noted.push(path);
  }
  return {
    listing: isWhole ? listing : '',
    parts: Object.fromEntries([...texts].map(([part, text]) => [part, sha256(text)])),
    noted,
    files,
    count,
  };
}

function partsOf({ parts }: Fresh | Row): Parts {
  return typeof parts === 'string' ? (JSON.parse(parts) as Parts) : parts;
}
