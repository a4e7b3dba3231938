/**
 * `schedule`: runs worker and manager passes on a schedule, in the foreground, and makes up for
 * missed runs as the policy says.
 */
import { join } from 'node:path';
import { createTask, type ScheduledTask, validateDetailed } from 'node-cron';
import { aborted } from '../../../kernel/aborted.js';
import { stamp } from '../../../kernel/clock.js';
import { defined } from '../../../kernel/defined.js';
import { NocturneError, messageOf } from '../../../kernel/error.js';
import {
  MISSED_POLICIES,
  type Missed,
  type MissedPolicy,
  missedRuns,
} from '../../../passes/missed-runs.js';
import type { PassEnvironment, Role } from '../../../passes/types.js';
import { readJson, writeJsonDurably } from '../../../workspace/state-home.js';
import type { Workspace } from '../../../workspace/types.js';
import { runServicesWhenFree } from '../../../passes/modules/run-services.js';
import { inTurn, lanesOf } from '../../../passes/in-turn.js';
import { type LaneResult, runLanes } from '../../../passes/run-lanes.js';
import { isSecondTime, skippedTimes } from '../../../passes/clock-changes.js';
import { localTime } from '../../../project/local-time.js';
import { textOption } from '../options.js';
import { NIGHT_OPTIONS, nightOptions } from '../night-options.js';
import { laneCount, passCount } from '../pass-count.js';
import { requireOwner } from '../actor.js';
import { dashboardIfAsked, WITH_DASHBOARD } from '../with-dashboard.js';
import { passEnvironment } from '../pass-environment.js';
import { isDeferred, recordNotBegun } from '../record-not-begun.js';
import { ok } from '../result.js';
import type { Command, CommandResult, Context } from '../types.js';
import { isZone, ownerZone } from '../../../project/owner-zone.js';

/**
 * When each job last fired, and until when skipped times of day are on record; kept in the state
 * directory.
 */
type Fired = Partial<Record<Role | 'clocks', string>>;
type Job = {
  readonly role: Role;
  readonly expression: string;
  readonly zone: string;
  readonly task: ScheduledTask;
  /** Whether it fires when the clocks show this time, given as UTC. */
  readonly matchesShown: (shown: Date) => boolean;
};
type Due = { readonly job: Job; readonly missed: Missed };
const FILE = 'schedule.json';

export const schedule: Command = {
  options: [
    { flags: '--worker <cron>', description: 'when worker passes start (default: 0 */2 * * *)' },
    { flags: '--manager <cron>', description: 'when manager passes start (default: 30 6 * * *)' },
    {
      flags: '--time-zone <zone>',
      description: 'the time zone of these times (default: yours in USER.md)',
    },
    {
      flags: '--missed <policy>',
      description: 'what to do about missed runs (default: run-once)',
      choices: MISSED_POLICIES,
    },
    {
      flags: '--parallel <n>',
      description: 'how many worker passes to start at once, on different projects (default 1)',
    },
    { flags: '--passes <n>', description: 'the most worker passes in one night, noon to noon' },
    ...NIGHT_OPTIONS,
    { flags: '--list', description: 'print the next and the missed runs, and exit' },
    ...WITH_DASHBOARD,
  ],
  examples: [
    'nocturne schedule',
    'nocturne schedule --worker "0 1-5 * * *" --manager "30 6 * * *" --missed skip',
    'nocturne schedule --list',
  ],
  async run(context, { options }) {
    requireOwner(context, 'scheduling');
    const more = dashboardIfAsked(context, options);
    const policy = (options['missed'] ?? 'run-once') as MissedPolicy;
    const passes = options['passes'] === undefined ? undefined : passCount(options['passes'], 1);
    const limits = { ...nightOptions(options), ...defined({ passes }) };
    const env = { ...(await passEnvironment(context)), budget: { limits } };
    const lanes = laneCount(options['parallel'], context.workspace().snapshot());
    let queue: Promise<void> = Promise.resolve();
    const enqueue = (role: Role, why: string): Promise<void> => {
      queue = queue.then(() =>
        env.signal.aborted
          ? undefined
          : fire(context, env, { role, why, lanes: role === 'worker' ? lanes : 1 }),
      );
      return queue;
    };
    const jobs: readonly Job[] = (['worker', 'manager'] as const).map((role) =>
      jobOf(role, {
        schedule: options[role],
        zone: textOption(options, 'timeZone') ?? ownerZone(context.workspace().snapshot()),
        run: async () => {
          noteSkippedTimes(context, jobs);
          if (!isRepeat(context, jobs, role)) await enqueue(role, 'scheduled');
        },
      }),
    );
    const due = jobs.map((job) => ({ job, missed: missedOf(context.workspace(), job, policy) }));
    if (options['list'] === true) return listing(due);
    noteSkippedTimes(context, jobs);
    for (const entry of due) makeUp(context, { ...entry, policy, enqueue });
    for (const job of jobs)
      await begin(context, job, () =>
        makeUp(context, {
          job,
          missed: missedOf(context.workspace(), job, policy),
          policy,
          enqueue,
        }),
      );
    await Promise.all([aborted(env.signal), runServicesWhenFree(env, more)]);
    for (const job of jobs) await job.task.destroy();
    await queue;
    return ok('Stopped the schedule.', {});
  },
};

const DEFAULTS = { worker: '0 */2 * * *', manager: '30 6 * * *' };

function jobOf(
  role: Role,
  options: { schedule: unknown; zone: string; run: () => Promise<void> },
): Job {
  const expression = typeof options.schedule === 'string' ? options.schedule : DEFAULTS[role];
  const checked = validateDetailed(expression);
  if (!checked.valid || expression.trim().split(/\s+/).length !== 5)
    throw new NocturneError(
      'USAGE',
      `--${role} "${expression}" is not a schedule${checked.errors[0] === undefined ? '' : `: ${checked.errors[0].message}`}`,
      {
        hint: 'write five fields: minute, hour, day of month, month and day of week, as in "30 6 * * *"',
      },
    );
  if (!isZone(options.zone))
    throw new NocturneError('USAGE', `"${options.zone}" is not a time zone`, {
      hint: 'write an IANA name, as in Europe/Lisbon',
    });
  const silent = (): void => undefined;
  const logger = { info: silent, warn: silent, error: silent, debug: silent };
  const task = createTask(expression, options.run, {
    noOverlap: true,
    name: role,
    logger,
    timezone: options.zone,
  });
  const shown = createTask(expression, silent, { logger, timezone: 'UTC' });
  const matchesShown = (time: Date): boolean => shown.match(time);
  return { role, expression, zone: options.zone, task, matchesShown };
}

function missedOf(workspace: Workspace, job: Job, policy: MissedPolicy): Missed {
  const now = workspace.clock.now();
  const last = readFired(workspace)[job.role];
  return missedRuns({
    matches: (time) => job.task.match(time),
    since: last === undefined ? now : new Date(last),
    now,
    policy,
  });
}

function listing(due: readonly Due[]): CommandResult {
  const lines = due.map(({ job, missed }) => {
    const next = job.task.getNextRuns(3).map((time) => stamp(time));
    return `${job.role.padEnd(8)} ${job.expression}\n  next    ${next.join(', ')}\n  missed  ${missed.times.length === 0 ? 'none' : `${missed.times.length}, the last at ${stamp(missed.times.at(-1) ?? new Date(0))}; ${missed.run} would run now`}`;
  });
  return ok(lines.join('\n'), {
    jobs: due.map(({ job, missed }) => ({
      role: job.role,
      expression: job.expression,
      next: job.task.getNextRuns(3).map((time) => stamp(time)),
      missed: missed.times.map((time) => stamp(time)),
      run: missed.run,
    })),
  });
}

/** A missed run always leaves an audit row, whatever the policy does about it. */
function makeUp(
  context: Context,
  options: Due & { policy: MissedPolicy; enqueue: (role: Role, why: string) => Promise<void> },
): void {
  const { job, missed, policy, enqueue } = options;
  if (missed.times.length > 0) {
    const detail = `missed ${missed.times.length} from ${stamp(missed.times[0] ?? new Date(0))} to ${stamp(missed.times.at(-1) ?? new Date(0))}; ${policy}: runs ${missed.run} now`;
    say(context, job.role, { result: 'missed', detail });
  }
  remember(context.workspace(), job.role);
  for (let i = 0; i < missed.run; i++) void enqueue(job.role, 'after a missed run');
}

/** Records the times of day that the clocks skipped since the last look. */
function noteSkippedTimes(context: Context, jobs: readonly Job[]): void {
  const workspace = context.workspace();
  const now = workspace.clock.now();
  const last = readFired(workspace).clocks;
  const since = last === undefined ? now : new Date(last);
  for (const { role, zone, matchesShown } of jobs) {
    const skipped = skippedTimes({ matches: matchesShown, zone, since, now });
    for (const time of skipped)
      say(context, role, {
        result: 'skipped',
        detail: `${time} does not exist in ${zone}: the clocks were put forward`,
      });
  }
  remember(workspace, 'clocks');
}

/** Whether the job has run at this time of day already, before the clocks were turned back. */
function isRepeat(context: Context, jobs: readonly Job[], role: Role): boolean {
  const workspace = context.workspace();
  const last = readFired(workspace)[role];
  const zone = jobs.find((job) => job.role === role)?.zone ?? 'UTC';
  const now = workspace.clock.now();
  if (last === undefined || !isSecondTime(zone, new Date(last), now)) return false;
  say(context, role, {
    result: 'skipped',
    detail: `${localTime(stamp(now), zone)} comes twice in ${zone}, and it ran the first time`,
  });
  return true;
}

function say(
  context: Context,
  role: Role,
  row: { readonly result: string; readonly detail: string },
): void {
  recordNotBegun(context.workspace(), role, row);
  context.progress(`${role}: ${row.detail}`);
}

/** @param late called when the machine slept through a run, or was too busy for it. */
async function begin(context: Context, job: Job, late: () => void): Promise<void> {
  job.task.on('execution:missed', late);
  job.task.on('execution:overlap', () => {
    say(context, job.role, { result: 'skipped', detail: 'the previous run was still running' });
  });
  await job.task.start();
  context.progress(
    `${job.role}: ${job.expression}, next at ${job.task.getNextRun()?.toISOString() ?? 'never'}`,
  );
}

/** Runs one pass. An error (the lock is held, the disk is full) does not end the schedule. */
async function fire(
  context: Context,
  env: PassEnvironment,
  { role, why, lanes }: { role: Role; why: string; lanes: number },
): Promise<void> {
  remember(context.workspace(), role);
  context.progress(`${stamp(context.clock.now())} ${role} (${why})`);
  const { hasWork } = await import('../../../passes/worker/has-work.js');
  const pass =
    role === 'worker'
      ? (await import('../../../passes/worker/worker.js')).worker
      : (await import('../../../passes/manager/manager.js')).manager;
  const environments = lanesOf(env, lanes);
  const work = async (lane: number): Promise<LaneResult> => {
    try {
      const turn = environments[lane] ?? env;
      const report = await inTurn(turn, async (own) =>
        role === 'manager' || hasWork(own) ? await pass(own, { role }) : undefined,
      );
      if (report === undefined) return 'nothing';
      const { data, outcome } = report;
      context.progress(`  ${data.runId} ${outcome}`);
      return data.found ? 'worked' : 'nothing';
    } catch (error) {
      if (isDeferred(error)) say(context, role, { result: 'deferred', detail: error.message });
      else context.progress(`  did not run: ${messageOf(error)}`);
      return 'worked';
    }
  };
  await runLanes({ lanes, most: lanes, mayStart: () => !env.signal.aborted, work });
}

function readFired(workspace: Workspace): Fired {
  return readJson<Fired>(join(workspace.state, FILE)) ?? {};
}

function remember(workspace: Workspace, what: keyof Fired): void {
  const fired = { ...readFired(workspace), [what]: stamp(workspace.clock.now()) };
  writeJsonDurably(join(workspace.state, FILE), fired);
}
