/** A small git repository of the owner's, and attempts on it without a pass around them. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { cloneForAttempt } from '../../../src/passes/repository/clone-for-attempt.js';
import { type Attempt, differenceOf } from '../../../src/passes/repository/difference-of.js';
import { keepAttempt } from '../../../src/passes/repository/keep-attempt.js';
import {
  mergeAttempt,
  type MergeRequest,
  type MergeResult,
} from '../../../src/passes/repository/merge-attempt.js';
import type { Repository } from '../../../src/passes/repository/repository-record.js';

export const NOW = new Date('2026-03-01T10:00:00Z');

export type Owners = {
  readonly path: string;
  readonly root: string;
  readonly state: string;
  readonly repository: Repository;
};

/** The owner's own git, with the owner's settings. */
export function run(folder: string, ...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync('git', args, { cwd: folder, encoding: 'utf8' });
  if (status !== 0) throw new Error(`git ${args.join(' ')}: ${stderr}`);
  return stdout.trimEnd();
}

export function put(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}

export const FILES = {
  'src/price.js': 'export const price = 3;\n\n\n\nexport const currency = "EUR";\n',
  'src/total.js': 'export const count = 2;\n',
  'README.md': '# Shop\n',
  'docs/Überblick.md': 'Alles.\n',
  '.gitignore': 'build/\n*.log\n',
};

export function ownersRepository(directory: string, more: Partial<Repository> = {}): Owners {
  const path = join(directory, 'shop');
  const [root, state] = ['workspace', 'state'].map((name) => join(directory, name)) as [
    string,
    string,
  ];
  for (const folder of [path, root, state]) mkdirSync(folder, { recursive: true });
  run(path, 'init', '-q', '-b', 'main');
  run(path, 'config', 'user.name', 'Owner');
  run(path, 'config', 'user.email', 'owner@localhost');
  put(path, FILES);
  run(path, 'add', '-A');
  run(path, 'commit', '-qm', 'The shop');
  const repository = {
    project: 'shop',
    path,
    branch: 'main',
    test: [],
    shown: [],
    uncommitted: false,
    export: '',
    ...more,
  };
  return { path, root, state, repository };
}

export type Working = Attempt & { readonly folder: string };

export function beginAttempt({ root, state, repository }: Owners, runId: string): Working {
  const folder = join(state, 'copies', runId);
  mkdirSync(join(folder, 'PROJECTS/shop'), { recursive: true });
  const copy = cloneForAttempt(
    { folder, places: ['PROJECTS/shop'], made: [], bound: [], madeAt: 0 },
    { state, runId, repository, now: NOW },
  );
  if (copy.repository === undefined) throw new Error('no clone');
  const inCopy = { ...copy, repository: copy.repository };
  return { root, state, runId, copy: inCopy, folder: join(folder, copy.repository.path) };
}

/** As the agent sees it: its clone finds the owner's objects. */
export function agentGit({ folder }: Working, owners: Owners, ...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync('git', args, {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, GIT_ALTERNATE_OBJECT_DIRECTORIES: join(owners.path, '.git/objects') },
  });
  if (status !== 0) throw new Error(`git ${args.join(' ')}: ${stderr}`);
  return stdout.trimEnd();
}

/** Keeps everything that the agent changed. */
export function keepAll(attempt: Working): string | undefined {
  const { changes } = differenceOf(attempt);
  const accepted = new Map(changes.map(({ path, after }) => [path, after?.hash]));
  return keepAttempt(attempt, { accepted, now: NOW });
}

export function merge(
  { state, repository }: Owners,
  runId: string,
  more: Partial<MergeRequest> = {},
): Promise<MergeResult> {
  const check = (): Promise<undefined> => Promise.resolve(undefined);
  const about = { title: `Work of ${runId}`, subject: 'plan/shop/step', now: NOW };
  return mergeAttempt({ state, repository, runId, ...about, check, ...more });
}

/** One attempt from beginning to end. */
export function attempt(
  owners: Owners,
  runId: string,
  files: Readonly<Record<string, string>>,
): Working {
  const working = beginAttempt(owners, runId);
  put(working.folder, files);
  keepAll(working);
  return working;
}

/** Whatever of the repository may never change, byte for byte. */
export function fingerprint(path: string): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  const isOurs = (name: string): boolean =>
    /^\.git\/(?:objects|refs\/nocturne|refs\/heads\/nocturne)(?:\/|$)/.test(name);
  const visit = (folder: string): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const place = join(folder, entry.name);
      const name = relative(path, place);
      if (isOurs(name)) continue;
      if (entry.isDirectory()) visit(place);
      else found[name] = contentOf(place);
    }
  };
  visit(path);
  return found;
}

function contentOf(place: string): string {
  const stats = lstatSync(place);
  if (stats.isSymbolicLink()) return `-> ${readlinkSync(place)}`;
  return `${stats.mode.toString(8)} ${createHash('sha256').update(readFileSync(place)).digest('hex')}`;
}
