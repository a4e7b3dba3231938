/** What the installed OpenClaw can do: its version, and the options that its help lists. */
import { NocturneError } from '../../../kernel/error.js';
import { complaint, type OpenClaw } from './program.js';

export type Probed = {
  readonly version: string;
  readonly cronAdd: ReadonlySet<string>;
  readonly cronList: ReadonlySet<string>;
  /** Whether a plugin can be installed from a folder and configured. */
  readonly plugins: boolean;
};

const ESSENTIAL = ['--name', '--message', '--session', '--json'] as const;

export type Needed = {
  readonly schedule: readonly ('--cron' | '--tz' | '--every')[];
  readonly plugins: boolean;
};

/**
 * Asks only what is needed, because each question starts a process.
 * @throws NocturneError `CONFIG`
 */
export async function probe(host: OpenClaw, { schedule, plugins }: Needed): Promise<Probed> {
  const none: ReadonlySet<string> = new Set();
  const makes = schedule.length > 0;
  const [version, cronAdd, cronList, install, set] = await Promise.all([
    host.run(['--version']),
    makes ? options(host, ['cron', 'add']) : none,
    options(host, ['cron', 'list']),
    plugins ? options(host, ['plugins', 'install']) : none,
    plugins ? options(host, ['config', 'set']) : none,
  ]);
  if (version.exit !== 0)
    throw new NocturneError(
      'CONFIG',
      `${host.program} --version ended with ${version.exit}: ${complaint(undefined, version)}`,
      { hint: 'OpenClaw itself does not run here; it may need a newer Node' },
    );
  const missing = makes ? [...ESSENTIAL, ...schedule].filter((flag) => !cronAdd.has(flag)) : [];
  if (missing.length > 0)
    throw new NocturneError(
      'CONFIG',
      `openclaw cron add of this version (${version.stdout.trim()}) has no ${missing.join(', no ')}`,
      { hint: 'the jobs cannot be made without; use a newer OpenClaw, or nocturne schedule' },
    );
  if (!cronList.has('--json'))
    throw new NocturneError(
      'CONFIG',
      `openclaw cron list of this version (${version.stdout.trim()}) has no --json`,
      { hint: 'which jobs are ours cannot be told; use a newer OpenClaw, or nocturne schedule' },
    );
  return {
    version: version.stdout.trim(),
    cronAdd,
    cronList,
    plugins: install.has('--force') && set.has('--batch-json'),
  };
}

/** Empty for a command that this version lacks. */
async function options(host: OpenClaw, command: readonly string[]): Promise<ReadonlySet<string>> {
  const { exit, stdout } = await host.run([...command, '--help']);
  if (exit !== 0) return new Set();
  return new Set(
    [...stdout.matchAll(/^\s{1,6}(?:-\w, )?(--[a-z][a-z-]*)/gm)].map((match) => match[1] ?? ''),
  );
}
