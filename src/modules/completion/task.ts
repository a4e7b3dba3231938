/** A task, and which event may change its state. */
import type { EventName, Expectation, Outcome } from './events.js';

export const STATES = [
  'registered',
  'running',
  'ended',
  'completed',
  'failed',
  'timed-out',
  'dead',
] as const;
export type TaskState = (typeof STATES)[number];

export type Task = {
  readonly id: string;
  readonly state: TaskState;
  readonly text: string;
  readonly textHash: string;
  readonly host: string;
  readonly requester: string;
  readonly project: string;
  readonly target: string;
  readonly runId: string;
  readonly key: string;
  /** The tool call that spawns it; none for an unclaimed replay. */
  readonly call: string | undefined;
  readonly child: string | undefined;
  readonly expects: readonly Expectation[];
  /** Hash, in the object store, of the list of files from before the task. */
  readonly baseline: string;
  readonly declaredMs: number;
  readonly replayOf: string | undefined;
  readonly replayedAs: string | undefined;
  readonly startedAt: number;
  /** Last heartbeat. */
  readonly signAt: number;
  readonly endedAt: number | undefined;
  readonly closedAt: number | undefined;
  readonly outcome: Outcome | undefined;
  readonly detail: string;
  /** What the last sweep rejected. */
  readonly turnedDown: string;
  readonly artefact: string | undefined;
  readonly surfaced: boolean;
  readonly delivered: number;
  readonly acked: { readonly at: number; readonly by: string; readonly note: string } | undefined;
  /** Events that were impossible in the state of then. */
  readonly ignored: readonly {
    readonly seq: number;
    readonly event: EventName;
    readonly why: string;
  }[];
};

/** Next state by state and event; others are ignored. `ended` depends on the outcome. */
export const LEGAL: Readonly<Record<TaskState, Partial<Readonly<Record<EventName, TaskState>>>>> = {
  registered: {
    claimed: 'registered',
    linked: 'running',
    failed: 'failed',
    'timed-out': 'timed-out',
    dead: 'dead',
  },
  running: { progress: 'running', ended: 'ended', failed: 'failed', 'timed-out': 'timed-out' },
  ended: { evidence: 'ended', completed: 'completed', 'timed-out': 'timed-out', dead: 'dead' },
  completed: {},
  failed: {},
  'timed-out': {},
  dead: {},
};

const AFTER_END: Readonly<Record<Outcome, TaskState>> = {
  ok: 'ended',
  failed: 'failed',
  timeout: 'timed-out',
};

/** The next state; `undefined` if the event is impossible. */
export function nextState(
  state: TaskState,
  event: EventName,
  outcome: Outcome | undefined,
): TaskState | undefined {
  const next = LEGAL[state][event];
  return next === 'ended' && event === 'ended' ? AFTER_END[outcome ?? 'failed'] : next;
}

export function isOver(task: Task): boolean {
  return task.closedAt !== undefined;
}

/**
 * A dead letter: a task that ran, or should have run, and failed. A failed spawn is not one,
 * because the requester saw the error and can try again.
 */
export function isDeadLetter(task: Task): boolean {
  return (
    isOver(task) &&
    task.state !== 'completed' &&
    !(task.state === 'failed' && task.child === undefined)
  );
}

export type CloseOut = {
  readonly reason: string;
  readonly nextStep: string;
  readonly owner: string;
};

/** Why a dead letter failed, what to do, and who must do it. */
export function closeOutOf(task: Task): CloseOut {
  const reason = task.detail || task.state;
  if (task.replayedAs !== undefined)
    return {
      reason,
      nextStep: `none: it was replayed as ${task.replayedAs}`,
      owner: 'requester',
    };
  if (task.replayOf !== undefined)
    return {
      reason,
      nextStep: `look at ${task.replayOf} and ${task.id} before a third try: nocturne tasks show ${task.id}`,
      owner: 'owner',
    };
  return {
    reason,
    nextStep: `nocturne tasks replay ${task.id}, once, or nocturne tasks ack ${task.id}`,
    owner: 'requester',
  };
}
