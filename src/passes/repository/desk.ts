/**
 * A bare repository of Nocturne's own for one operation: it sees the owner's objects, and has none
 * of the owner's settings, attributes, hooks or refs. Trees and commits are made here.
 */
import { lstatSync, mkdirSync, rmSync, writeFileSync } from '../../kernel/files.js';
import { join } from 'node:path';
import { NocturneError } from '../../kernel/error.js';
import { makeDirectory } from '../../workspace/durable.js';
import { readTextIfThere } from '../../workspace/read-if-there.js';
import { git, type GitInput, type GitPlace, gitResult, gitText } from './disarmed-git.js';
import type { Origin } from './origin.js';

export type Desk = GitPlace & { readonly origin: Origin };

/** @param folder absolute, in the state directory; whatever a crash left there goes. */
export function openDesk(origin: Origin, folder: string): Desk {
  rmSync(folder, { recursive: true, force: true });
  makeDirectory(folder, 0o700);
  for (const name of ['objects/info', 'objects/pack', 'refs/heads', 'info'])
    mkdirSync(join(folder, name), { recursive: true });
  const files = {
    HEAD: 'ref: refs/heads/none\n',
    config: '[core]\n\trepositoryformatversion = 0\n\tbare = true\n',
    'objects/info/alternates': `${origin.objects}\n`,
    // This file wins over those in the tree.
    'info/attributes': '* -text -filter -ident -working-tree-encoding !merge !diff\n',
    'info/exclude': plainText(join(origin.directory, 'info/exclude')),
    shallow: plainText(join(origin.directory, 'shallow')),
  };
  for (const [name, content] of Object.entries(files))
    if (content !== '') writeFileSync(join(folder, name), content);
  return { origin, directory: folder };
}

function plainText(path: string): string {
  const isFile = lstatSync(path, { throwIfNoEntry: false })?.isFile() === true;
  return (isFile ? readTextIfThere(path) : undefined) ?? '';
}

export function closeDesk({ directory }: Desk): void {
  rmSync(directory, { recursive: true, force: true });
}

/** An entry of a tree; `gitlink`: a submodule. `path` as it is written. */
export type TreeEntry = {
  readonly path: Buffer;
  readonly kind: 'file' | 'symlink' | 'gitlink';
  readonly mode: string;
  readonly id: string;
  /** In bytes; -1 for a submodule. */
  readonly size: number;
};

const KINDS: Readonly<Record<string, TreeEntry['kind']>> = {
  '120000': 'symlink',
  '160000': 'gitlink',
};

export function treeEntries(desk: Desk, tree: string): readonly TreeEntry[] {
  const listed = git(desk, ['ls-tree', '-r', '-l', '-z', '--full-tree', tree]);
  const entries: TreeEntry[] = [];
  for (let start = 0; start < listed.length; ) {
    const tab = listed.indexOf(9, start);
    const end = listed.indexOf(0, tab);
    const [mode = '', , id = '', size = ''] = listed
      .subarray(start, tab)
      .toString('latin1')
      .split(/ +/);
    const kind = KINDS[mode] ?? 'file';
    const path = listed.subarray(tab + 1, end);
    entries.push({ path, kind, mode, id, size: size === '-' ? -1 : Number(size) });
    start = end + 1;
  }
  return entries;
}

/** With an empty `id`, the path is removed. */
export type TreeChange = { readonly path: string; readonly mode: string; readonly id: string };

/** The id of a new tree. @throws NocturneError for a path that git refuses, such as `.git/x`. */
export function changedTree(desk: Desk, tree: string, changes: readonly TreeChange[]): string {
  const place = { ...desk, index: join(desk.directory, 'index') };
  git(place, ['read-tree', tree]);
  const removed = changes.filter(({ id }) => id === '');
  const put = changes.filter(({ id }) => id !== '');
  const lines = [
    ...removed.map(({ path }) => `0 ${'0'.repeat(40)}\t${path}\0`),
    ...put.map(({ path, mode, id }) => `${mode} ${id}\t${path}\0`),
  ];
  git(place, ['update-index', '-z', '--index-info'], { input: lines.join('') });
  return gitText(place, ['write-tree']);
}

export function treeOf(desk: Desk, commit: string): string {
  return gitText(desk, ['rev-parse', '--verify', `${commit}^{tree}`]);
}

export type NewCommit = {
  readonly tree: string;
  readonly parents: readonly string[];
  readonly message: string;
  readonly now: Date;
};

export function makeCommit(desk: Desk, { tree, parents, message, now }: NewCommit): string {
  const args = parents.flatMap((parent) => ['-p', parent]);
  return gitText(desk, ['commit-tree', tree, ...args], { input: message, now });
}

/** Contents by path on the disk, as they are. Returns ids in the same order. */
export function addFiles(desk: Desk, files: readonly string[]): readonly string[] {
  const one = (input: GitInput, args: readonly string[]): readonly string[] =>
    gitText(desk, ['hash-object', '-w', '--no-filters', ...args], input)
      .split('\n')
      .filter(Boolean);
  const odd = files.filter((path) => path.includes('\n'));
  const usual = files.filter((path) => !path.includes('\n'));
  const input = { input: usual.map((path) => `${path}\n`).join('') };
  const ids = usual.length === 0 ? [] : one(input, ['--stdin-paths']);
  const found = new Map<string, string>();
  for (const [i, path] of usual.entries()) found.set(path, ids[i] ?? '');
  for (const path of odd) found.set(path, one({}, ['--', path])[0] ?? '');
  return files.map((path) => found.get(path) ?? '');
}

export function blobBytes(desk: GitPlace, id: string): Buffer {
  return git(desk, ['cat-file', 'blob', id]);
}

/** Everything that `commit` has and `known` have not. */
export function packOf(desk: Desk, commit: string, known: readonly string[]): Buffer {
  const revisions = [commit, ...known.map((id) => `^${id}`)].join('\n');
  return git(desk, ['pack-objects', '--revs', '--stdout', '-q'], { input: `${revisions}\n` });
}

export type TreeMerge =
  | { readonly kind: 'clean'; readonly tree: string }
  | {
      readonly kind: 'conflict';
      /** With conflict markers. */
      readonly tree: string;
      readonly paths: readonly string[];
    };

/**
 * What lies between `base` and `theirs`, done to `ours`; all three are trees. Git finds a merge
 * base by commits, so it gets three that have nothing else.
 */
export function mergeTrees(
  desk: Desk,
  { base, ours, theirs }: { readonly base: string; readonly ours: string; readonly theirs: string },
): TreeMerge {
  if (ours === base) return { kind: 'clean', tree: theirs };
  const now = new Date(0);
  const commit = (tree: string, parents: readonly string[]): string =>
    makeCommit(desk, { tree, parents, message: 'merge', now });
  const from = commit(base, []);
  const args = ['merge-tree', '--write-tree', '-z', '--name-only', '--no-messages'];
  const sides = [ours, theirs].map((tree) => commit(tree, [from]));
  const { status, stdout, stderr } = gitResult(desk, [...args, ...sides]);
  const [tree = '', ...paths] = stdout.toString('utf8').split('\0').filter(Boolean);
  if (status === 0) return { kind: 'clean', tree };
  if (status === 1) return { kind: 'conflict', tree, paths };
  const why = stderr.toString('utf8').trim().slice(0, 400);
  throw new NocturneError('RUN_FAILED', `git merge-tree failed: ${why}`);
}
