/** Every place on this machine where jobs are declared. What cannot be read has a remark. */
import { readdirSync, readFileSync, statSync } from '../../../kernel/files.js';
import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';
import { messageOf } from '../../../kernel/error.js';
import type { FoundPlace } from '../../../hosts/found-job.js';
import { installedHosts } from '../../../hosts/installed.js';
import { activeTimers, onlyActive } from './active-timers.js';
import { crontabJobs } from './crontab-jobs.js';
import { probeProgram } from './probe-program.js';
import { timerJobs } from './timer-jobs.js';

export type Machine = {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The folder of system-wide settings. */
  readonly etc: string;
};
const ETC = '/etc';
/** A crontab is text of a few lines. */
const LARGEST = 256 * 1024;
/** cron ignores names of backups and of packages that were not merged. */
const CRON_NAME = /^[A-Za-z0-9_-]+$/;

/** Never throws. Slow hosts are asked at the same time. */
export async function foundPlaces({
  env,
  etc = ETC,
}: Pick<Machine, 'env'> & Partial<Machine>): Promise<readonly FoundPlace[]> {
  const hosts = await installedHosts();
  const asked = await Promise.all(hosts.map((host) => host.jobs?.({ env })));
  return [
    await userCrontab(env),
    ...systemCrontabs(etc),
    ...(await timerFolders({ env, etc })),
    ...asked.filter((place) => place !== undefined),
  ];
}

async function userCrontab(env: Machine['env']): Promise<FoundPlace> {
  const user = userInfo().username;
  const place = `crontab of ${user}`;
  const nothing = (remark: string): FoundPlace => ({ place, jobs: [], remarks: [remark] });
  const probed = await probeProgram('crontab', { args: ['-l'], env, largest: LARGEST });
  if (probed.kind === 'unusable') return nothing(probed.why);
  if (probed.exit !== 0)
    return nothing(
      /no crontab for/i.test(probed.stderr)
        ? `${user} has no crontab`
        : `crontab -l ended with ${probed.exit}: ${firstLine(probed.stderr)}`,
    );
  return crontabJobs(probed.stdout, { place, hasUser: false, user });
}

function systemCrontabs(etc: string): readonly FoundPlace[] {
  const folder = join(etc, 'cron.d');
  const files = [
    join(etc, 'crontab'),
    ...names(folder)
      .filter((name) => CRON_NAME.test(name))
      .map((name) => join(folder, name)),
  ];
  return files.flatMap((path) =>
    read(path, () => {
      if (statSync(path).size > LARGEST) throw new Error('it is too large to be a crontab');
      return crontabJobs(readFileSync(path, 'utf8'), { place: path, hasUser: true });
    }),
  );
}

/** The owner's and the administrator's own; units of packages are in other folders. */
async function timerFolders({ env, etc }: Machine): Promise<readonly FoundPlace[]> {
  const home = env['HOME'] ?? homedir();
  const user = join(env['XDG_CONFIG_HOME'] ?? join(home, '.config'), 'systemd/user');
  const system = join(etc, 'systemd/system');
  const found = [
    ...read(user, () => timerJobs({ path: user, home })).map((place) => ({
      place,
      scope: ['--user'],
    })),
    ...read(system, () => timerJobs({ path: system, home: '/root', user: 'root' })).map(
      (place) => ({
        place,
        scope: [],
      }),
    ),
  ].filter(({ place }) => place.jobs.length + place.remarks.length > 0);
  return Promise.all(
    found.map(async ({ place, scope }) => onlyActive(place, await activeTimers(env, scope))),
  );
}

/** Nothing for what is not there. */
function read(path: string, look: () => FoundPlace): readonly FoundPlace[] {
  try {
    return [look()];
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    return [{ place: path, jobs: [], remarks: [`${path} cannot be read: ${messageOf(error)}`] }];
  }
}

function names(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

function firstLine(text: string): string {
  return text.trim().split('\n')[0]?.slice(0, 200) ?? '';
}
