/** The rows of `audit/job-log.jsonl`: what is written, and the runs that they make. */
import { NocturneError } from '../../kernel/error.js';
import type { Rec } from '../../markdown/types.js';
import { fieldInt, fieldList, fieldText, fieldTime } from '../../project/field-text.js';
import type { Change, Fields, Snapshot } from '../../workspace/types.js';
import { VERDICTS, type VerdictKind } from './judge-run.js';

export const JOB_EVENT = 'JOB-EVENT';
const SCHEMA = 1;

export type JobEvent = {
  readonly event: 'started' | 'ended' | 'missed';
  /** Empty: a deadline passed without one. */
  readonly run: string;
  readonly job: string;
  readonly by?: string;
  readonly page?: string;
  readonly process?: string;
  readonly verdict?: VerdictKind;
  readonly reasons?: readonly string[];
  readonly exit?: number;
  readonly signal?: string;
  readonly ms?: number;
  readonly attempts?: number;
  readonly fresh?: readonly string[];
  readonly output?: string;
  /** The owner was told in the same commit. */
  readonly told?: boolean;
  readonly missed?: 'not-started' | 'not-done' | 'too-long';
  /** The deadline. */
  readonly due?: string;
};

/** A run that is over, or not yet. Times in milliseconds. */
export type JobRun = {
  readonly run: string;
  readonly job: string;
  readonly by: string;
  readonly started: number | undefined;
  readonly ended: number | undefined;
  /** `running`: no row says that it ended. */
  readonly verdict: VerdictKind | 'running';
  readonly reasons: readonly string[];
  readonly exit: number | undefined;
  readonly signal: string;
  readonly ms: number | undefined;
  readonly attempts: number;
  readonly fresh: readonly string[];
  readonly output: string;
  readonly told: boolean;
};

/** @throws NocturneError `CONFIG` where the workspace does not know job events. */
export function eventChange(snapshot: Snapshot, event: JobEvent): Change {
  if (!snapshot.schema.objects.has(JOB_EVENT))
    throw new NocturneError('CONFIG', 'REGISTRY.md of this workspace does not declare jobs yet', {
      file: snapshot.schema.file,
      hint: 'run nocturne upgrade, and sign REGISTRY.md',
    });
  const members = Object.fromEntries(
    Object.entries(event).filter(
      ([, value]) =>
        value !== undefined && value !== '' && !(Array.isArray(value) && value.length === 0),
    ),
  );
  return {
    kind: 'append',
    object: JOB_EVENT,
    fields: { schema: SCHEMA, time: snapshot.now.toISOString(), ...members } as Fields,
  };
}

/**
 * The newest first. @param options.since only runs that started or ended after it, in milliseconds.
 * @param options.rows of the log, newest first, for callers that read it once for several things.
 */
export function* jobRuns(
  snapshot: Snapshot,
  options: {
    readonly job?: string;
    readonly since?: number;
    readonly rows?: Iterable<Rec>;
  } = {},
): Generator<JobRun> {
  const ended = new Map<string, Rec>();
  for (const row of options.rows ?? snapshot.rows(JOB_EVENT, { newestFirst: true })) {
    const run = fieldText(row, 'run');
    const time = fieldTime(row, 'time') ?? 0;
    const kind = fieldText(row, 'event');
    if (options.job !== undefined && fieldText(row, 'job') !== options.job) continue;
    if (kind === 'missed') continue;
    if (kind === 'ended') {
      if (time < (options.since ?? 0)) return;
      ended.set(run, row);
      continue;
    }
    const end = ended.get(run);
    ended.delete(run);
    if (end === undefined && time < (options.since ?? 0)) return;
    yield runOf(row, end);
  }
}

function runOf(start: Rec, end: Rec | undefined): JobRun {
  const verdict = VERDICTS.find((kind) => kind === fieldText(end, 'verdict'));
  return {
    run: fieldText(start, 'run'),
    job: fieldText(start, 'job'),
    by: fieldText(start, 'by'),
    started: fieldTime(start, 'time'),
    ended: end === undefined ? undefined : fieldTime(end, 'time'),
    verdict: verdict ?? 'running',
    reasons: texts(end, 'reasons'),
    exit: end === undefined ? undefined : fieldInt(end, 'exit'),
    signal: fieldText(end, 'signal'),
    ms: end === undefined ? undefined : fieldInt(end, 'ms'),
    attempts: (end === undefined ? undefined : fieldInt(end, 'attempts')) ?? 1,
    fresh: texts(end, 'fresh'),
    output: end?.fields.get('output')?.value ?? '',
    told: fieldText(end, 'told') === 'true',
  };
}

function texts(row: Rec | undefined, field: string): readonly string[] {
  return row === undefined ? [] : fieldList(row, field);
}
