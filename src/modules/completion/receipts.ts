/**
 * Quotes finished tasks in the requester's briefs until they are acknowledged: at-least-once
 * delivery.
 */
import type { AgentReport, Fragment } from '../../agents/types.js';
import { sha256 } from '../../kernel/hash.js';
import type { Snapshot, Workspace } from '../../workspace/types.js';
import type { EventFields } from './events.js';
import { TASK_LOG } from './task-log.js';
import { changeSet, readTasks } from './task-ledger.js';
import { closeOutOf, isOver, type Task } from './task.js';

const SHOWN = 6;
const TEXT_SHOWN = 1_200;

/** Quotes what a pass of this project must know, and records the delivery. */
export function deliver(
  workspace: Workspace,
  options: {
    readonly snapshot: Snapshot;
    readonly runId: string;
    readonly project: string | undefined;
  },
): readonly Fragment[] {
  const due = (tasks: Iterable<Task>): readonly Task[] =>
    [...tasks]
      .filter((task) => task.project === (options.project ?? '') && isDue(task))
      .slice(0, SHOWN);
  const shown = due(readTasks(options.snapshot).all.values());
  if (shown.length === 0) return [];
  workspace.commit((snapshot) =>
    changeSet(
      snapshot,
      options.runId,
      ...due(readTasks(snapshot).all.values()).map(
        (task): EventFields => ({ event: 'delivered', task: task.id, by: options.runId }),
      ),
    ),
  );
  return shown.map(fragmentOf);
}

/** Naming the task in the report acknowledges it. */
export function acknowledgeNamed(
  workspace: Workspace,
  options: {
    readonly snapshot: Snapshot;
    readonly runId: string;
    readonly project: string | undefined;
    readonly report: AgentReport | undefined;
  },
): readonly string[] {
  const sentence =
    options.report === undefined
      ? ''
      : JSON.stringify([
          options.report.summary,
          options.report.outputs,
          options.report.lessons,
          options.report.escalation?.question,
        ]);
  const named = (tasks: Iterable<Task>): readonly Task[] =>
    [...tasks].filter(
      (task) =>
        isOver(task) &&
        task.acked === undefined &&
        task.delivered > 0 &&
        task.project === (options.project ?? '') &&
        namesId(sentence, task.id),
    );
  const found = named(readTasks(options.snapshot).all.values());
  if (found.length === 0) return [];
  workspace.commit((snapshot) =>
    changeSet(
      snapshot,
      options.runId,
      ...named(readTasks(snapshot).all.values()).map(
        (task): EventFields => ({
          event: 'acked',
          task: task.id,
          by: options.runId,
          detail: 'named in the report of the pass',
        }),
      ),
    ),
  );
  return found.map((task) => task.id);
}

function namesId(text: string, id: string): boolean {
  return new RegExp(`(?<![\\w-])${id}(?![\\w-])`).test(text);
}

/** Tasks that are over but not acknowledged or replayed, and replays that wait for an agent. */
function isDue(task: Task): boolean {
  return isOver(task)
    ? task.acked === undefined && task.replayedAs === undefined
    : task.replayOf !== undefined && task.call === undefined;
}

function fragmentOf(task: Task): Fragment {
  const text = isOver(task)
    ? finished(task)
    : `${task.id} replays ${task.replayOf} and waits for an agent. Spawn ${task.target || 'the same agent'} with exactly this text:\n\n${task.text}`;
  return {
    title: isOver(task)
      ? `A task that you gave to another agent is over: ${task.state}`
      : 'A task to replay',
    source: `${TASK_LOG}#${task.id}`,
    sha256: sha256(text),
    text,
    trust: 'data',
  };
}

function finished(task: Task): string {
  const close = closeOutOf(task);
  const came =
    task.state === 'completed'
      ? `Result: ${task.artefact ?? ''}`
      : `Reason: ${close.reason}\nNext: ${close.nextStep} (${close.owner})`;
  return `${task.id}: ${task.state}\nAsked: ${task.text.slice(0, TEXT_SHOWN)}\n${came}\nEach brief repeats this until you acknowledge it: run nocturne tasks ack ${task.id}, or name it in the summary of your report.`;
}
