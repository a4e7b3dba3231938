/** What the cache knows of each group of files, and which groups have changed. */
import { sha256 } from '../kernel/hash.js';
import type { Store } from './cache-store.js';
import type { Fresh, Group, Row } from './cache-tables.js';
import { fileGroups, groupOf, lineOf } from './file-groups.js';
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
  const partsOf = (id: number): Group['parts'] | undefined =>
    (same.has(id) ? store.groups.get(id) : own(id))?.parts;
  const digest = memo((part: string) =>
    sha256(ids.map((id) => `${id} ${partsOf(id)?.[part] ?? ''}`).join('\n')),
  );
  const hashes = memo((id: number): ReadonlyMap<string, string> => {
    const lines = store.groups.get(id)?.hashes.split('\n') ?? [];
    const entries = groups.get(id)?.entries ?? [];
    return new Map(entries.map(({ path }, i) => [path, lines[i] ?? '']));
  });
  /** Groups that had files, and have none now. */
  const empty = [...store.groups.keys()].filter((id) => !groups.has(id));
  return {
    isUnchanged: (id: number): boolean => same.has(id),
    unchanged: sumOf([...same].flatMap((id) => store.groups.get(id) ?? [])),
    digest,
    /** Of a file with facts in a group that did not change. */
    hashOf: (path: string): string | undefined => hashes(groupOf(path)).get(path) || undefined,
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
  let [files, count, listing, hashes] = [0, 0, '', ''];
  let isWhole = true;
  for (const entry of entries) {
    const { path } = entry;
    const file = known(path);
    const add = (part: string, line: string): void =>
      void texts.set(part, `${texts.get(part) ?? ''}${path}\0${line}\n`);
    add('content', file?.hash ?? (statOf(path) || (snapshot.hash(path) ?? '')));
    if (file !== undefined) add('held', '');
    for (const line of file?.facts.split('\n') ?? [])
      if (line !== '') add(line.slice(0, line.indexOf('\t')), line);
    listing += lineOf(entry, statOf(path));
    hashes += `${file?.hash ?? ''}\n`;
    isWhole &&= isKnown(path);
    if (file === undefined) continue;
    files++;
    count += file.count;
    if (file.noted) noted.push(path);
  }
  return {
    listing: isWhole ? listing : '',
    hashes,
    parts: Object.fromEntries([...texts].map(([part, text]) => [part, sha256(text)])),
    noted,
    files,
    count,
  };
}
