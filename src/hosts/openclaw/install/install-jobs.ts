/** Makes, updates and removes the two jobs. A job counts as made once the host lists it. */
import { join } from 'node:path';
import { NocturneError } from '../../../kernel/error.js';
import { differences, type HostJob, hostJobs, type OurJob, ourJobs } from './host-jobs.js';
import { type JobSpec, jobWords } from './job.js';
import type { Probed } from './probe.js';
import type { OpenClaw } from './program.js';
import { readJson, writeJsonDurably } from '../../../workspace/state-home.js';

export type InstalledJob = {
  readonly role: JobSpec['role'];
  readonly what: 'created' | 'updated' | 'unchanged';
  readonly job: HostJob;
  readonly differed: readonly string[];
};
export type JobsContext = {
  readonly host: OpenClaw;
  readonly probed: Probed;
  readonly workspaceId: string;
  readonly messages: readonly string[];
  readonly force: boolean;
};

export async function installJobs(
  context: JobsContext,
  specs: readonly JobSpec[],
): Promise<readonly InstalledJob[]> {
  const before = await hostJobs(context.host, context.probed);
  const ours = ourJobs(before, context);
  for (const spec of specs) refuseForeign(before, spec);
  if (!context.force) refuseChanged(ours);
  const done: Omit<InstalledJob, 'job'>[] = [];
  for (const spec of specs)
    done.push(
      await install(
        context,
        spec,
        ours.filter((job) => job.role === spec.role),
      ),
    );
  const after = ourJobs(await hostJobs(context.host, context.probed), context);
  return done.map((step) => ({
    ...step,
    job: observed(step, { spec: specs.find((spec) => spec.role === step.role), after, context }),
  }));
}

async function install(
  { host, probed }: JobsContext,
  spec: JobSpec,
  ours: readonly OurJob[],
): Promise<Omit<InstalledJob, 'job'>> {
  const [first, ...more] = ours;
  const differed =
    first === undefined
      ? []
      : [...differences(first.job, spec, probed), ...(more.length > 0 ? ['number'] : [])];
  if (first !== undefined && differed.length === 0)
    return { role: spec.role, what: 'unchanged', differed };
  const declared = probed.cronAdd.has('--declaration-key');
  for (const { job } of declared
    ? ours.filter((candidate) => candidate.job.declarationKey !== spec.name)
    : ours)
    await host.json(['cron', 'rm', job.id, '--json']);
  await host.json(jobWords(spec, probed).args);
  return { role: spec.role, what: first === undefined ? 'created' : 'updated', differed };
}

/** Reports only what the host shows. */
function observed(
  done: Omit<InstalledJob, 'job'>,
  options: {
    readonly spec: JobSpec | undefined;
    readonly after: readonly OurJob[];
    readonly context: JobsContext;
  },
): HostJob {
  const found = options.after.filter((job) => job.role === done.role);
  const [only] = found;
  const wrong =
    only === undefined || options.spec === undefined
      ? []
      : differences(only.job, options.spec, options.context.probed);
  if (only === undefined || found.length > 1)
    throw new NocturneError(
      'RUN_FAILED',
      `the ${done.role} job was ${done.what}, and openclaw cron list shows ${found.length} of it, expected one`,
      { hint: 'openclaw cron list --all; then run this again' },
    );
  if (wrong.length > 0)
    throw new NocturneError(
      'RUN_FAILED',
      `the ${done.role} job was ${done.what}, and openclaw cron list shows another ${wrong.join(', another ')} than was given`,
      { hint: `openclaw cron show ${only.job.id}` },
    );
  return only.job;
}

/** A declaration would overwrite a job of somebody else that has our key under another name. */
function refuseForeign(jobs: readonly HostJob[], spec: JobSpec): void {
  const foreign = jobs.find((job) => job.declarationKey === spec.name && job.name !== spec.name);
  if (foreign !== undefined)
    throw new NocturneError(
      'EXISTS',
      `the job ${foreign.id} (${foreign.name}) has the declaration key ${spec.name} and another name`,
      {
        hint: `it is not touched; rename it to ${spec.name}, or remove it: openclaw cron rm ${foreign.id}`,
      },
    );
}

export function refuseChanged(ours: readonly OurJob[]): void {
  const [changed] = ours.filter((job) => job.changed !== undefined);
  if (changed !== undefined)
    throw new NocturneError(
      'REFUSED',
      `the job ${changed.job.name} (${changed.job.id}) was changed since it was made: ${changed.changed}`,
      { hint: 'look at it with openclaw cron show; --force takes it as ours all the same' },
    );
}

const FILE = 'openclaw-jobs.json';
const MOST = 20;

export function madeMessages(state: string): readonly string[] {
  const read = readJson<{ readonly messages?: readonly unknown[] }>(join(state, FILE));
  return (read?.messages ?? []).filter((message) => typeof message === 'string');
}

export function rememberMessages(state: string, messages: readonly string[]): void {
  const all = [...new Set([...messages, ...madeMessages(state)])].slice(0, MOST);
  writeJsonDurably(join(state, FILE), { messages: all });
}

export async function removeJobs(
  context: JobsContext,
  { dryRun }: { readonly dryRun: boolean },
): Promise<readonly OurJob[]> {
  const ours = ourJobs(await hostJobs(context.host, context.probed), context);
  if (!context.force) refuseChanged(ours);
  if (dryRun || ours.length === 0) return ours;
  for (const { job } of ours) await context.host.json(['cron', 'rm', job.id, '--json']);
  const left = ourJobs(await hostJobs(context.host, context.probed), context).filter((candidate) =>
    ours.some(({ job }) => job.id === candidate.job.id),
  );
  if (left.length > 0)
    throw new NocturneError(
      'RUN_FAILED',
      `openclaw cron list still shows ${left.map((job) => `${job.job.name} (${job.job.id})`).join(', ')}`,
      { hint: 'the host said that it was removed; try openclaw cron rm with the id' },
    );
  return ours;
}
