/** `cron install`, `cron list`, `cron remove`: the worker and the manager as jobs of OpenClaw. */
import { join } from 'node:path';
import { validateDetailed } from 'node-cron';
import { quote } from 'shell-quote';
import { EXIT, NocturneError } from '../../../kernel/error.js';
import { stamp } from '../../../kernel/clock.js';
import {
  type CronPlace,
  type Installed,
  type InstallRequest,
  installCron,
  listCron,
  removeCron,
} from '../../../hosts/openclaw/install/cron-jobs.js';
import type { HostJob, OurJob } from '../../../hosts/openclaw/install/host-jobs.js';
import { everyTimes, type JobRole, type Times } from '../../../hosts/openclaw/install/job.js';
import { requireOwner } from '../actor.js';
import type { Command, CommandResult, Context, Parsed } from '../types.js';
import { isZone, ownerZone } from '../../../project/owner-zone.js';

type Options = Parsed['options'];
const PROGRAM = {
  flags: '--openclaw <program>',
  description: 'the program of OpenClaw (default: openclaw, from PATH)',
};
const DEFAULTS: Readonly<Record<JobRole, string>> = {
  worker: '0 22,23 * * *',
  manager: '30 5 * * *',
};

export const cronInstall: Command = {
  options: [
    { flags: '--worker <cron>', description: `when workers begin (default: ${DEFAULTS.worker})` },
    { flags: '--every <distance>', description: 'workers at a distance instead, as in 90m' },
    {
      flags: '--manager <cron>',
      description: `when the manager begins (default: ${DEFAULTS.manager})`,
    },
    { flags: '--tz <zone>', description: 'of these times (default: yours, in USER.md)' },
    { flags: '--model <model>', description: "as OpenClaw names it (default: the agent's)" },
    {
      flags: '--agent <id>',
      description: 'who works (default: the agent whose workspace this is)',
    },
    {
      flags: '--session <target>',
      description:
        'isolated, or session:NAME for one that goes on, which grows (default: isolated)',
    },
    {
      flags: '--timeout-seconds <n>',
      description: 'limit of a run (default: the longest tier of MODEL-TIERS.md and a margin)',
    },
    {
      flags: '--no-plugin',
      description:
        'the jobs alone: tools write first, and what is not allowed is undone afterwards',
    },
    {
      flags: '--force',
      description: 'take back a job or a plugin that was changed, or that serves another workspace',
    },
    { flags: '--dry-run', description: 'print the commands, change nothing' },
    PROGRAM,
  ],
  examples: [
    'nocturne cron install',
    'nocturne cron install --dry-run',
    'nocturne cron install --worker "0 22,0,2,4 * * *" --manager "30 5 * * *" --tz Europe/Lisbon',
  ],
  async run(context, { options }) {
    requireOwner(context, 'putting passes on a timer');
    const dryRun = options['dryRun'] === true;
    const installed = await installCron(placeOf(context, options), {
      ...requestOf(context, options),
      dryRun,
      say: (line) => context.progress(line),
    });
    const { version, jobs, plugin, commands, warnings } = installed;
    return {
      exit: EXIT.ok,
      text: installText(installed, dryRun),
      json: {
        dryRun,
        openclaw: version,
        commands,
        jobs: jobs.map(({ role, what, job, differed }) => ({
          role,
          what,
          differed,
          ...facts(job),
        })),
        plugin: plugin ?? null,
        warnings,
      },
    };
  },
};

export const cronList: Command = {
  options: [PROGRAM],
  examples: ['nocturne cron list', 'nocturne cron list --json'],
  async run(context, { options }) {
    const { version, jobs } = await listCron(placeOf(context, options));
    const text =
      jobs.length === 0
        ? 'OpenClaw has no job of this workspace. nocturne cron install makes them.'
        : jobs.map(line).join('\n');
    return { exit: EXIT.ok, text, json: { openclaw: version, jobs: jobs.map(shown) } };
  },
};

export const cronRemove: Command = {
  options: [
    { flags: '--force', description: 'also jobs whose message was changed since they were made' },
    { flags: '--dry-run', description: 'say what would be removed, remove nothing' },
    PROGRAM,
  ],
  examples: ['nocturne cron remove', 'nocturne cron remove --dry-run'],
  async run(context, { options }): Promise<CommandResult> {
    requireOwner(context, 'removing jobs');
    const dryRun = options['dryRun'] === true;
    const { version, jobs } = await removeCron(placeOf(context, options), { dryRun });
    const text =
      jobs.length === 0
        ? 'OpenClaw has no job of this workspace.'
        : jobs
            .map(({ job }) => `${dryRun ? 'would be removed' : 'removed'}  ${job.name}  ${job.id}`)
            .join('\n');
    return {
      exit: EXIT.ok,
      text,
      json: {
        dryRun,
        openclaw: version,
        removed: dryRun ? [] : jobs.map(shown),
        jobs: jobs.map(shown),
      },
    };
  },
};

function placeOf(context: Context, options: Options): CronPlace {
  return {
    workspace: context.workspace(),
    program: textOf(options['openclaw']) ?? 'openclaw',
    env: context.env,
    force: options['force'] === true,
  };
}

function requestOf(context: Context, options: Options): Omit<InstallRequest, 'dryRun' | 'say'> {
  const workspace = context.workspace();
  const zone = textOf(options['tz']) ?? ownerZone(workspace.snapshot());
  if (!isZone(zone))
    throw new NocturneError('USAGE', `"${zone}" is not a time zone`, {
      hint: 'write it as in Europe/Lisbon',
    });
  const every = textOf(options['every']);
  if (every !== undefined && options['worker'] !== undefined)
    throw new NocturneError('USAGE', '--worker and --every both say when workers begin', {
      hint: 'give one of them',
    });
  const session = textOf(options['session']) ?? 'isolated';
  if (session !== 'isolated' && !/^session:[\w.-]+$/.test(session))
    throw new NocturneError('USAGE', `--session ${session} is neither isolated nor session:NAME`, {
      hint: 'a pass needs a conversation of its own: isolated',
    });
  const [model, agent, seconds] = [
    textOf(options['model']),
    textOf(options['agent']),
    textOf(options['timeoutSeconds']),
  ];
  if (seconds !== undefined && !/^[1-9]\d*$/.test(seconds))
    throw new NocturneError('USAGE', `--timeout-seconds is ${seconds}`, {
      hint: 'give a whole number of seconds above 0',
    });
  const settings = {
    workspace: workspace.root,
    node: process.execPath,
    nocturne: join(context.packageRoot, 'bin/nocturne.cjs'),
    home: context.home,
  };
  return {
    times: {
      worker:
        every === undefined
          ? cronTimes('worker', textOf(options['worker']), zone)
          : everyTimes(every),
      manager: cronTimes('manager', textOf(options['manager']), zone),
    },
    session,
    ...(model === undefined ? {} : { model }),
    ...(agent === undefined ? {} : { agent }),
    ...(seconds === undefined ? {} : { timeoutSeconds: Number(seconds) }),
    plugin:
      options['plugin'] === false ? undefined : { packageRoot: context.packageRoot, settings },
  };
}

function cronTimes(role: JobRole, given: string | undefined, zone: string): Times {
  const expression = given ?? DEFAULTS[role];
  const checked = validateDetailed(expression);
  if (!checked.valid || expression.trim().split(/\s+/).length !== 5)
    throw new NocturneError(
      'USAGE',
      `--${role} "${expression}" is not a schedule${checked.errors[0] === undefined ? '' : `: ${checked.errors[0].message}`}`,
      {
        hint: 'write five fields: minute, hour, day of month, month, day of week, such as "30 5 * * *"',
      },
    );
  return { kind: 'cron', expression, zone };
}

function installText(
  { version, commands, jobs, plugin, warnings }: Installed,
  dryRun: boolean,
): string {
  const notes = warnings.map((one) => `note: ${one}`);
  if (dryRun)
    return [
      `${version}; nothing was changed. These would be run:`,
      '',
      ...commands.map((argv) => `  ${quote([...argv])}`),
      ...(notes.length > 0 ? ['', ...notes] : []),
    ].join('\n');
  return [
    version,
    ...(plugin === undefined
      ? []
      : [`plugin   ${plugin.status.padEnd(10)} ${plugin.id} ${plugin.version}`]),
    ...jobs.map(
      ({ role, what, job, differed }) =>
        `${role.padEnd(8)} ${what.padEnd(10)} ${job.name}  ${timesText(job)}${differed.length > 0 ? `  (was another: ${differed.join(', ')})` : ''}${job.enabled ? '' : '  disabled'}\n${' '.repeat(20)}next ${nextOf(job) ?? 'never'}  ${job.id}`,
    ),
    ...notes,
    `Try one now: openclaw cron run ${jobs[0]?.job.id ?? 'ID'} --wait`,
  ].join('\n');
}

function line({ role, job, changed }: OurJob): string {
  const last = lastOf(job);
  return [
    `${role.padEnd(8)} ${job.name}  ${timesText(job)}${job.enabled ? '' : '  disabled'}`,
    `  id    ${job.id}`,
    `  next  ${nextOf(job) ?? 'never'}`,
    `  last  ${last.at === null ? 'not run yet' : `${last.at} ${last.status ?? ''}${last.error === null ? '' : `: ${last.error}`}`}`,
    ...(changed === undefined ? [] : [`  changed since it was made: ${changed}`]),
  ].join('\n');
}

function shown(one: OurJob): Readonly<Record<string, unknown>> {
  return { role: one.role, ...facts(one.job), changed: one.changed ?? null };
}

function facts(job: HostJob): Readonly<Record<string, unknown>> {
  return {
    name: job.name,
    id: job.id,
    enabled: job.enabled,
    schedule: job.schedule ?? null,
    timeoutSeconds: job.payload.timeoutSeconds ?? null,
    model: job.payload.model ?? null,
    agent: job.agentId ?? null,
    session: job.sessionTarget ?? null,
    next: nextOf(job) ?? null,
    last: lastOf(job),
  };
}

function nextOf(job: HostJob): string | undefined {
  const at = job.nextRunAtMs ?? job.state?.nextRunAtMs;
  return at === undefined || !job.enabled ? undefined : stamp(new Date(at));
}

function lastOf({ state }: HostJob): {
  readonly at: string | null;
  readonly status: string | null;
  readonly error: string | null;
} {
  return {
    at: state?.lastRunAtMs === undefined ? null : stamp(new Date(state.lastRunAtMs)),
    status: state?.lastRunStatus ?? state?.lastStatus ?? null,
    error: state?.lastError ?? null,
  };
}

function timesText({ schedule }: HostJob): string {
  return schedule?.kind === 'every'
    ? `every ${(schedule.everyMs ?? 0) / 60_000} min`
    : `${schedule?.expr ?? ''} ${schedule?.tz ?? ''}`.trim();
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
