/** Which change of a task's state is legal, and who may make it. Everything else is refused. */
import type { TaskRecord, TaskState } from './task.js';

/** `owner`: the node whose task it is. `worker`: the node that has it, or takes it. */
export type Party = 'owner' | 'worker';

const LEGAL: Readonly<Record<TaskState, Partial<Readonly<Record<TaskState, readonly Party[]>>>>> = {
  proposed: { queued: ['owner'], rejected: ['owner'], cancelled: ['owner'] },
  queued: { claimed: ['worker'], released: ['owner'], cancelled: ['owner'] },
  claimed: { running: ['worker'], queued: ['owner', 'worker'], cancelled: ['owner'] },
  running: {
    pending_review: ['worker'],
    failed: ['worker'],
    queued: ['owner'],
    cancelled: ['owner'],
  },
  pending_review: {
    completed: ['owner'],
    queued: ['owner'],
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

/** Why `next`, signed by `by`, may not follow `before`; nothing if it may. */
export function illegal(
  before: TaskRecord | undefined,
  next: TaskRecord,
  by: string,
): string | undefined {
  if (before === undefined)
    return next.state === 'queued' && by === next.owner && next.attempt >= 1
      ? undefined
      : `${by} begins a task of ${next.owner} as ${next.state}`;
  const parties = LEGAL[before.state][next.state] ?? [];
  const isOwner = by === before.owner;
  const isWorker = by === (before.state === 'queued' ? next.node : before.node);
  const may = parties.some((party) => (party === 'owner' ? isOwner : isWorker));
  if (!may) return `${by} may not change ${before.state} to ${next.state}`;
  if (next.owner !== before.owner || next.task !== before.task) return `${by} changes whose it is`;
  if (next.package !== before.package && !isOwner) return `${by} changes what is to be done`;
  const isAgain = next.state === 'queued';
  if (next.attempt !== before.attempt + (isAgain ? 1 : 0))
    return `attempt ${next.attempt} follows attempt ${before.attempt}`;
  if (next.state === 'claimed' && before.leftOut.includes(by)) return `${by} has failed it before`;
  return undefined;
}
