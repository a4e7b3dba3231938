/** Checks lines in a sandbox: no network, nothing writable but a folder in memory. */
import { spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import type { Outcome } from './outcome.js';
import { PROGRAMS } from './places.js';

const REPOSITORY = join(import.meta.dirname, '../..');
const SANDBOX = [
  ...['--ro-bind', '/', '/', '--tmpfs', '/tmp', '--ro-bind', REPOSITORY, REPOSITORY],
  ...['--proc', '/proc', '--dev', '/dev', '--unshare-all', '--die-with-parent', '--clearenv'],
  ...['--setenv', 'PATH', PROGRAMS, '--setenv', 'HOME', '/tmp', '--setenv', 'LANG', 'C.UTF-8'],
  ...['--chdir', '/tmp'],
];

/** Some lines write without end: no file grows beyond 1 MB. */
const LIMITED = 'ulimit -f 2000; exec "$0" "$@"';

export type Checker = {
  /** In the order of the lines. */
  readonly check: (lines: readonly string[]) => Promise<readonly Outcome[]>;
  readonly close: () => void;
};

/** Why lines cannot be checked here; `undefined` if they can. */
export function whyNot(): string | undefined {
  const { error, status, stderr } = spawnSync('bwrap', [...SANDBOX, '/bin/true'], {
    encoding: 'utf8',
  });
  if (error !== undefined) return `bubblewrap cannot be started: ${error.message}`;
  return status === 0 ? undefined : `bubblewrap makes no sandbox: ${stderr.trim()}`;
}

export function openChecker(): Checker {
  const child = spawn(
    'bwrap',
    [
      ...SANDBOX,
      '/bin/sh',
      '-c',
      LIMITED,
      process.execPath,
      join(import.meta.dirname, 'check-child.js'),
    ],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const check = async (lines: readonly string[]): Promise<readonly Outcome[]> => {
    child.stdin.write(`${JSON.stringify(lines)}\n`);
    const answer = await answers.next();
    if (answer.done === true) throw new Error('the sandbox ended before it answered');
    return JSON.parse(answer.value);
  };
  return { check, close: () => child.stdin.end() };
}
