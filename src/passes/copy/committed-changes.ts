/**
 * What an agent changed in the commits that it made itself: a commit can hold what the files no
 * longer do. Its repository is data, read by a git without hooks, filters and settings.
 */
import { join, posix } from 'node:path';
import { sha256 } from '../../kernel/hash.js';
import { NocturneError } from '../../kernel/error.js';
import { within } from '../../workspace/root-descriptor.js';
import type { ExaminedChange } from '../module.js';
import { gitOnOrigin } from './bring-commits-home.js';
import { commitOf, objectsOfClone } from './git-clone.js';
import type { PassCopy } from './pass-copy.js';

/** @throws NocturneError `RUN_FAILED` if they cannot be read. */
export function committedChanges(root: string, copy: PassCopy): readonly ExaminedChange[] {
  const { clone } = copy;
  if (clone === undefined) return [];
  const commit = commitOf(join(copy.folder, clone.path));
  if (commit === undefined || commit === clone.base) return [];
  const objects = objectsOfClone(copy, clone);
  if (objects === undefined)
    throw new NocturneError('RUN_FAILED', 'the repository of the copy holds links');
  const git = (args: readonly string[], input: string): Buffer =>
    gitOnOrigin(within(root, clone.path), args, { input, objects });
  const commits = git(['rev-list', commit, `^${clone.base}`], '').toString();
  const listed = git(
    ['diff-tree', '--stdin', '--root', '-m', '-r', '-z', '--raw', '--no-renames', '--full-index'],
    commits,
  ).toString('utf8');
  const entries = [...rawEntries(listed)];
  const blobs = readBlobs(
    git,
    entries.flatMap(({ before, after }) => [before, after]),
  );
  const folder = posix.dirname(clone.path);
  return entries.map(({ path, before, after, ...entry }) => ({
    path: `${folder}/${path}`,
    commit: entry.commit,
    kind: kindOf(before, after),
    before: contentOf(blobs.get(before)),
    after: contentOf(blobs.get(after)),
  }));
}

type Entry = {
  readonly commit: string;
  readonly path: string;
  readonly before: string;
  readonly after: string;
};

/** Names are separated by NUL, so that no name can look like anything else. */
function* rawEntries(listed: string): Iterable<Entry> {
  let commit = '';
  const parts = listed.split('\0');
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i] ?? '';
    const [, before, after] = /^:\d+ \d+ ([0-9a-f]+) ([0-9a-f]+) [A-Z]\d*$/.exec(part) ?? [];
    if (before === undefined || after === undefined) commit = part.trim() || commit;
    else yield { commit, path: parts[++i] ?? '', before, after };
  }
}

function kindOf(before: string, after: string): ExaminedChange['kind'] {
  if (/^0+$/.test(before)) return 'added';
  return /^0+$/.test(after) ? 'deleted' : 'changed';
}

/** Submodules name commits of other repositories: there is nothing to read. */
function readBlobs(
  git: (args: readonly string[], input: string) => Buffer,
  ids: readonly string[],
): ReadonlyMap<string, Buffer> {
  const wanted = [...new Set(ids)].filter((id) => !/^0+$/.test(id));
  const found = git(['cat-file', '--batch'], wanted.map((id) => `${id}\n`).join(''));
  const blobs = new Map<string, Buffer>();
  for (let at = 0; at < found.length; ) {
    const end = found.indexOf(10, at);
    const [id = '', type, size = ''] = found.toString('utf8', at, end).split(' ');
    at = end + 1;
    if (type === 'missing') continue;
    if (type === 'blob') blobs.set(id, found.subarray(at, at + Number(size)));
    at += Number(size) + 1;
  }
  return blobs;
}

function contentOf(bytes: Buffer | undefined): ExaminedChange['after'] {
  if (bytes === undefined) return undefined;
  return {
    hash: sha256(bytes),
    size: bytes.length,
    bytes: () => bytes,
    chunks: () => [bytes],
    store: () => undefined,
  };
}
