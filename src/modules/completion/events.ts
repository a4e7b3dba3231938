/** The events of `audit/task-log.jsonl`, and the change that adds one. */
import { parseLine } from '../../markdown/read-lines.js';
import { isLongLog, logWindows } from '../../workspace/log-windows.js';
import { within } from '../../workspace/root-descriptor.js';
import type { Change, Fields, Snapshot } from '../../workspace/types.js';

export const TASK_EVENT = 'TASK-EVENT';
const SCHEMA = 1;
const NEWLINE = 10;

/**
 * `registered`: before a spawn. `claimed`: a replay is spawned. `linked`: the child session is
 * known. `ended`: its session has ended. `evidence`: the files that were rejected. `surfaced`: the
 * owner was told. `delivered`: quoted in the requester's brief. `acked`: by the requester or the
 * owner.
 */
export const EVENTS = [
  'registered',
  'claimed',
  'linked',
  'progress',
  'ended',
  'evidence',
  'completed',
  'failed',
  'timed-out',
  'dead',
  'surfaced',
  'replayed',
  'delivered',
  'acked',
] as const;
export type EventName = (typeof EVENTS)[number];
export type Outcome = 'ok' | 'failed' | 'timeout';

/** A file that proves a task. `contains`: text that the file must have instead of the task's id. */
export type Expectation = {
  readonly path: string;
  readonly min_bytes: number;
  readonly contains?: string;
};

/** The members of a line. */
export type EventFields = {
  readonly event: EventName;
  readonly task?: string;
  readonly run_id?: string;
  readonly host?: string;
  readonly requester?: string;
  readonly project?: string;
  readonly target?: string;
  readonly call?: string;
  readonly child?: string;
  readonly idempotency?: string;
  readonly text?: string;
  readonly text_sha256?: string;
  readonly declared_ms?: number;
  readonly expects?: readonly Expectation[];
  readonly baseline?: string;
  readonly replay_of?: string;
  readonly outcome?: Outcome;
  readonly detail?: string;
  readonly artefact?: string;
  readonly artefact_sha256?: string;
  readonly next_step?: string;
  readonly next_owner?: string;
  readonly by?: string;
};
export type TaskEvent = EventFields & {
  readonly seq: number;
  /** Milliseconds. */
  readonly at: number;
};

/** The number and the link are the commit's. */
export function eventChange(fields: EventFields, now: Date): Change {
  const members = Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== '' && value !== undefined),
  );
  return {
    kind: 'append',
    object: TASK_EVENT,
    fields: { schema: SCHEMA, time: now.toISOString(), ...members } as Fields,
  };
}

/**
 * In the order of the log. Ignores lines of a later schema and lines that are not events: checking
 * the log is the gate's job.
 */
export function readEvents(snapshot: Snapshot): readonly TaskEvent[] {
  return [...eachEvent(snapshot)];
}

/** The same one by one, for a long log. */
export function* eachEvent(snapshot: Snapshot): Generator<TaskEvent> {
  for (const path of snapshot.filesOf(TASK_EVENT))
    for (const line of linesOf(snapshot, path)) yield* eventOf(line);
}

function* linesOf(snapshot: Snapshot, path: string): Generator<string> {
  if (!isLongLog(snapshot, path)) yield* (snapshot.text(path) ?? '').split('\n');
  else
    for (const { bytes } of logWindows(within(snapshot.root, path)))
      for (let start = 0; start < bytes.length; ) {
        const newline = bytes.indexOf(NEWLINE, start);
        const end = newline === -1 ? bytes.length : newline;
        yield bytes.toString('utf8', start, end);
        start = end + 1;
      }
}

function eventOf(line: string): TaskEvent[] {
  const members = line === '' ? undefined : parseLine(line);
  const time = Date.parse(String(members?.['time']));
  if (
    members?.['schema'] !== SCHEMA ||
    !EVENTS.some((name) => name === members['event']) ||
    !Number.isFinite(time)
  )
    return [];
  return [{ ...(members as EventFields & { readonly seq: number }), at: time }];
}
