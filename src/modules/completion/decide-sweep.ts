/** Decides what to do about tasks, from the tasks, the time, and the evidence. */
import { CEILING_MS, liveness } from '../../agents/liveness.js';
import type { EventFields } from './events.js';
import type { Evidence } from './evidence.js';
import { isDeadLetter, isOver, type Task } from './task.js';

/** How long after the end of a session its file may appear. */
export const EVIDENCE_MS = 10 * 60_000;
/** How long a replay waits until somebody gives it to an agent. */
export const UNCLAIMED_MS = 3 * 24 * 60 * 60_000;

export function decideSweep(
  tasks: Iterable<Task>,
  options: { readonly now: number; readonly evidence: (task: Task) => Evidence },
): readonly EventFields[] {
  return [...tasks].flatMap((task): EventFields[] => {
    if (isOver(task)) return [];
    if (task.state === 'ended') return judgeEnded(task, options);
    return task.replayOf !== undefined && task.call === undefined
      ? abandon(task, options.now)
      : reap(task, options.now);
  });
}

/** Dead letters that the owner has not seen yet. */
export function unsurfaced(tasks: Iterable<Task>): readonly Task[] {
  return [...tasks].filter((task) => isDeadLetter(task) && !task.surfaced);
}

/** A task is done when its session has ended and a file proves it. */
function judgeEnded(
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
        detail: 'the session ended, and a new file proves the result',
      },
    ];
  if (options.now - (task.endedAt ?? task.startedAt) >= EVIDENCE_MS)
    return [
      {
        event: 'dead',
        task: task.id,
        detail: `the session reported success, but no file proves it: ${found.turnedDown}`,
      },
    ];
  return found.turnedDown === task.turnedDown
    ? []
    : [{ event: 'evidence', task: task.id, detail: found.turnedDown }];
}

/** No task runs longer than the limit, whatever the host's records say. */
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
      ? 'its session was never linked'
      : `its last heartbeat came after ${minutes(task.signAt - task.startedAt)} min`;
  return [
    {
      event: 'timed-out',
      task: task.id,
      detail: `still running after ${minutes(verdict.ageMs)} min, at most ${minutes(verdict.limitMs)} are allowed; ${heard}`,
    },
  ];
}

function abandon(task: Task, now: number): EventFields[] {
  return now - task.startedAt < UNCLAIMED_MS
    ? []
    : [{ event: 'dead', task: task.id, detail: 'nobody gave the replay to an agent' }];
}
