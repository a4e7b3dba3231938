/** What the options of `cron install` ask for. */
import { join } from 'node:path';
import { validateDetailed } from 'node-cron';
import { defined } from '../../../kernel/defined.js';
import { NocturneError } from '../../../kernel/error.js';
import type { AddedCommandContext, Parsed } from '../../../passes/added-command.js';
import { isZone, ownerZone } from '../../../project/owner-zone.js';
import type { CronPlace, InstallRequest } from '../install/cron-jobs.js';
import { everyTimes, type JobRole, type Times } from '../install/job.js';

type Options = Parsed['options'];

export const DEFAULTS: Readonly<Record<JobRole, string>> = {
  worker: '0 22,23 * * *',
  manager: '30 5 * * *',
};

export function placeOf(context: AddedCommandContext, options: Options): CronPlace {
  return {
    workspace: context.workspace(),
    program: textOf(options['openclaw']) ?? 'openclaw',
    env: context.env,
    force: options['force'] === true,
  };
}

export function requestOf(
  context: AddedCommandContext,
  options: Options,
): Omit<InstallRequest, 'dryRun' | 'say'> {
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
    ...defined({
      model,
      agent,
      timeoutSeconds: seconds === undefined ? undefined : Number(seconds),
    }),
    plugin:
      options['plugin'] === false ? undefined : { packageRoot: context.packageRoot, settings },
  };
}

function cronTimes(role: JobRole, times: string | undefined, zone: string): Times {
  const expression = times ?? DEFAULTS[role];
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

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
