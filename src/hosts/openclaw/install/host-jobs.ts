/** The host's jobs, and which of them are ours. */
import { z } from 'zod';
import { NocturneError } from '../../../kernel/error.js';
import { JOB_ROLES, jobMessage, jobName, type JobRole, type JobSpec } from './job.js';
import type { Probed } from './probe.js';
import type { OpenClaw } from './program.js';

const Job = z.looseObject({
  id: z.string(),
  name: z.string().default(''),
  enabled: z.boolean().default(true),
  declarationKey: z.string().optional(),
  agentId: z.string().optional(),
  schedule: z
    .looseObject({
      kind: z.string(),
      expr: z.string().optional(),
      tz: z.string().optional(),
      everyMs: z.number().optional(),
    })
    .optional(),
  sessionTarget: z.string().optional(),
  payload: z.looseObject({
    kind: z.string(),
    message: z.string().optional(),
    model: z.string().optional(),
    timeoutSeconds: z.number().optional(),
    lightContext: z.boolean().optional(),
  }),
  delivery: z.looseObject({ mode: z.string().optional() }).optional(),
  nextRunAtMs: z.number().optional(),
  state: z
    .looseObject({
      nextRunAtMs: z.number().optional(),
      lastRunAtMs: z.number().optional(),
      lastStatus: z.string().optional(),
      lastRunStatus: z.string().optional(),
      lastError: z.string().optional(),
    })
    .optional(),
});
export type HostJob = z.infer<typeof Job>;
const Listed = z.looseObject({ jobs: z.array(Job), hasMore: z.boolean().optional() });

/** Ours by name; `changed` says how it differs from a job of ours. */
export type OurJob = {
  readonly role: JobRole;
  readonly job: HostJob;
  readonly changed: string | undefined;
};

export async function hostJobs(
  host: OpenClaw,
  { cronList }: Pick<Probed, 'cronList'>,
): Promise<readonly HostJob[]> {
  const read = Listed.safeParse(
    await host.json(['cron', 'list', ...(cronList.has('--all') ? ['--all'] : []), '--json']),
  );
  if (!read.success)
    throw new NocturneError(
      'RUN_FAILED',
      `openclaw cron list prints jobs in a form that is not known here: ${read.error.issues[0]?.path.join('.')} ${read.error.issues[0]?.message}`,
      { hint: 'nothing was changed; use a version of OpenClaw that this version knows' },
    );
  if (read.data.hasMore === true)
    throw new NocturneError(
      'RUN_FAILED',
      `openclaw cron list shows ${read.data.jobs.length} jobs and says that there are more`,
      { hint: 'which are ours cannot be told from a part of them; remove jobs that are done' },
    );
  return read.data.jobs;
}

/** @param messages what this workspace's jobs were given when they were made. */
export function ourJobs(
  jobs: readonly HostJob[],
  options: { readonly workspaceId: string; readonly messages: readonly string[] },
): readonly OurJob[] {
  return JOB_ROLES.flatMap((role) =>
    jobs
      .filter((job) => job.name === jobName(role, options.workspaceId))
      .map((job) => ({
        role,
        job,
        changed: changedInto(job, [jobMessage(role), ...options.messages]),
      })),
  );
}

function changedInto({ payload }: HostJob, messages: readonly string[]): string | undefined {
  if (payload.kind !== 'agentTurn')
    return `it is of kind ${payload.kind}, expected a message to an agent`;
  return messages.includes(payload.message ?? '')
    ? undefined
    : `its message is "${(payload.message ?? '').slice(0, 120)}"`;
}

/** How a job differs, one word each. Options that the host lacks are not compared. */
export function differences(
  job: HostJob,
  spec: JobSpec,
  { cronAdd }: Pick<Probed, 'cronAdd'>,
): readonly string[] {
  const { times } = spec;
  const schedule =
    times.kind === 'cron'
      ? job.schedule?.kind === 'cron' &&
        job.schedule.expr === times.expression &&
        job.schedule.tz === times.zone
      : job.schedule?.kind === 'every' && job.schedule.everyMs === times.ms;
  const checks: readonly (readonly [string, boolean])[] = [
    ['schedule', schedule],
    ['session', job.sessionTarget === spec.session],
    ['message', job.payload.kind === 'agentTurn' && job.payload.message === spec.message],
    [
      'timeout',
      !cronAdd.has('--timeout-seconds') || job.payload.timeoutSeconds === spec.timeoutSeconds,
    ],
    ['context', !cronAdd.has('--light-context') || job.payload.lightContext === true],
    ['delivery', !cronAdd.has('--no-deliver') || (job.delivery?.mode ?? 'none') === 'none'],
    ['model', !cronAdd.has('--model') || job.payload.model === spec.model],
    ['agent', !cronAdd.has('--agent') || spec.agent === undefined || job.agentId === spec.agent],
  ];
  return checks.filter(([, same]) => !same).map(([name]) => name);
}
