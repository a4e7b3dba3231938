/**
 * Finished tasks go back to whoever asked, in the brief of the next pass, and again until they are
 * acknowledged: at least once. Having been shown is no receipt.
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

/** What a pass of this project has to hear of; that it was shown goes on record. */
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

/** The requester's own report names it: that is the receipt. */
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

/**
 * Over and not acknowledged, or a replay that waits to be given to an agent. What was given again
 * is told of by its replay.
 */
function isDue(task: Task): boolean {
  return isOver(task)
    ? task.acked === undefined && task.replayedAs === undefined
    : task.replayOf !== undefined && task.call === undefined;
}

function fragmentOf(task: Task): Fragment {
  const text = isOver(task)
    ? finished(task)
    : `${task.id} is ${task.replayOf} given again, and waits for an agent. Spawn ${task.target || 'the same agent'} with exactly this text:\n\n${task.text}`;
  return {
    title: isOver(task)
      ? `A task that was given to another agent is over: ${task.state}`
      : 'A task to be given again',
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
  return `${task.id}: ${task.state}\nAsked: ${task.text.slice(0, TEXT_SHOWN)}\n${came}\nIt is shown again until it is acknowledged: nocturne tasks ack ${task.id}, or name it in the summary of the report.`;
}
