/** What the owner changes at the job's host, so that Nocturne sees its runs. */
import { shellWord } from '../../../kernel/shell-word.js';
import type { FoundJob } from '../../../hosts/found-job.js';

export type Wrapped = {
  readonly name: string;
  readonly root: string;
  /** How a host without a path starts Nocturne. */
  readonly nocturne: string;
  /** While JOBS.md does not have the job, its runs are only watched. */
  readonly watch: boolean;
};

/** `undefined`: its host has no command; the owner starts it, or the host's plugin sees it. */
export function changedLine(found: FoundJob, wrapped: Wrapped): string | undefined {
  const { name, root, nocturne, watch } = wrapped;
  const words = [
    nocturne,
    'job',
    'run',
    name,
    '--workspace',
    shellWord(root),
    ...(watch ? ['--watch'] : []),
  ];
  const line = `${words.join(' ')} -- ${argument(found)}`;
  switch (found.host) {
    case 'cron':
      return `${found.schedule} ${isSystem(found) ? `${found.user} ` : ''}${inCrontab(line, found)}`;
    case 'systemd':
      return `ExecStart=\nExecStart=${line.replaceAll('%', '%%').replaceAll('$', '$$$$')}`;
    default:
      return undefined;
  }
}

/** Lines below /etc name their user. */
function isSystem({ place, user }: FoundJob): boolean {
  return user !== undefined && place.startsWith('/');
}

function inCrontab(line: string, { input }: FoundJob): string {
  const escape = (text: string): string => text.replaceAll('%', '\\%');
  return input === undefined
    ? escape(line)
    : `${escape(line)}%${input.split('\n').map(escape).join('%')}`;
}

/** Words alone need no shell. */
function argument({ command, start, host }: FoundJob): string {
  const shell = start?.[0] ?? '/bin/sh';
  const text = host === 'systemd' ? inUnitFile(command) : shellWord(command);
  return /^[\w./:=@,+ -]+$/.test(command) && !/^[A-Za-z_]\w*=/.test(command)
    ? command
    : `${shell} -c ${text}`;
}

/** A shell's way to quote a quote is not that of systemd. */
function inUnitFile(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
