/** Starts a found job now, as its host would: its shell, its variables, its folder, its input. */
import { homedir, userInfo } from 'node:os';
import type { FoundJob } from '../../../hosts/found-job.js';
import { type CommandEnd, runJobCommand } from '../run-command.js';

/** Of cron; systemd's is longer. A command that needs more does not work in its host either. */
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

type Env = Readonly<Record<string, string | undefined>>;

/** `undefined`: it can. */
export function startProblem({ start, user, place }: FoundJob): string | undefined {
  if (start === undefined) return `${place} can only be started by its host`;
  const here = userInfo().username;
  return user === undefined || user === here
    ? undefined
    : `it runs as ${user}, and you are ${here}`;
}

export function runFound(found: FoundJob, env: Env): Promise<CommandEnd> {
  const { directory, host, input, command, start = [] } = found;
  const isLocal = host === 'cron' || host === 'systemd';
  const home = env['HOME'] ?? homedir();
  const own = { PATH, HOME: home, SHELL: '/bin/sh', LOGNAME: userInfo().username, ...found.env };
  const [shell = '/bin/sh'] = start;
  const piped = [
    '/bin/sh',
    '-c',
    `printf '%s\\n' "$1" | "$0" -c "$2"`,
    shell,
    input ?? '',
    command,
  ];
  return runJobCommand({
    argv: input === undefined ? start : piped,
    cwd: directory ?? home,
    env: isLocal ? own : env,
    timeLimitMs: undefined,
    forbids: [],
    // Standard output is for what Nocturne says.
    out: process.stderr,
    err: process.stderr,
  });
}
