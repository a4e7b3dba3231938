/**
 * The repository of a project in its copy: made from plain files, so that no git program runs and
 * no hook, filter, template or setting of the origin comes along. It finds the objects of the
 * origin through a read-only mount.
 */
import {
  copyFileSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from '../../kernel/files.js';
import { dirname, join } from 'node:path';
import { makeDirectory, writeFileDurably } from '../../workspace/durable.js';
import { readTextIfThere } from '../../workspace/read-if-there.js';
import { within } from '../../workspace/root-descriptor.js';
import type { GitClone, PassCopy } from './pass-copy.js';

/** A mount point in a clone; a name that git gives nothing. */
export const ORIGIN = 'origin-objects';
/** Plain files that make the clone look like its origin. */
const TAKEN = ['HEAD', 'packed-refs', 'index', 'shallow', 'info/exclude'];
const COMMIT = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

/** The copy with a clone instead of the read-only repository, where the project has one. */
export function withClone(
  root: string,
  copy: PassCopy,
  { runId, project }: { readonly runId: string; readonly project: string | undefined },
): PassCopy {
  const path = `PROJECTS/${project ?? ''}/.git`;
  if (project === undefined || !copy.bound.some((part) => part.path === path)) return copy;
  const origin = within(root, path);
  const base = commitOf(origin);
  if (base === undefined || !isPlain(origin)) return copy;
  const clone = join(copy.folder, path);
  makeClone(origin, clone, runId);
  holdRef(origin, runId, base);
  const objects = { path: `${path}/${ORIGIN}`, source: `${path}/objects`, isWritable: false };
  const bound = [...copy.bound.filter((part) => part.path !== path), objects];
  return { ...copy, bound, clone: { path, base } };
}

/** Keeps the objects that the clone needs while the owner collects garbage. */
function holdRef(origin: string, runId: string, commit: string): void {
  const file = join(origin, refOf(runId));
  makeDirectory(dirname(file));
  writeFileDurably(file, `${commit}\n`);
}

export function refOf(runId: string): string {
  return `refs/nocturne/${runId}`;
}

/** The commit of HEAD, read as data. `undefined` before the first commit. */
export function commitOf(repository: string): string | undefined {
  const head = readTextIfThere(join(repository, 'HEAD'))?.trim() ?? '';
  if (COMMIT.test(head)) return head;
  const ref = /^ref: (refs\/[^\s]+)$/.exec(head)?.[1];
  if (ref === undefined || ref.includes('..')) return undefined;
  const file = join(repository, ref);
  const loose = lstatSync(file, { throwIfNoEntry: false })?.isFile() === true;
  const commit = loose
    ? readFileSync(file, 'utf8').trim()
    : readTextIfThere(join(repository, 'packed-refs'))
        ?.split('\n')
        .find((line) => line.endsWith(` ${ref}`))
        ?.split(' ')[0];
  return commit !== undefined && COMMIT.test(commit) ? commit : undefined;
}

/** Other formats, and objects that are elsewhere, are left to the owner's own git. */
function isPlain(origin: string): boolean {
  const config = readTextIfThere(join(origin, 'config')) ?? '';
  return (
    lstatSync(join(origin, 'objects'), { throwIfNoEntry: false })?.isDirectory() === true &&
    readTextIfThere(join(origin, 'objects/info/alternates')) === undefined &&
    !/^\s*\[\s*extensions\b/im.test(config)
  );
}

function makeClone(origin: string, clone: string, runId: string): void {
  makeEmptyClone(clone, runId);
  for (const name of TAKEN) copyPlain(join(origin, name), join(clone, name));
  copyRefs(join(origin, 'refs'), join(clone, 'refs'));
}

/** Without refs, and with nothing of the owner's settings. @param author of its commits. */
export function makeEmptyClone(clone: string, author: string): void {
  for (const folder of ['objects/info', 'objects/pack', 'refs/heads', 'info', ORIGIN])
    mkdirSync(join(clone, folder), { recursive: true });
  writeFileSync(join(clone, 'objects/info/alternates'), `../${ORIGIN}\n`);
  writeFileSync(
    join(clone, 'config'),
    `[core]
\trepositoryformatversion = 0
\tbare = false
\thooksPath = /dev/null
\tfsmonitor = false
[gc]
\tauto = 0
[user]
\tname = ${author}
\temail = nocturne@localhost
`,
  );
}

function copyPlain(from: string, to: string): void {
  if (lstatSync(from, { throwIfNoEntry: false })?.isFile() === true) copyFileSync(from, to);
}

function copyRefs(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true }))
    if (entry.isFile()) copyPlain(join(from, entry.name), join(to, entry.name));
    else if (entry.isDirectory() && entry.name !== 'nocturne')
      copyRefs(join(from, entry.name), join(to, entry.name));
}

/** For `bringCommitsHome`: what the agent left is data, and nothing in it leads elsewhere. */
export function objectsOfClone(copy: PassCopy, { path }: GitClone): string | undefined {
  const objects = join(copy.folder, path, 'objects');
  return isOnlyFiles(join(copy.folder, path), 'objects') ? objects : undefined;
}

function isOnlyFiles(parent: string, name: string): boolean {
  const path = join(parent, name);
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined || stat.isSymbolicLink()) return false;
  return (
    stat.isFile() ||
    (stat.isDirectory() && readdirSync(path).every((inside) => isOnlyFiles(path, inside)))
  );
}
