/**
 * How the files of a checkout differ from a tree, found by reading both. What git thinks of the
 * checkout, its index and its settings count for nothing: an agent can change all of them.
 */
import { createHash } from 'node:crypto';
import {
  constants,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  writeFileSync,
} from '../../kernel/files.js';
import { dirname, join } from 'node:path';
import { messageOf, NocturneError } from '../../kernel/error.js';
import { chunksOf } from '../../workspace/file-content.js';
import { isIgnored } from '../../workspace/walk.js';
import { blobBytes, type Desk, type TreeEntry } from './desk.js';
import { gitResult } from './disarmed-git.js';

/** `special`: a pipe, another repository, a name that is not UTF-8. */
export type FolderChange = {
  readonly path: string;
  readonly kind: 'added' | 'changed' | 'deleted' | 'link' | 'special' | 'unreadable';
  readonly before: TreeEntry | undefined;
  readonly after: Found | undefined;
  /** By the rules of the tree and by those of the checkout: it does not come home. */
  readonly isIgnored: boolean;
  /** Why it cannot be read. */
  readonly why?: string;
};
export type Found = {
  readonly size: number;
  readonly mode: string;
};

type Item = Found & {
  readonly path: string;
  readonly kind: 'file' | 'symlink' | 'other';
  readonly target: string;
};

/** @param skipped folders that are mounted there. */
export function folderChanges(
  desk: Desk,
  folder: string,
  { tree, skipped }: { readonly tree: readonly TreeEntry[]; readonly skipped: ReadonlySet<string> },
): readonly FolderChange[] {
  const before = new Map(tree.map((entry) => [entry.path.toString('utf8'), entry]));
  const folders = new Set([...before.keys()].flatMap(parentsOf));
  const changes: FolderChange[] = [];
  const seen = new Set<string>();
  for (const item of itemsOf(folder, { skipped, tracked: folders })) {
    seen.add(item.path);
    const change = compare(folder, item, before.get(item.path));
    if (change !== undefined) changes.push(change);
  }
  const obstructed = new Set(changes.map(({ path }) => path));
  for (const [path, entry] of before) {
    // The folder of a submodule is empty, and a name that is not UTF-8 cannot be looked up.
    if (seen.has(path) || entry.kind === 'gitlink' || isOdd(entry)) continue;
    if (parentsOf(path).some((parent) => skipped.has(parent))) continue;
    const kind = entry.kind === 'symlink' ? 'link' : 'deleted';
    if (!obstructed.has(path))
      changes.push({ path, kind, before: entry, after: undefined, isIgnored: false });
  }
  return withIgnored(desk, folder, { tree, changes });
}

export function isOdd({ path }: TreeEntry): boolean {
  return !Buffer.from(path.toString('utf8')).equals(path);
}

function parentsOf(path: string): readonly string[] {
  const parts = path.split('/');
  return parts.map((_, i) => parts.slice(0, i + 1).join('/')).slice(0, -1);
}

/** Also `.GIT`, and the short name that some file systems give it. */
const REPOSITORY_NAME = /^(?:\.git|git~1)$/i;

function* itemsOf(
  folder: string,
  {
    skipped,
    tracked,
  }: { readonly skipped: ReadonlySet<string>; readonly tracked: ReadonlySet<string> },
): Generator<Item> {
  const queue = [''];
  for (let current = queue.pop(); current !== undefined; current = queue.pop())
    for (const { name } of readdirSync(join(folder, current), { withFileTypes: true })) {
      if (current === '' && name === '.git') continue;
      const path = current === '' ? name : `${current}/${name}`;
      if (skipped.has(path)) continue;
      const item = itemAt(folder, path);
      const isRepository = REPOSITORY_NAME.test(name);
      if (item !== undefined && !isRepository) yield item;
      else if (isRepository) yield { ...OTHER, path };
      else if (!isIgnored(name) || tracked.has(path)) queue.push(path);
    }
}

const OTHER: Omit<Item, 'path'> = { kind: 'other', size: 0, mode: '', target: '' };

/** `undefined`: a folder. */
function itemAt(folder: string, path: string): Item | undefined {
  const place = join(folder, path);
  const stats = lstatSync(place, { throwIfNoEntry: false });
  if (stats?.isDirectory() === true) return undefined;
  // A name that is not UTF-8 cannot be looked up.
  if (stats === undefined) return { ...OTHER, path };
  const found = { path, size: stats.size, target: '' };
  if (stats.isSymbolicLink())
    return { ...found, kind: 'symlink', mode: '120000', target: readlinkSync(place) };
  if (!stats.isFile()) return { ...OTHER, path };
  const mode = (stats.mode & constants.S_IXUSR) === 0 ? '100644' : '100755';
  return { ...found, kind: 'file', mode };
}

function compare(
  folder: string,
  item: Item,
  before: TreeEntry | undefined,
): FolderChange | undefined {
  const { path, kind, mode } = item;
  const change = { path, before, after: item, isIgnored: false };
  if (kind === 'other')
    return before !== undefined && isOdd(before) ? undefined : { ...change, kind: 'special' };
  if (before?.kind === 'gitlink') return { ...change, kind: 'special' };
  if (kind === 'symlink') {
    const id = blobId(item.size, [Buffer.from(item.target)]);
    return before?.kind === 'symlink' && before.id === id ? undefined : { ...change, kind: 'link' };
  }
  if (before?.kind === 'symlink') return { ...change, kind: 'link' };
  if (before === undefined) return { ...change, kind: 'added' };
  try {
    const id = blobId(item.size, chunksOf(join(folder, path)));
    if (id === before.id && mode === before.mode) return undefined;
    return { ...change, kind: 'changed' };
  } catch (error) {
    return { ...change, kind: 'unreadable', why: messageOf(error) };
  }
}

/** As git names a content. */
function blobId(size: number, chunks: Iterable<Buffer>): string {
  const hash = createHash('sha1').update(`blob ${size}\0`);
  for (const chunk of chunks) hash.update(chunk);
  return hash.digest('hex');
}

/**
 * An agent that edits `.gitignore` can hide no file with it, and can add one that was ignored.
 */
function withIgnored(
  desk: Desk,
  folder: string,
  {
    tree,
    changes,
  }: { readonly tree: readonly TreeEntry[]; readonly changes: readonly FolderChange[] },
): readonly FolderChange[] {
  const added = changes.filter(({ kind }) => kind === 'added').map(({ path }) => path);
  const byCheckout = ignoredIn(desk, folder, added);
  const byTree = byCheckout.length === 0 ? [] : ignoredIn(desk, rulesOf(desk, tree), byCheckout);
  const ignored = new Set(byTree);
  return changes.map((change) => ({ ...change, isIgnored: ignored.has(change.path) }));
}

function ignoredIn(desk: Desk, workTree: string, paths: readonly string[]): readonly string[] {
  if (paths.length === 0) return [];
  const args = ['check-ignore', '--no-index', '-z', '--stdin'];
  const input = { input: paths.map((path) => `${path}\0`).join('') };
  const { status, stdout, stderr } = gitResult({ ...desk, workTree }, args, input);
  if (status === 0 || status === 1) return stdout.toString('utf8').split('\0').filter(Boolean);
  throw new NocturneError(
    'RUN_FAILED',
    `git check-ignore failed: ${stderr.toString('utf8').trim()}`,
  );
}

/** A folder that holds nothing but the rules of the tree. */
function rulesOf(desk: Desk, tree: readonly TreeEntry[]): string {
  const folder = join(desk.directory, 'rules');
  mkdirSync(folder, { recursive: true });
  for (const entry of tree) {
    const path = entry.path.toString('utf8');
    if (entry.kind !== 'file' || isOdd(entry) || !/(?:^|\/)\.gitignore$/.test(path)) continue;
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), blobBytes(desk, entry.id));
  }
  return folder;
}
