/** Which change of a task's state is legal, and who may make it. Everything else is refused. */
import type { TaskRecord, TaskState } from './task.js';

/** `owner`: the node whose task it is. `worker`: the node that has it, or takes it. */
export type Party = 'owner' | 'worker';

const LEGAL: Readonly<Record<TaskState, Partial<Readonly<Record<TaskState, readonly Party[]>>>>> = {
  proposed: { queued: ['owner'], rejected: ['owner'], cancelled: ['owner'] },
  queued: { claimed: ['worker'], released: ['owner'], cancelled: ['owner'] },
  claimed: {
    running: ['worker'],
    failed: ['worker'],
    queued: ['owner'],
    released: ['owner'],
    cancelled: ['owner'],
  },
  running: {
    pending_review: ['worker'],
    failed: ['worker'],
    queued: ['owner'],
    released: ['owner'],
    cancelled: ['owner'],
  },
  pending_review: {
    completed: ['owner'],
    queued: ['owner'],
    released: ['owner'],
    rejected: ['owner'],
    cancelled: ['owner'],
  },
  failed: { queued: ['owner'], released: ['owner'], cancelled: ['owner'] },
  released: { queued: ['owner'], cancelled: ['owner'] },
  completed: {},
  rejected: {},
  cancelled: {},
};

export function isOver(state: TaskState): boolean {
  return Object.keys(LEGAL[state]).length === 0;
}

export function isLegal(before: TaskState, next: TaskState, by: Party): boolean {
  return LEGAL[before][next]?.includes(by) === true;
}

/** Of a task in these states, a node works on it or has it. */
export function hasNode(state: TaskState): boolean {
  return state === 'claimed' || state === 'running' || state === 'pending_review';
}

type Known = Pick<
  TaskRecord,
  'owner' | 'task' | 'package' | 'lane' | 'band' | 'state' | 'attempt' | 'node' | 'leftOut'
>;

/**
 * Why `next`, signed by the worker `by`, may not follow `before`; nothing if it may. What was
 * written between the two may have been missed: then a worker's own steps must lead from one to
 * the other.
 */
export function illegal(before: Known, next: TaskRecord, by: string): string | undefined {
  if (next.owner !== before.owner || next.task !== before.task) return `${by} changes whose it is`;
  if (next.package !== before.package) return `${by} changes what is to be done`;
  if (next.lane !== before.lane || next.band !== before.band) return `${by} changes what it needs`;
  if (next.attempt !== before.attempt)
    return `attempt ${next.attempt} follows attempt ${before.attempt}`;
  if (next.node !== by) return `${by} writes for ${next.node ?? 'nobody'}`;
  if (before.leftOut.includes(by)) return `${by} has failed it before`;
  if (before.state !== 'queued' && before.node !== by)
    return `${before.node ?? 'nobody'} has it, not ${by}`;
  if (!isReachable(before.state, next.state))
    return `${by} may not change ${before.state} to ${next.state}`;
  if (next.state === 'pending_review' && !/^[0-9a-f]{64}$/.test(next.changeSet ?? ''))
    return `${by} names no change set`;
  return undefined;
}

/** By steps of one worker. */
function isReachable(from: TaskState, to: TaskState): boolean {
  const next = (Object.keys(LEGAL[from]) as TaskState[]).filter((state) =>
    isLegal(from, state, 'worker'),
  );
  return next.some((state) => state === to || isReachable(state, to));
}
