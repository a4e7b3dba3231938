/** Replays a dead letter, once: a new task with its text waits for the requester's next pass. */
import { NocturneError } from '../../kernel/error.js';
import { nextId } from '../../workspace/ids.js';
import { getObject } from '../../workspace/objects.js';
import type { Workspace } from '../../workspace/types.js';
import type { EventFields } from './events.js';
import { keepBaseline } from './evidence.js';
import { changeSet, readTasks, textFields } from './task-ledger.js';
import { isDeadLetter, type Task } from './task.js';

/**
 * @throws NocturneError `NOT_FOUND`; `REFUSED` unless it is a dead letter, replayed for the first
 * time.
 */
export function replay(
  workspace: Workspace,
  id: string,
  options: {
    readonly runId: string;
    readonly by: string;
    readonly mayReplay: (task: Task) => void;
  },
): string {
  let fresh = '';
  workspace.commit((snapshot) => {
    const task = readTasks(snapshot).all.get(id);
    if (task === undefined) throw noSuchTask(id);
    options.mayReplay(task);
    if (task.replayedAs !== undefined)
      throw new NocturneError(
        'REFUSED',
        `${id} was already replayed as ${task.replayedAs}; a dead letter can be replayed once`,
        { hint: `nocturne tasks show ${task.replayedAs}` },
      );
    if (task.replayOf !== undefined && options.runId !== '')
      throw new NocturneError(
        'REFUSED',
        `${id} is itself a replay; only the owner decides whether ${task.replayOf} gets a third try`,
        { hint: 'ask the owner: put the question into the escalation of your report' },
      );
    if (!isDeadLetter(task))
      throw new NocturneError(
        'REFUSED',
        `${id} is ${task.state}; only a dead letter (failed, timed-out, dead) can be replayed`,
        { hint: 'nocturne tasks list --state dead' },
      );
    fresh = nextId(snapshot, workspace.state, 'TASK');
    const events: readonly EventFields[] = [
      { event: 'replayed', task: id, by: options.by, detail: fresh },
      {
        event: 'registered',
        task: fresh,
        run_id: options.runId,
        host: task.host,
        requester: task.requester,
        project: task.project,
        target: task.target,
        idempotency: task.key,
        ...textFields(workspace, wholeText(workspace, task)),
        declared_ms: task.declaredMs,
        expects: task.expects,
        baseline: keepBaseline(snapshot, task.expects),
        replay_of: id,
      },
    ];
    return changeSet(snapshot, options.runId, ...events);
  });
  return fresh;
}

export function noSuchTask(id: string): NocturneError {
  return new NocturneError('NOT_FOUND', `there is no task ${id}`, { hint: 'nocturne tasks list' });
}

/** @throws NocturneError if the text was too long for the log and its copy is lost. */
function wholeText(workspace: Workspace, task: Task): string {
  return getObject(workspace.root, task.textHash).toString('utf8');
}
