/**
 * What has to be done about tasks at one instant: a pure decision over the tasks, the time, and the
 * evidence that was found.
 */
import { CEILING_MS, liveness } from '../../agents/liveness.js';
import type { EventFields } from './events.js';
import type { Evidence } from './evidence.js';
import { isDeadLetter, isOver, type Task } from './task.js';

/** How long a session that ended is given until its file is there. */
export const EVIDENCE_MS = 10 * 60_000;
/** How long a replay waits for somebody who gives it to an agent. */
export const UNCLAIMED_MS = 3 * 24 * 60 * 60_000;

export function decideSweep(
  tasks: Iterable<Task>,
  options: { readonly now: number; readonly evidence: (task: Task) => Evidence },
): readonly EventFields[] {
  return [...tasks].flatMap((task): EventFields[] => {
    if (isOver(task)) return [];
    if (task.state === 'ended') return settle(task, options);
    return task.replayOf !== undefined && task.call === undefined
      ? abandon(task, options.now)
      : reap(task, options.now);
  });
}

/** Dead letters of which the owner has not been told. */
export function untold(tasks: Iterable<Task>): readonly Task[] {
  return [...tasks].filter((task) => isDeadLetter(task) && !task.surfaced);
}

/** The session is over, which is one witness; a file is the other. */
function settle(
  task: Task,
  options: { readonly now: number; readonly evidence: (task: Task) => Evidence },
): EventFields[] {
  const found = options.evidence(task);
  if (found.kind === 'found')
    return [
      {
        event: 'completed',
        task: task.id,
        artefact: found.artefact,
        artefact_sha256: found.sha256,
        detail: 'the session ended, and a fresh file bears it out',
      },
    ];
  if (options.now - (task.endedAt ?? task.startedAt) >= EVIDENCE_MS)
    return [
      {
        event: 'dead',
        task: task.id,
        detail: `the session said that it was done, and no file bears it out: ${found.turnedDown}`,
      },
    ];
  return found.turnedDown === task.turnedDown
    ? []
    : [{ event: 'evidence', task: task.id, detail: found.turnedDown }];
}

/** Whatever the host's records say, nothing is under way for longer than the ceiling. */
function reap(task: Task, now: number): EventFields[] {
  const verdict = liveness({
    now,
    startedAt: task.startedAt,
    lastBeatAt: task.signAt,
    ceilingMs: Math.max(CEILING_MS, task.declaredMs),
  });
  if (verdict === 'ok') return [];
  const minutes = (ms: number): number => Math.round(ms / 60_000);
  const heard =
    task.state === 'registered'
      ? 'its child was never seen'
      : `last heard of after ${minutes(task.signAt - task.startedAt)} min`;
  return [
    {
      event: 'timed-out',
      task: task.id,
      detail: `not over after ${minutes(verdict.ageMs)} min, ${minutes(verdict.limitMs)} are allowed; ${heard}`,
    },
  ];
}

function abandon(task: Task, now: number): EventFields[] {
  return now - task.startedAt < UNCLAIMED_MS
    ? []
    : [{ event: 'dead', task: task.id, detail: 'nobody gave the replay to an agent' }];
}
