/** Writes the changes of another node into a copy: all of them, or none. */
import { dirname, join } from 'node:path';
import { chmodSync, lstatSync, mkdirSync, writeFileSync } from '../../../kernel/files.js';
import { sha256 } from '../../../kernel/hash.js';
import { parentFolders } from '../../../kernel/parent-folders.js';
import { rebase } from '../../../passes/copy/rebase.js';
import { isInCopy, type PassCopy } from '../../../passes/copy/pass-copy.js';
import { removeIfThere } from '../../../workspace/durable.js';
import { readIfThere } from '../../../workspace/read-if-there.js';
import { onFiles } from '../../../workspace/storage-error.js';
import type { Snapshot } from '../../../workspace/types.js';
import { MeshRefusal } from '../wire/refusal.js';
import type { RemoteChange } from './change-set.js';

export type ApplyPlace = {
  readonly snapshot: Snapshot;
  readonly copy: PassCopy;
  /** Of the project, relative to the workspace. */
  readonly folder: string;
  /** Contents of the package, by path. */
  readonly base: ReadonlyMap<string, Buffer>;
};
type Write = {
  readonly to: string;
  /** Nothing: it goes. */
  readonly content: Buffer | undefined;
  readonly mode: number;
};

/** @throws MeshRefusal `bad-path`, or `changed-meanwhile` if it cannot be merged. */
export function applyChanges(place: ApplyPlace, changes: readonly RemoteChange[]): void {
  const writes = changes.map((change) => writeOf(place, change));
  onFiles(place.copy.folder, 'copy to', () => {
    for (const { to, content, mode } of writes) {
      if (content === undefined) {
        removeIfThere(to);
        continue;
      }
      mkdirSync(dirname(to), { recursive: true });
      writeFileSync(to, content);
      chmodSync(to, mode);
    }
  });
}

function writeOf(place: ApplyPlace, change: RemoteChange): Write {
  const { copy, folder } = place;
  const path = `${folder}/${change.path}`;
  const to = join(copy.folder, path);
  if (!isInCopy(copy, path))
    throw new MeshRefusal('bad-path', `${path} is nothing that a pass may change`);
  requirePlain(copy.folder, path);
  const theirs = readIfThere(to);
  const mine = change.content === undefined ? undefined : Buffer.from(change.content, 'base64');
  const content = mergedContent(place, change, { mine, theirs });
  return { to, content, mode: change.after?.mode ?? 0o644 };
}

/** No link and no special file, neither it nor a folder above it. */
function requirePlain(root: string, path: string): void {
  for (const folder of parentFolders(path)) {
    const stat = lstatSync(join(root, folder), { throwIfNoEntry: false });
    if (stat === undefined) return;
    if (!stat.isDirectory()) throw new MeshRefusal('bad-path', `${folder} is not a folder here`);
  }
  const stat = lstatSync(join(root, path), { throwIfNoEntry: false });
  if (stat !== undefined && !stat.isFile())
    throw new MeshRefusal('bad-path', `${path} is not a plain file here`);
}

/** Of a file as it was in the package: the change. Of one that changed since: both, or neither. */
function mergedContent(
  { snapshot, folder, base }: ApplyPlace,
  { path, before }: RemoteChange,
  { mine, theirs }: { readonly mine: Buffer | undefined; readonly theirs: Buffer | undefined },
): Buffer | undefined {
  const now = theirs === undefined ? undefined : sha256(theirs);
  if (now === before?.sha256) return mine;
  if (now !== undefined && mine !== undefined && now === sha256(mine)) return mine;
  const start = base.get(path);
  const isBase = start !== undefined && sha256(start) === before?.sha256;
  const merged = isBase
    ? rebase(snapshot, `${folder}/${path}`, { base: start, mine, theirs })
    : undefined;
  if (merged === undefined)
    throw new MeshRefusal('changed-meanwhile', `${path} has changed since the task was packed`);
  return merged;
}
