/**
 * The jobs of a crontab. The rules are those of crontab(5): settings of variables, names of days
 * and months, `@daily`, and `%`, which ends the command and separates lines of its input.
 */
import { validateDetailed } from 'node-cron';
import { defined } from '../../../kernel/defined.js';
import { plural } from '../../../kernel/words.js';
import type { FoundJob, FoundPlace } from '../../../hosts/found-job.js';

/** In five fields; `@reboot` has no time of day. */
const NICKNAMES: Readonly<Record<string, string | undefined>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
  '@reboot': undefined,
};
const SETTING = /^([A-Za-z_]\w*|"[^"]*"|'[^']*')\s*=\s*(.*)$/;
const NICKNAMED = /^(@[a-z]+)\s+(.+)$/;
const TIMED = /^((?:\S+\s+){4}\S+)\s+(.+)$/;

export type CrontabSource = {
  /** Such as `crontab of anna`, or the path of a file. */
  readonly place: string;
  /** Whether each line names its user after the schedule, as those below /etc do. */
  readonly hasUser: boolean;
  readonly user?: string;
};

export function crontabJobs(text: string, source: CrontabSource): FoundPlace {
  const jobs: FoundJob[] = [];
  const remarks: string[] = [];
  let env: Readonly<Record<string, string>> = {};
  for (const [i, raw] of text.split('\n').entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const [, name, value = ''] = SETTING.exec(line) ?? [];
    if (name !== undefined) {
      env = { ...env, [unquoted(name)]: unquoted(value.trim()) };
      continue;
    }
    const job = jobOf(line, { source, env, number: i + 1 });
    if (typeof job === 'string') remarks.push(`${source.place}:${i + 1}: ${job}`);
    else jobs.push(job);
  }
  return { place: source.place, jobs, remarks: shortened(remarks) };
}

const MOST_REMARKS = 5;

/** A file that is not a crontab has as many mistakes as lines. */
function shortened(remarks: readonly string[]): readonly string[] {
  if (remarks.length <= MOST_REMARKS) return remarks;
  const rest = plural(remarks.length - MOST_REMARKS, 'more line');
  return [...remarks.slice(0, MOST_REMARKS), `${rest} could not be read`];
}

type Line = {
  readonly source: CrontabSource;
  readonly env: Readonly<Record<string, string>>;
  readonly number: number;
};

function jobOf(line: string, { source, env, number }: Line): FoundJob | string {
  const [, schedule, rest] = NICKNAMED.exec(line) ?? TIMED.exec(line) ?? [];
  if (schedule === undefined || rest === undefined)
    return 'expected five fields of a schedule and a command';
  const cron = schedule.startsWith('@') ? NICKNAMES[schedule] : schedule.split(/\s+/).join(' ');
  if (schedule.startsWith('@') && !Object.hasOwn(NICKNAMES, schedule))
    return `${schedule} is not a schedule`;
  const problem = cron === undefined ? undefined : scheduleProblem(cron);
  if (problem !== undefined) return problem;
  const [, user, words] = source.hasUser
    ? (/^(\S+)\s+(.+)$/.exec(rest) ?? [])
    : ['', source.user, rest];
  if (words === undefined) return 'expected a user and a command after the schedule';
  const { command, input } = splitInput(words);
  const place = `${source.place}:${number}`;
  const zone = env['CRON_TZ'];
  return {
    host: 'cron',
    id: place,
    place,
    schedule,
    command,
    env,
    start: [env['SHELL'] ?? '/bin/sh', '-c', command],
    ...defined({ cron, zone, input, user, directory: env['HOME'] }),
  };
}

/** A dash before the minute tells some crons not to log the run. */
function scheduleProblem(cron: string): string | undefined {
  const checked = validateDetailed(cron.replace(/^-/, ''));
  return checked.valid
    ? undefined
    : `"${cron}" is not a schedule${checked.errors[0] === undefined ? '' : `: ${checked.errors[0].message}`}`;
}

/** `\%` is a percent sign; the first bare `%` ends the command, the others are line ends. */
function splitInput(words: string): { readonly command: string; readonly input?: string } {
  const [command = '', ...input] = words
    .split(/(?<!\\)%/)
    .map((part) => part.replaceAll('\\%', '%'));
  return input.length === 0
    ? { command: command.trim() }
    : { command: command.trim(), input: input.join('\n') };
}

function unquoted(text: string): string {
  const [, , inner] = /^(["'])(.*)\1$/.exec(text) ?? [];
  return inner ?? text;
}
