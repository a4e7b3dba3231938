/**
 * What the owner's node does about one task now. Pure: the same view gives the same actions, so it
 * may be asked again at any time, after a crash as well as after a message that came twice.
 */
import type { SeenRecord } from './judge-record.js';
import type { TaskRecord } from './task.js';
import { type PageNext, type TaskPage, tryAgain } from './task-page.js';

/** Milliseconds. */
export type Timing = {
  /** A claim that its node has not named for so long is withdrawn. */
  readonly leaseMs: number;
  /** A claim on which no work has begun for so long is withdrawn. */
  readonly startMs: number;
  /** The pause after a failure; doubled after each further one. */
  readonly backoffMs: number;
  /** Between two wake-ups for a task that nobody claims. */
  readonly wakeMs: number;
  /** How long the record of a task that is over stays on the server. */
  readonly keepMs: number;
};
export const TIMING: Timing = {
  leaseMs: 35_000,
  startMs: 30 * 60_000,
  backoffMs: 15_000,
  wakeMs: 60_000,
  keepMs: 3_600_000,
};
const LONGEST_BACKOFF_MS = 15 * 60_000;
const DEFAULT_MINUTES = 60;
/** Before and after the work itself: copying, judging. */
const SLACK_MS = 10 * 60_000;

/** `isLost`: by the store, which is not the fault of the node that has it. */
export type Refused = { readonly refused: string; readonly isLost?: boolean };
export type TaskView = {
  readonly page: TaskPage;
  /** Of a proposed page. */
  readonly problem?: string;
  readonly seen: SeenRecord;
  /** What the record has to say if it says anything else. */
  readonly held: TaskRecord;
  /** By the owner's own clock, milliseconds. */
  readonly ms: {
    /** Since the owner saw this state. */
    readonly inState: number;
    /** Since the node that has it named it in an announcement, or claimed it. */
    readonly unheard: number;
    /** Since the last wake-up; `Infinity` if there was none. */
    readonly sinceWake: number;
  };
  /** The change set of this attempt. */
  readonly arrival: 'none' | 'here' | Refused;
  /** Why the node that has it may not work on it any more. */
  readonly barred?: string;
  /** How many nodes may work on it and have not failed it. */
  readonly candidates: number;
  /** No wake-up waits in its lane. */
  readonly isDrained: boolean;
};

export type TaskAction =
  /** Writes the page. */
  | { readonly kind: 'write'; readonly next: PageNext }
  /** Makes a package, and writes the page as queued. */
  | { readonly kind: 'queue'; readonly attempt: number }
  /** Writes the record, where `revision` is still the last one. 0: there is none. */
  | { readonly kind: 'put'; readonly record: TaskRecord; readonly revision: number }
  | { readonly kind: 'wake' }
  | { readonly kind: 'fetch'; readonly from: string; readonly changeSet: string }
  /** Removes the record of a task that is over. */
  | { readonly kind: 'forget'; readonly revision: number };

const NOTHING: readonly TaskAction[] = [];

export function decide(view: TaskView, timing: Timing = TIMING): readonly TaskAction[] {
  const { page, problem, seen } = view;
  switch (page.state) {
    case 'proposed':
      if (problem !== undefined) return [write({ state: 'rejected', why: problem })];
      return [{ kind: 'queue', attempt: Math.max(page.attempt, 1) }];
    case 'queued':
      if (isHopeless(view))
        return [
          write({
            state: 'released',
            why: `${page.why ?? 'it failed'}; no other node may work on it`,
          }),
        ];
      if (page.package === undefined && seen.kind !== 'ahead')
        return [{ kind: 'queue', attempt: page.attempt }];
      return follow(view, timing);
    case 'claimed':
    case 'running':
    case 'pending_review':
      return follow(view, timing);
    case 'failed':
      return afterFailure(view, timing);
    case 'completed':
    case 'released':
    case 'rejected':
    case 'cancelled':
      return atItsEnd(view, timing);
  }
}

/** It was sent back, and every node that may work on it has failed it. */
function isHopeless({ page, candidates }: TaskView): boolean {
  return candidates === 0 && page.attempt > 1 && page.leftOut.length > 0;
}

/** The record leads: who works on it, and how far that is. */
function follow(view: TaskView, timing: Timing): readonly TaskAction[] {
  const { page, seen, held } = view;
  if (seen.kind === 'ahead') return [{ kind: 'queue', attempt: seen.attempt + 1 }];
  if (seen.kind !== 'legal') return [{ kind: 'put', record: held, revision: seen.revision }];
  const { record, by } = seen;
  if (record.state === page.state) return waitFor(view, timing);
  const { node = by, changeSet } = record;
  const packed = page.package === undefined ? {} : { package: page.package };
  switch (record.state) {
    case 'claimed':
    case 'running':
      return [write({ state: record.state, node, ...packed })];
    case 'failed':
      return [
        failed(page, node, {
          refused: `${node}: ${record.why ?? 'it did not say why'}`,
          isLost: record.lost === true,
        }),
      ];
    case 'pending_review':
      if (changeSet === undefined) return NOTHING;
      if (view.arrival === 'none') return [{ kind: 'fetch', from: node, changeSet }];
      if (view.arrival !== 'here') return [failed(page, node, view.arrival)];
      return [write({ state: 'pending_review', node, ...packed })];
    default:
      return NOTHING;
  }
}

function waitFor(view: TaskView, timing: Timing): readonly TaskAction[] {
  const { page, ms } = view;
  switch (page.state) {
    case 'queued': {
      const isDue = view.isDrained && ms.sinceWake >= timing.wakeMs;
      return isDue || ms.sinceWake === Number.POSITIVE_INFINITY ? [{ kind: 'wake' }] : NOTHING;
    }
    case 'claimed':
    case 'running':
      return overdue(view, timing);
    case 'pending_review':
      return view.arrival === 'none'
        ? [write(tryAgain(page, { why: 'the change set was lost before it was judged' }))]
        : NOTHING;
    default:
      return NOTHING;
  }
}

function overdue(view: TaskView, timing: Timing): readonly TaskAction[] {
  const { page, ms, barred } = view;
  const node = page.node ?? '';
  const seconds = Math.round(ms.unheard / 1000);
  if (barred !== undefined) return [write(tryAgain(page, { why: barred, node }))];
  if (ms.unheard >= timing.leaseMs)
    return [write(tryAgain(page, { why: `${node} has not named it for ${seconds} s` }))];
  const minutes = page.spec.budget.minutes ?? DEFAULT_MINUTES;
  const longest = page.state === 'claimed' ? timing.startMs : 2 * minutes * 60_000 + SLACK_MS;
  if (ms.inState < longest) return NOTHING;
  const doing = page.state === 'claimed' ? 'begun it' : 'ended it';
  const why = `${node} has not ${doing} in ${Math.round(ms.inState / 60_000)} minutes`;
  return [write(tryAgain(page, { why, node }))];
}

function afterFailure(view: TaskView, timing: Timing): readonly TaskAction[] {
  const { page, ms, candidates } = view;
  const why = page.why ?? 'it failed';
  if (page.attempt > page.retries) return [write({ state: 'released', why })];
  if (candidates === 0)
    return [write({ state: 'released', why: `${why}; no other node may work on it` })];
  const pause = Math.min(timing.backoffMs * 2 ** (page.attempt - 1), LONGEST_BACKOFF_MS);
  return ms.inState < pause ? NOTHING : [{ kind: 'queue', attempt: page.attempt + 1 }];
}

/** Nodes that still work on it have to see that. */
function atItsEnd(view: TaskView, timing: Timing): readonly TaskAction[] {
  const { seen, held, ms } = view;
  if (seen.kind === 'none') return NOTHING;
  if (seen.kind !== 'legal' || seen.by !== held.owner || seen.record.state !== held.state)
    return [{ kind: 'put', record: held, revision: seen.revision }];
  return ms.inState < timing.keepMs ? NOTHING : [{ kind: 'forget', revision: seen.revision }];
}

function failed(page: TaskPage, node: string, { refused, isLost }: Refused): TaskAction {
  const why = refused;
  if (isLost === true) return write({ state: 'failed', node, why, lost: true });
  const leftOut = page.leftOut.includes(node) ? page.leftOut : [...page.leftOut, node];
  return write({ state: 'failed', node, leftOut, why });
}

function write(next: PageNext): TaskAction {
  return { kind: 'write', next };
}
