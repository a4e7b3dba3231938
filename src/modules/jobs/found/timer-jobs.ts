/** The jobs of systemd timers, from the unit files of one folder. */
import { existsSync, readdirSync, readFileSync } from '../../../kernel/files.js';
import { join } from 'node:path';
import { defined } from '../../../kernel/defined.js';
import type { FoundJob, FoundPlace } from '../../../hosts/found-job.js';
import { calendarCron } from './calendar-cron.js';
import { readUnitFile, type UnitFile } from './unit-file.js';

const MONOTONIC = [
  'OnBootSec',
  'OnStartupSec',
  'OnActiveSec',
  'OnUnitActiveSec',
  'OnUnitInactiveSec',
];

export type UnitFolder = {
  readonly path: string;
  /** For `%h` and for jobs that name no folder. */
  readonly home: string;
  readonly user?: string;
};

/** @throws the error of the file system for a folder that may not be read. */
export function timerJobs(folder: UnitFolder): FoundPlace {
  const names = readdirSync(folder.path).filter((name) => name.endsWith('.timer'));
  const read = names.sort().map((name) => jobOf(name, folder));
  return {
    place: folder.path,
    jobs: read.filter((job) => typeof job !== 'string'),
    remarks: read.filter((job) => typeof job === 'string'),
  };
}

function jobOf(name: string, folder: UnitFolder): FoundJob | string {
  const timer = unit(folder, name);
  const service = timer?.get('Timer.Unit')?.at(-1) ?? name.replace(/\.timer$/, '.service');
  const file = unit(folder, service);
  if (timer === undefined || file === undefined)
    return `${name} starts ${service}, which is not in ${folder.path}`;
  const calendar = timer.get('Timer.OnCalendar') ?? [];
  const [only] = calendar;
  const commands = (file.get('Service.ExecStart') ?? []).map((line) => plainCommand(line, folder));
  if (commands.length === 0 || commands.includes(undefined))
    return `${service}: its ExecStart= cannot be read here`;
  const command = commands.join(' && ');
  const directory = file.get('Service.WorkingDirectory')?.at(-1)?.replace(/^-/, '');
  return {
    host: 'systemd',
    id: name,
    place: join(folder.path, name),
    schedule: calendar.length > 0 ? calendar.join(', ') : monotonic(timer),
    command,
    env: environment(file),
    start: ['/bin/sh', '-c', command],
    ...defined({
      cron: calendar.length === 1 && only !== undefined ? calendarCron(only) : undefined,
      user: file.get('Service.User')?.at(-1) ?? folder.user,
      directory: directory === undefined ? undefined : expanded(directory, folder),
    }),
  };
}

/** With its drop-ins. `undefined`: there is no such file, or it is a link to /dev/null. */
function unit({ path }: UnitFolder, name: string): UnitFile | undefined {
  const file = join(path, name);
  if (!existsSync(file)) return undefined;
  const dropIns = `${file}.d`;
  const more = existsSync(dropIns)
    ? readdirSync(dropIns)
        .filter((drop) => drop.endsWith('.conf'))
        .sort()
        .map((drop) => join(dropIns, drop))
    : [];
  const text = [file, ...more].map((each) => readFileSync(each, 'utf8')).join('\n');
  return text.trim() === '' ? undefined : readUnitFile(text);
}

function monotonic(timer: UnitFile): string {
  return MONOTONIC.flatMap((setting) =>
    (timer.get(`Timer.${setting}`) ?? []).map((value) => `${setting}=${value}`),
  ).join(', ');
}

/** Without the prefixes of systemd.service(5); `undefined` where a specifier is left. */
function plainCommand(line: string, folder: UnitFolder): string | undefined {
  return expanded(line.replace(/^[@\-:+!|]+/, ''), folder);
}

function expanded(text: string, { home }: UnitFolder): string | undefined {
  const known = text.replaceAll('%h', home).replaceAll('%%', '\0');
  return /%[a-zA-Z]/.test(known) ? undefined : known.replaceAll('\0', '%').replace(/^~$/, home);
}

/** `Environment="A=1" B=2` */
function environment(file: UnitFile): Readonly<Record<string, string>> {
  const words = (file.get('Service.Environment') ?? []).flatMap((line) =>
    [...line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map((word) => word[1] ?? word[2] ?? word[3]),
  );
  return Object.fromEntries(
    words.flatMap((word) => {
      const [, name, value] = /^([A-Za-z_]\w*)=(.*)$/.exec(word ?? '') ?? [];
      return name === undefined ? [] : [[name, value ?? '']];
    }),
  );
}
