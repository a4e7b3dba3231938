/**
 * The owner's repository: where it is, which commit work begins with, and the refs that Nocturne
 * keeps in it. Nothing else of it is ever written, except new objects.
 */
import {
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  realpathSync,
} from '../../kernel/files.js';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { NocturneError } from '../../kernel/error.js';
import { removeIfThere } from '../../workspace/durable.js';
import { readTextIfThere } from '../../workspace/read-if-there.js';
import { gitResult, gitText } from './disarmed-git.js';
import { branchOf, REPOSITORIES_PAGE, type Repository } from './repository-record.js';

export type Origin = {
  /** Absolute. `undefined`: a bare repository. */
  readonly workTree: string | undefined;
  readonly directory: string;
  readonly objects: string;
  /** HEAD of each working tree. */
  readonly heads: readonly string[];
};

/** @throws NocturneError `CONFIG` for what cannot be worked on, in one sentence. */
export function openOrigin({ project, path }: Repository): Origin {
  const refuse = (why: string): NocturneError =>
    new NocturneError('CONFIG', `the repository of ${project} (${path}) ${why}`, {
      file: REPOSITORIES_PAGE,
      hint: `correct \`path\` of ${project} in ${REPOSITORIES_PAGE}, and sign the page`,
    });
  if (!isAbsolute(path) || /[\n\r]/.test(path)) throw refuse('has to be an absolute path');
  if (!isFolder(path)) throw refuse('is not a folder');
  const inside = lstatSync(join(path, '.git'), { throwIfNoEntry: false });
  if (inside?.isSymbolicLink() === true) throw refuse('has a link in the place of .git');
  const own = inside === undefined ? path : join(path, '.git');
  const directory = realpathSync(inside?.isFile() === true ? linkedFrom(own) : own);
  if (readTextIfThere(join(directory, 'commondir')) !== undefined)
    throw refuse('is a linked working tree; name the folder of the repository itself');
  const objects = join(directory, 'objects');
  if (!isFolder(objects) || readTextIfThere(join(directory, 'HEAD')) === undefined)
    throw refuse('is not a git repository');
  if (readTextIfThere(join(objects, 'info/alternates')) !== undefined)
    throw refuse('keeps objects in another repository (objects/info/alternates)');
  const format = formatOf(directory);
  if (format !== undefined) throw refuse(`has a format that is not supported: ${format}`);
  const workTree = inside === undefined ? undefined : realpathSync(path);
  return { workTree, directory, objects, heads: headsOf(directory) };
}

function isFolder(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** Of a submodule, or a repository that is elsewhere. */
function linkedFrom(file: string): string {
  const target = /^gitdir: (.+)$/m.exec(readFileSync(file, 'utf8'))?.[1] ?? '';
  return resolve(dirname(file), target);
}

const KNOWN_EXTENSIONS = /^extensions\.(?:worktreeconfig|noop|noop-v1)$/;

/** The first extension that changes how objects or refs are stored. */
function formatOf(directory: string): string | undefined {
  const config = join(directory, 'config');
  if (!/extensions/i.test(readTextIfThere(config) ?? '')) return undefined;
  const found = gitResult({ directory }, [
    'config',
    '--file',
    config,
    '--no-includes',
    '-z',
    '--name-only',
    '--get-regexp',
    '^extensions\\.',
  ]);
  const names = found.stdout.toString('utf8').split('\0').filter(Boolean);
  return names.find((name) => !KNOWN_EXTENSIONS.test(name));
}

function headsOf(directory: string): readonly string[] {
  const trees = join(directory, 'worktrees');
  const linked = isFolder(trees) ? readdirSync(trees).map((name) => join(trees, name)) : [];
  return [directory, ...linked].map((folder) => join(folder, 'HEAD'));
}

/** `undefined`: there is no such ref. */
export function refValue(origin: Origin, ref: string): string | undefined {
  return refValues(origin, [ref])[0];
}

/** Of all of them at one time, by one process. */
function refValues(
  { directory }: Origin,
  refs: readonly string[],
): readonly (string | undefined)[] {
  const input = refs.map((ref) => `${ref}^{commit}\n`).join('');
  const { stdout } = gitResult({ directory }, ['cat-file', '--batch-check'], { input });
  const lines = stdout.toString('utf8').split('\n');
  return refs.map((_, i) => /^([0-9a-f]{40}) commit /.exec(lines[i] ?? '')?.[1]);
}

const NONE = '0'.repeat(40);
const DURABLE = ['-c', 'core.fsync=all'];

/** Durable. `old`: `undefined` for no ref. @returns whether the ref had the value `old`. */
export function moveRef(
  { directory }: Origin,
  ref: string,
  { old, value }: { readonly old: string | undefined; readonly value: string },
): boolean {
  const args = ['--no-deref', ref, value, old ?? NONE];
  return gitResult({ directory }, [...DURABLE, 'update-ref', ...args]).status === 0;
}

const PAUSE_MS = 250;
const PAUSES = 8;

/**
 * The same, but waits while git holds the lock of the ref. Git holds it for moments: one that stays
 * is of a git that was killed, and goes.
 */
export async function moveRefPatiently(
  origin: Origin,
  ref: string,
  { old, value }: { readonly old: string | undefined; readonly value: string },
): Promise<boolean> {
  const lock = join(origin.directory, `${ref}.lock`);
  const found = inodeOf(lock);
  for (let i = 0; i < PAUSES; i++) {
    if (moveRef(origin, ref, { old, value })) return true;
    if (refValue(origin, ref) !== old || !existsSync(lock)) return false;
    await setTimeout(PAUSE_MS);
  }
  if (inodeOf(lock) === found) removeIfThere(lock);
  return moveRef(origin, ref, { old, value });
}

/** Also where a file is in the place of its folder. */
function inodeOf(path: string): number | undefined {
  return existsSync(path) ? lstatSync(path).ino : undefined;
}

/** What is left of a run; one that cannot be removed now expires. */
export function dropRunRef({ directory }: Origin, runId: string): void {
  gitResult({ directory }, [...DURABLE, 'update-ref', '--no-deref', '-d', runRef(runId)]);
}

/** Durable. Nobody else writes this ref, so whatever it was before does not matter. */
export function setRunRef({ directory }: Origin, runId: string, value: string): void {
  const ref = runRef(runId);
  const args = [...DURABLE, 'update-ref', '--no-deref', ref, value];
  if (gitResult({ directory }, args).status === 0) return;
  throw new NocturneError('STORAGE', `${ref} of ${directory} cannot be changed`, {
    file: directory,
    hint: 'another git process may hold its lock; the next pass tries again',
  });
}

export function runRef(runId: string): string {
  return `refs/nocturne/${runId}`;
}

export function branchRef(repository: Repository): string {
  return `refs/heads/${branchOf(repository)}`;
}

/**
 * `head`: what the next change is merged onto. `branch`: what Nocturne's branch has now.
 * `checkedOut`: the commit of the owner's HEAD.
 */
export type Heads = {
  readonly head: string;
  readonly branch: string | undefined;
  readonly checkedOut: string | undefined;
};

/**
 * Once the owner has merged the branch and gone on, work goes on from there.
 * @throws NocturneError `CONFIG` before the first commit, and for a branch that is not there.
 */
export function headsNow(origin: Origin, repository: Repository): Heads {
  const own = repository.branch === '' ? 'HEAD' : `refs/heads/${repository.branch}`;
  const refs = [branchRef(repository), own, 'HEAD'];
  const [branch, owners, checkedOut] = refValues(origin, refs);
  if (owners === undefined)
    throw new NocturneError(
      'CONFIG',
      `the repository of ${repository.project} (${repository.path}) has no commit on ${own}`,
      { file: REPOSITORIES_PAGE, hint: 'make the first commit, or correct `branch`' },
    );
  const isMerged = branch === undefined || isAncestor(origin, branch, owners);
  return { head: isMerged ? owners : branch, branch, checkedOut };
}

function isAncestor({ directory }: Origin, older: string, newer: string): boolean {
  return gitResult({ directory }, ['merge-base', '--is-ancestor', older, newer]).status === 0;
}

/** Its files would seem changed if the branch moved under them. */
export function isCheckedOut({ heads }: Origin, ref: string): boolean {
  return heads.some((head) => readTextIfThere(head)?.trim() === `ref: ${ref}`);
}

/** Branches and tags, as `packed-refs` has them. */
export function refsAsText({ directory }: Origin): string {
  return `${gitText({ directory }, [
    'for-each-ref',
    '--format=%(objectname) %(refname)',
    'refs/heads',
    'refs/tags',
  ])}\n`;
}

const KEPT_BY = 'nocturne';

/**
 * @returns what ends their protection: until then, the owner's garbage collection leaves them alone
 * although no ref names them.
 */
export function addObjects({ directory, objects }: Origin, pack: Buffer): () => void {
  if (pack.readUInt32BE(8) === 0) return () => undefined;
  const args = [...DURABLE, 'index-pack', '--stdin', '--strict', '--fix-thin', `--keep=${KEPT_BY}`];
  const named = gitText({ directory }, args, { input: pack });
  const id = /^(?:keep|pack)\t([0-9a-f]{40})$/m.exec(named)?.[1] ?? '';
  const keep = join(objects, 'pack', `pack-${id}.keep`);
  return () => {
    if (readTextIfThere(keep)?.trim() === KEPT_BY) removeIfThere(keep);
  };
}
