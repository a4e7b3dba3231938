/** Checks of time: the owner's time zone, the clock, and what starts passes at night. */
import { existsSync, readdirSync } from '../../kernel/files.js';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { fieldText, fieldTime } from '../../project/field-text.js';
import { lastRow } from '../../project/recent-rows.js';
import { readJson } from '../../workspace/state-home.js';
import { broken, unknown, working } from '../../kernel/observation.js';
import type { ExaminedWorkspace, WorkspaceCheck } from './types.js';

const CRONTAB_MS = 3_000;
/** Small clock corrections are normal. */
const TOLERANCE_MS = 120_000;

export const zone: WorkspaceCheck = {
  of: 'workspace',
  id: 'time-zone',
  look: ({ snapshot, clock }) => {
    const name = fieldText(snapshot.records('OWNER')[0], 'time_zone');
    if (name === '')
      return broken('USER.md has no time zone', 'nocturne init . --time-zone Europe/Lisbon');
    try {
      const now = new Intl.DateTimeFormat('sv-SE', {
        timeZone: name,
        dateStyle: 'short',
        timeStyle: 'short',
      }).format(clock.now());
      return working(`times are shown in ${name}, where it is ${now}`);
    } catch {
      return broken(
        `"${name}" in USER.md is not a time zone`,
        'nocturne init . --time-zone Europe/Lisbon',
      );
    }
  },
};

export const clockRuns: WorkspaceCheck = {
  of: 'workspace',
  id: 'clock',
  look: ({ snapshot, clock }) => {
    const last = fieldTime(
      lastRow(snapshot, 'AUDIT', () => true),
      'time',
    );
    const now = clock.now().getTime();
    if (last !== undefined && last > now + TOLERANCE_MS)
      return broken(
        `the clock says ${clock.now().toISOString()}, but the audit log has a later row (${new Date(last).toISOString()})`,
        "correct the machine's clock",
      );
    return working(
      `the clock is at ${clock.now().toISOString()}, later than every row of the audit log`,
    );
  },
};

export const schedule: WorkspaceCheck = {
  of: 'workspace',
  id: 'schedule',
  look: (examined) => {
    const found = [...builtIn(examined), ...crontab(examined), ...timers(examined)];
    return found.length > 0
      ? working(found.join('; '))
      : unknown(
          `neither the built-in schedule nor cron nor systemd starts passes${notAsked(examined)}`,
          'nocturne schedule, or orchestration-os/OPS-CRON-SETUP.md',
        );
  },
};

/** Hosts may start passes too, but asking one takes seconds. */
function notAsked({ hosts }: ExaminedWorkspace): string {
  const names = hosts.filter(({ startsPasses }) => startsPasses === true).map(({ title }) => title);
  if (names.length === 0) return '';
  return `; ${names.join(' and ')} ${names.length === 1 ? 'was' : 'were'} not asked`;
}

function builtIn({ workspace }: ExaminedWorkspace): string[] {
  const fired = readJson<Readonly<Record<string, string>>>(join(workspace.state, 'schedule.json'));
  return fired === undefined
    ? []
    : [
        `nocturne schedule last started passes: ${Object.entries(fired)
          .map(([role, time]) => `${role} at ${time}`)
          .join(', ')}`,
      ];
}

function crontab({ env }: ExaminedWorkspace): string[] {
  const { status, stdout } = spawnSync('crontab', ['-l'], {
    encoding: 'utf8',
    timeout: CRONTAB_MS,
    env: env as NodeJS.ProcessEnv,
  });
  const lines =
    status === 0
      ? (stdout ?? '').split('\n').filter((line) => /^[^#]*\bnocturne\b/.test(line))
      : [];
  return lines.length === 0
    ? []
    : [`cron starts nocturne in ${lines.length === 1 ? 'one line' : `${lines.length} lines`}`];
}

function timers({ env }: ExaminedWorkspace): string[] {
  const folder = join(
    env['XDG_CONFIG_HOME'] ?? join(env['HOME'] ?? homedir(), '.config'),
    'systemd/user',
  );
  const found = existsSync(folder)
    ? readdirSync(folder).filter((name) => /nocturne.*\.timer$/.test(name))
    : [];
  return found.length === 0 ? [] : [`systemd has ${found.join(', ')}`];
}
