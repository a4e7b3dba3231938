/**
 * The workspace that the cases of validation change: the shipped files and one project, in memory.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openSnapshot } from '../../src/workspace/snapshot.js';
import type { FileEntry, Snapshot } from '../../src/workspace/types.js';

export const REPOSITORY = fileURLToPath(new URL('../../..', import.meta.url));
export const NOW = new Date('2026-11-21T03:00:00Z');
const EPOCH = '1970-01-01T00:00:00Z';
const PROJECT_FIXTURE = join(REPOSITORY, 'test/fixtures/inventory');
const DOCUMENTATION = new Set(['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md']);
export const DISPATCH_ROW =
  '| 1 | inventory | PROJECTS/inventory/LONGRUNNER.md | collect | active | 2026-11-20T01:42:10Z | - |';

/** The times of a file as its file system has them; 1970 for those that do not matter. */
type Times = { readonly mtime?: string; readonly ctime?: string };
/** What a path holds; `link` is where a symbolic link points. */
export type Content = ({ readonly bytes: Buffer } & Times) | { readonly link: string };
export type Files = ReadonlyMap<string, Content>;

let made: Files | undefined;

/** A sound workspace: nothing is found in it but what is said of a template that nobody signed. */
export function baseFiles(): Files {
  made ??= new Map(
    [...shipped(), ...tree(PROJECT_FIXTURE, '')].map(([path, bytes]) => [
      path,
      { bytes: prepared(path, bytes) },
    ]),
  );
  return made;
}

export function text(content: string): Content {
  return { bytes: Buffer.from(content, 'utf8') };
}

export function snapshotOf(files: Files, now: Date = NOW): Snapshot {
  const paths = [...files.keys()].sort();
  const entries = new Map(paths.map((path) => [path, entryOf(path, files.get(path))]));
  const read = (path: string): Buffer | undefined =>
    ((content) => (content === undefined || 'link' in content ? undefined : content.bytes))(
      files.get(path),
    );
  return openSnapshot('/workspace', { now, files: entries, read });
}

function entryOf(path: string, content: Content | undefined): FileEntry {
  const plain = { path, ctimeMs: 0, ino: 1, mode: 0o100644, links: 1 };
  if (content === undefined) return { ...plain, size: 0, mtimeMs: 0, kind: 'other' };
  if ('link' in content)
    return { ...plain, size: 0, mtimeMs: 0, kind: 'symlink', target: content.link };
  return {
    ...plain,
    size: content.bytes.length,
    mtimeMs: Date.parse(content.mtime ?? EPOCH),
    ctimeMs: Date.parse(content.ctime ?? EPOCH),
    kind: 'file',
  };
}

function prepared(path: string, bytes: Buffer): Buffer {
  const edits: Readonly<Record<string, readonly [string, string]>> = {
    'ACTIVE-PROJECTS.md': [
      '|---|---|---|---|---|---|---|\n',
      `|---|---|---|---|---|---|---|\n${DISPATCH_ROW}\n`,
    ],
    'SOUL.md': [
      '- **Domain anchor:** -',
      '- **Domain anchor:** Keeping the software of a small clinic current and documented.',
    ],
  };
  const edit = edits[path];
  return edit === undefined ? bytes : Buffer.from(bytes.toString('utf8').replace(...edit));
}

/**
 * What `init` copies: the pages at the top, the operations pages, the logs, and the READMEs of the
 * folders.
 */
function shipped(): [string, Buffer][] {
  const top = readdirSync(REPOSITORY).filter(
    (name) => name.endsWith('.md') && !DOCUMENTATION.has(name),
  );
  const rest = ['orchestration-os', 'audit', 'PROJECTS', 'memory', 'inbox'].flatMap((folder) =>
    tree(join(REPOSITORY, folder), `${folder}/`),
  );
  return [
    ...top.map((name): [string, Buffer] => [name, readFileSync(join(REPOSITORY, name))]),
    ...rest,
  ];
}

function tree(directory: string, prefix: string): [string, Buffer][] {
  return readdirSync(directory, { withFileTypes: true }).flatMap((item): [string, Buffer][] =>
    item.isDirectory()
      ? tree(join(directory, item.name), `${prefix}${item.name}/`)
      : [[`${prefix}${item.name}`, readFileSync(join(directory, item.name))]],
  );
}
