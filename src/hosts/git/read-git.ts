/** Reads git: staged files and their content, settings, ancestry. Only plumbing commands. */
import { defined } from '../../kernel/defined.js';
import { type ExecaError, execaSync } from 'execa';
import { NocturneError } from '../../kernel/error.js';

export type Git = {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
};

export function git(
  { cwd, env }: Git,
  args: readonly string[],
  input?: Uint8Array | string,
): Buffer {
  const done = run({ cwd, env }, args, input);
  if (done.exitCode === 0) return Buffer.from(done.stdout);
  throw new NocturneError(
    'RUN_FAILED',
    `git ${args.slice(0, 2).join(' ')} ended with ${done.exitCode ?? 'a signal'}: ${Buffer.from(done.stderr).toString('utf8').trim().slice(0, 400)}`,
  );
}

export function gitExit(repository: Git, args: readonly string[]): number {
  return run(repository, args).exitCode ?? -1;
}

export function gitText(repository: Git, args: readonly string[]): string {
  return git(repository, args).toString('utf8').replace(/\n$/, '');
}

export function gitSettings(repository: Git, name: string): readonly string[] {
  const done = run(repository, ['config', '-z', '--get-all', name]);
  return done.exitCode === 0
    ? Buffer.from(done.stdout).toString('utf8').split('\0').slice(0, -1)
    : [];
}

export type RawChange = {
  readonly path: string;
  readonly mode: string;
  readonly before: string;
  readonly after: string;
};

/** Index against HEAD. A rename is one deleted and one new file. */
export function stagedChanges(repository: Git): readonly RawChange[] {
  const parts = git(repository, [
    'diff',
    '--cached',
    '--raw',
    '-z',
    '--no-renames',
    '--no-abbrev',
    '--no-ext-diff',
    '--ignore-submodules=none',
  ])
    .toString('utf8')
    .split('\0');
  const changes: RawChange[] = [];
  for (let i = 0; i + 1 < parts.length; i += 2) {
    const [, mode = '', before = '', after = '', status = ''] =
      /^:\d+ (\d+) ([0-9a-f]+) ([0-9a-f]+) ([A-Z])/.exec(parts[i] ?? '') ?? [];
    if (status === 'U' || status === '')
      throw new NocturneError(
        'CONFIG',
        `${parts[i + 1] ?? 'a file'} has an unresolved merge conflict`,
      );
    changes.push({ path: parts[i + 1] ?? '', mode, before, after });
  }
  return changes;
}

export function indexFiles(repository: Git, folder: string): ReadonlyMap<string, string> {
  const listed = git(repository, [
    'ls-files',
    '--stage',
    '-z',
    '--full-name',
    '--',
    folder === '' ? '.' : folder,
  ])
    .toString('utf8')
    .split('\0');
  return new Map(
    listed.flatMap((line) => {
      const found = /^\d+ ([0-9a-f]+) 0\t([^]*)$/.exec(line);
      return found === null ? [] : [[found[2] ?? '', found[1] ?? ''] as const];
    }),
  );
}

/** Contents by id, in one process. */
export function blobs(repository: Git, ids: readonly string[]): ReadonlyMap<string, Buffer> {
  const wanted = [...new Set(ids)].filter((id) => !/^0+$/.test(id));
  const found = new Map<string, Buffer>();
  if (wanted.length === 0) return found;
  const out = git(repository, ['cat-file', '--batch'], `${wanted.join('\n')}\n`);
  for (let start = 0; start < out.length; ) {
    const end = out.indexOf(10, start);
    const [id = '', kind = '', size = ''] = out.subarray(start, end).toString('latin1').split(' ');
    start = end + 1;
    if (kind === 'missing') continue;
    found.set(id, out.subarray(start, start + Number(size)));
    start += Number(size) + 1;
  }
  return found;
}

function run(
  { cwd, env }: Git,
  args: readonly string[],
  input?: Uint8Array | string,
): { readonly exitCode?: number; readonly stdout: Uint8Array; readonly stderr: Uint8Array } {
  try {
    return execaSync('git', [...args], {
      cwd,
      env: { ...env, LC_ALL: 'C', GIT_OPTIONAL_LOCKS: '0' },
      extendEnv: false,
      encoding: 'buffer',
      reject: false,
      maxBuffer: 1_000_000_000,
      stripFinalNewline: false,
      ...defined({ input }),
    });
  } catch (error) {
    throw new NocturneError('MISSING_PART', `git cannot be run: ${(error as ExecaError).message}`);
  }
}
