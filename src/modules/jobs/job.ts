/** A job as the owner declares it in `orchestration-os/JOBS.md`. */
import { parseDuration } from '../../kernel/clock.js';
import { NocturneError } from '../../kernel/error.js';
import { nearestName } from '../../kernel/nearest-name.js';
import type { Rec } from '../../markdown/types.js';
import { conditionsIn } from '../../project/condition-source.js';
import type { Condition } from '../../project/condition-types.js';
import { fieldInt, fieldList, fieldText } from '../../project/field-text.js';
import type { Snapshot } from '../../workspace/types.js';

export const JOBS_PAGE = 'orchestration-os/JOBS.md';

export type OnFailure =
  | { readonly kind: 'ask' }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'retry'; readonly times: number }
  | { readonly kind: 'run'; readonly project: string };

export type Job = {
  readonly name: string;
  readonly title: string;
  readonly host: string;
  /** Its name or id there. */
  readonly hostId: string;
  /** As the page writes it; empty: the workspace. */
  readonly base: string;
  readonly requires: readonly Condition[];
  readonly proves: readonly Condition[];
  /** Each glob needs at least one file that the run wrote. */
  readonly fresh: readonly string[];
  /** What such a file has at least. */
  readonly minBytes: number;
  /** Whether a file counts as fresh if the run wrote the same bytes again. */
  readonly unchangedOk: boolean;
  readonly forbids: readonly string[];
  readonly startBy: string;
  readonly doneBy: string;
  readonly timeZone: string;
  readonly graceMs: number;
  readonly timeLimitMs: number | undefined;
  readonly onFailure: OnFailure;
};

export function jobsOf(snapshot: Snapshot): readonly Job[] {
  return snapshot.records('JOB').map(jobOf);
}

/** @throws NocturneError `NOT_FOUND`. */
export function jobNamed(snapshot: Snapshot, name: string): Job {
  const jobs = jobsOf(snapshot);
  const job = jobs.find((candidate) => candidate.name === name);
  if (job !== undefined) return job;
  const names = jobs.map((candidate) => candidate.name);
  const near = nearestName(name, names);
  const meant = near === undefined ? 'nocturne job list shows the jobs' : `did you mean ${near}?`;
  throw new NocturneError('NOT_FOUND', `${JOBS_PAGE} has no job "${name}"`, {
    file: JOBS_PAGE,
    hint: names.length === 0 ? `add a section "## ${name}" to ${JOBS_PAGE} and sign it` : meant,
  });
}

export function jobOf(record: Rec): Job {
  const text = (field: string): string => fieldText(record, field);
  return {
    name: record.key,
    title: text('title'),
    host: text('host'),
    hostId: text('host_id'),
    base: text('base'),
    requires: conditionsIn(record, 'requires'),
    proves: conditionsIn(record, 'proves'),
    fresh: fieldList(record, 'fresh'),
    minBytes: fieldInt(record, 'min_bytes') ?? 1,
    unchangedOk: text('unchanged') === 'ok',
    forbids: fieldList(record, 'forbids'),
    startBy: text('start_by'),
    doneBy: text('done_by'),
    timeZone: text('time_zone'),
    graceMs: parseDuration(text('grace')) ?? 0,
    timeLimitMs: parseDuration(text('time_limit')),
    onFailure: onFailureOf(text('on_failure')),
  };
}

/** Whether a run can prove anything: without a condition or a fresh file, "ok" says nothing. */
export function canProve(job: Job): boolean {
  return job.proves.length > 0 || job.fresh.length > 0;
}

function onFailureOf(text: string): OnFailure {
  const [word, value = ''] = text.split(' ');
  switch (word) {
    case 'nothing':
      return { kind: 'nothing' };
    case 'retry':
      return { kind: 'retry', times: Number(value) || 1 };
    case 'run':
      return { kind: 'run', project: value };
    default:
      return { kind: 'ask' };
  }
}
