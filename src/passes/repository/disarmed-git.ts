/**
 * The one way in which git is started for a repository of the owner's: no program runs that a
 * repository, an attribute, a setting or a variable of the environment names.
 */
import { spawnSync } from 'node:child_process';
import { defined } from '../../kernel/defined.js';
import { NocturneError } from '../../kernel/error.js';

/** Absolute paths. `directory`: the repository itself, such as `.git`. */
export type GitPlace = {
  readonly directory: string;
  readonly workTree?: string;
  readonly index?: string;
};
export type GitInput = {
  readonly input?: string | Uint8Array;
  readonly now?: Date;
  /** For a push: the transports that may be used, with what logs the owner in. None otherwise. */
  readonly protocols?: string;
};

const LIMIT_MS = 600_000;
const LARGEST = 1024 * 1024 * 1024;

/** The program, hooks and helpers that settings can name, and what would leave more than asked. */
const SETTINGS: Readonly<Record<string, string>> = {
  'core.hooksPath': '/dev/null',
  'core.fsmonitor': 'false',
  'core.untrackedCache': 'false',
  'core.attributesFile': '/dev/null',
  'core.excludesFile': '/dev/null',
  'core.sshCommand': 'false',
  'core.gitProxy': 'false',
  'core.askPass': 'false',
  'core.pager': 'cat',
  'core.editor': 'false',
  'core.alternateRefsCommand': 'true',
  'core.autocrlf': 'false',
  'core.safecrlf': 'false',
  'core.symlinks': 'true',
  'core.fileMode': 'true',
  'core.quotePath': 'true',
  'core.precomposeUnicode': 'false',
  'core.protectNTFS': 'true',
  'core.protectHFS': 'true',
  'core.logAllRefUpdates': 'false',
  'core.fsync': 'none',
  'core.fsyncMethod': 'fsync',
  'credential.helper': '',
  'diff.external': '',
  'gc.auto': '0',
  'maintenance.auto': 'false',
  'commit.gpgSign': 'false',
  'push.gpgSign': 'false',
  'push.recurseSubmodules': 'no',
  'submodule.recurse': 'false',
  'fetch.recurseSubmodules': 'false',
  'protocol.allow': 'never',
};
const LOG_IN = new Set(['core.sshCommand', 'core.askPass', 'credential.helper']);

function settings(protocols: string | undefined): readonly string[] {
  const isSet = (name: string): boolean => protocols === undefined || !LOG_IN.has(name);
  return Object.entries(SETTINGS).flatMap(([name, value]) =>
    isSet(name) ? ['-c', `${name}=${value}`] : [],
  );
}

/** @throws NocturneError `RUN_FAILED` with the last line that git printed. */
export function git(place: GitPlace, args: readonly string[], options: GitInput = {}): Buffer {
  const { status, stdout, stderr } = gitResult(place, args, options);
  if (status === 0) return stdout;
  const why = stderr.toString('utf8').trim().split('\n').at(-1) ?? '';
  throw new NocturneError('RUN_FAILED', `git ${args[0] ?? ''} failed: ${why}`);
}

export function gitText(place: GitPlace, args: readonly string[], options?: GitInput): string {
  return git(place, args, options).toString('utf8').replace(/\n$/, '');
}

export type GitResult = {
  /** `null`: ended by a signal. */
  readonly status: number | null;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
};

/** @throws NocturneError `MISSING_PART` if git cannot be started. */
export function gitResult(
  place: GitPlace,
  args: readonly string[],
  { input, now, protocols }: GitInput = {},
): GitResult {
  const { error, status, stdout, stderr } = spawnSync('git', [...settings(protocols), ...args], {
    cwd: place.directory,
    timeout: LIMIT_MS,
    maxBuffer: LARGEST,
    env: {
      ...environmentOf(place, now),
      ...(protocols === undefined ? ALONE : loggedIn(protocols)),
    },
    ...defined({ input }),
  });
  if (error !== undefined)
    throw new NocturneError('MISSING_PART', `git cannot be run: ${error.message}`, {
      cause: error,
      hint: 'install git 2.38 or newer',
    });
  return { status, stdout, stderr };
}

const NAME = 'Nocturne';
const ADDRESS = 'nocturne@localhost';

/** Nothing is inherited but where programs are. */
function environmentOf(
  { directory, workTree, index }: GitPlace,
  now: Date | undefined,
): Record<string, string | undefined> {
  const date = now === undefined ? undefined : `@${Math.floor(now.getTime() / 1000)} +0000`;
  return defined({
    PATH: process.env['PATH'],
    LC_ALL: 'C',
    GIT_DIR: directory,
    GIT_WORK_TREE: workTree,
    GIT_INDEX_FILE: index,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_NO_LAZY_FETCH: '1',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_TERMINAL_PROMPT: '0',
    GIT_EDITOR: 'false',
    GIT_SEQUENCE_EDITOR: 'false',
    GIT_PAGER: 'cat',
    GIT_AUTHOR_NAME: NAME,
    GIT_AUTHOR_EMAIL: ADDRESS,
    GIT_AUTHOR_DATE: date,
    GIT_COMMITTER_NAME: NAME,
    GIT_COMMITTER_EMAIL: ADDRESS,
    GIT_COMMITTER_DATE: date,
  });
}

const ALONE: Readonly<Record<string, string>> = {
  HOME: '/nonexistent',
  XDG_CONFIG_HOME: '/nonexistent',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_ASKPASS: 'false',
  GIT_SSH_COMMAND: 'false',
  GIT_ALLOW_PROTOCOL: 'none',
};

function loggedIn(protocols: string): Record<string, string | undefined> {
  const names = ['HOME', 'XDG_CONFIG_HOME', 'SSH_AUTH_SOCK'];
  const own = names.map((name) => [name, process.env[name]] as const);
  return { ...defined(Object.fromEntries(own)), GIT_ALLOW_PROTOCOL: protocols };
}
