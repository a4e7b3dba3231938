/** The jobs as text for the owner, and as JSON. */
import { quote } from 'shell-quote';
import { stamp } from '../../../kernel/clock.js';
import type { Installed } from '../install/cron-jobs.js';
import type { HostJob, OurJob } from '../install/host-jobs.js';

export function installText(
  { version, commands, jobs, plugin, warnings }: Installed,
  dryRun: boolean,
): string {
  const notes = warnings.map((warning) => `note: ${warning}`);
  if (dryRun)
    return [
      `${version}; nothing was changed. These commands would run:`,
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

export function jobText({ role, job, changed }: OurJob): string {
  const last = lastOf(job);
  return [
    `${role.padEnd(8)} ${job.name}  ${timesText(job)}${job.enabled ? '' : '  disabled'}`,
    `  id    ${job.id}`,
    `  next  ${nextOf(job) ?? 'never'}`,
    `  last  ${last.at === null ? 'not run yet' : `${last.at} ${last.status ?? ''}${last.error === null ? '' : `: ${last.error}`}`}`,
    ...(changed === undefined ? [] : [`  changed since it was made: ${changed}`]),
  ].join('\n');
}

export function jobJson(job: OurJob): Readonly<Record<string, unknown>> {
  return { role: job.role, ...facts(job.job), changed: job.changed ?? null };
}

export function facts(job: HostJob): Readonly<Record<string, unknown>> {
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
  const nextRun = job.nextRunAtMs ?? job.state?.nextRunAtMs;
  return nextRun === undefined || !job.enabled ? undefined : stamp(new Date(nextRun));
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
