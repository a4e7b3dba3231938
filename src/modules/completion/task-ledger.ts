/**
 * The ledger as hosts write it. Each report is judged on the current log under the commit mutex,
 * and becomes at most one line.
 */
import { defined } from '../../kernel/defined.js';
import { projectOf } from '../../passes/pass-facts.js';
import { storedPass } from '../../passes/pass-file.js';
import type { Registered, Spawn, SpawnLedger } from '../../passes/spawn-ledger.js';
import { nextId } from '../../workspace/ids.js';
import { statText } from '../../workspace/file-stat.js';
import { isLongLog } from '../../workspace/log-windows.js';
import { putObject } from '../../workspace/objects.js';
import type { ChangeSet, Snapshot, Workspace } from '../../workspace/types.js';
import { eachEvent, type EventFields, eventChange, type Outcome, TASK_EVENT } from './events.js';
import { keepBaseline } from './evidence.js';
import { expectationsOf } from './expectations.js';
import { idempotencyKey } from './idempotency-key.js';
import { awaited, reduce, type Tasks } from './reduce.js';
import { isOver, type Task } from './task.js';

/** The object store has the whole text of longer tasks. */
const TEXT_IN_LOG = 4_000;
const MOST_DETAIL = 500;
/** Records heartbeats of one task at most this often. */
const PROGRESS_MS = 30_000;

export function taskLedger(workspace: Workspace): SpawnLedger {
  return {
    register: (spawn) => register(workspace, spawn),
    linked: ({ callId, childSession }) =>
      record(workspace, (tasks) =>
        taskOf(tasks.byCall, tasks, callId)?.child === childSession
          ? undefined
          : { event: 'linked', call: callId, child: childSession },
      ),
    failed: ({ callId, why }) =>
      record(workspace, (tasks) =>
        taskOf(tasks.byCall, tasks, callId)?.state === 'failed'
          ? undefined
          : {
              event: 'failed',
              call: callId,
              detail: `the spawn failed: ${why}`.slice(0, MOST_DETAIL),
            },
      ),
    progress: ({ childSession, note }) =>
      record(workspace, (tasks, snapshot) => {
        const task = taskOf(tasks.byChild, tasks, childSession);
        const worthIt =
          task?.state === 'running' && snapshot.now.getTime() - task.signAt >= PROGRESS_MS;
        return worthIt
          ? { event: 'progress', child: childSession, detail: note.slice(0, MOST_DETAIL) }
          : undefined;
      }),
    ended: ({ childSession, outcome, detail }) =>
      record(workspace, (tasks) =>
        taskOf(tasks.byChild, tasks, childSession)?.endedAt !== undefined
          ? undefined
          : { event: 'ended', child: childSession, outcome, detail: endDetail(outcome, detail) },
      ),
  };
}

let lastRead: { readonly of: string; readonly tasks: Tasks } | undefined;

/** A pass asks several times, and a long log has hardly changed in between. */
export function readTasks(snapshot: Snapshot): Tasks {
  const path = snapshot.filesOf(TASK_EVENT)[0] ?? '';
  if (!isLongLog(snapshot, path)) return reduce(eachEvent(snapshot));
  const entry = snapshot.files.get(path);
  const of = `${snapshot.root}\0${entry === undefined ? '' : statText(entry)}`;
  if (lastRead?.of !== of) lastRead = { of, tasks: reduce(eachEvent(snapshot)) };
  return lastRead.tasks;
}

/** Registers a spawn, by a host's call or by a replay. */
export function register(workspace: Workspace, spawn: Spawn): Registered {
  let answer: Registered | undefined;
  workspace.commit((snapshot) => {
    const tasks = readTasks(snapshot);
    const project = projectOfRun(workspace, spawn.runId);
    const key = idempotencyKey(spawn);
    const existing = taskOf(tasks.byCall, tasks, spawn.callId);
    if (existing !== undefined) {
      // The host repeats its call.
      answer =
        existing.key === key
          ? registered(existing.id)
          : duplicate(existing, 'this call registered another task');
      return quiet(spawn.runId);
    }
    const same =
      [...tasks.all.values()].find(
        (task) => !isOver(task) && task.call === undefined && isTakenUp(task, { spawn, project }),
      ) ??
      [...tasks.all.values()].find(
        (task) => !isOver(task) && task.call !== undefined && task.key === key,
      );
    if (same?.call !== undefined) {
      answer = duplicate(same, 'the same task is already running');
      return quiet(spawn.runId);
    }
    const common = {
      call: spawn.callId,
      host: spawn.host,
      run_id: spawn.runId,
      ...(spawn.declaredMs === undefined
        ? {}
        : { declared_ms: Math.max(0, Math.trunc(spawn.declaredMs)) }),
    };
    if (same !== undefined) {
      answer = registered(same.id);
      return changeSet(snapshot, spawn.runId, {
        event: 'claimed',
        task: same.id,
        ...common,
        baseline: keepBaseline(snapshot, same.expects),
      });
    }
    const id = nextId(snapshot, workspace.state, 'TASK');
    const { expects, problem } = expectationsOf(spawn.task, project);
    answer = registered(id);
    return changeSet(snapshot, spawn.runId, {
      event: 'registered',
      task: id,
      ...common,
      requester: spawn.requester,
      project,
      target: spawn.target,
      idempotency: key,
      ...textFields(workspace, spawn.task),
      expects,
      baseline: keepBaseline(snapshot, expects),
      ...defined({ detail: problem?.slice(0, MOST_DETAIL) }),
    });
  });
  return answer ?? { kind: 'duplicate', taskId: '', why: 'the ledger did not answer' };
}

export function textFields(
  workspace: Workspace,
  text: string,
): Pick<EventFields, 'text' | 'text_sha256'> {
  return {
    text: text.length <= TEXT_IN_LOG ? text : `${text.slice(0, TEXT_IN_LOG)} …`,
    text_sha256: putObject(workspace.root, Buffer.from(text)),
  };
}

export function changeSet(
  snapshot: Snapshot,
  runId: string,
  ...events: readonly EventFields[]
): ChangeSet {
  return {
    actor: { kind: 'nocturne', name: 'completion' },
    runId,
    reason: `task ${events.map((event) => event.event).join(' ')}`,
    changes: events.map((event) => eventChange(event, snapshot.now)),
  };
}

function quiet(runId: string): ChangeSet {
  return {
    actor: { kind: 'nocturne', name: 'completion' },
    runId,
    reason: 'nothing new',
    changes: [],
  };
}

/** Decides under the mutex. The line names the task if it is known. */
function record(
  workspace: Workspace,
  decide: (tasks: Tasks, snapshot: Snapshot) => EventFields | undefined,
): void {
  workspace.commit((snapshot) => {
    const tasks = readTasks(snapshot);
    const fields = decide(tasks, snapshot);
    if (fields === undefined) return quiet('');
    const task =
      fields.call === undefined
        ? taskOf(tasks.byChild, tasks, fields.child ?? '')
        : taskOf(tasks.byCall, tasks, fields.call);
    const isRecorded =
      task === undefined &&
      (tasks.waiting.get(awaited(fields)) ?? []).some(
        (candidate) => candidate.event === fields.event,
      );
    if (isRecorded) return quiet('');
    const { event, ...rest } = fields;
    return changeSet(
      snapshot,
      task?.runId ?? '',
      task === undefined ? fields : { event, task: task.id, ...rest },
    );
  });
}

function taskOf(index: ReadonlyMap<string, string>, tasks: Tasks, name: string): Task | undefined {
  return tasks.all.get(index.get(name) ?? '');
}

/** A spawn with the replay's text, from the same project or requester, claims the replay. */
function isTakenUp(
  replay: Task,
  options: { readonly spawn: Spawn; readonly project: string },
): boolean {
  const { spawn, project } = options;
  const mine =
    replay.requester === spawn.requester || (project !== '' && replay.project === project);
  return (
    mine &&
    replay.key ===
      idempotencyKey({ task: spawn.task, target: spawn.target, requester: replay.requester })
  );
}

function projectOfRun(workspace: Workspace, runId: string): string {
  const stored = storedPass(workspace.state, runId);
  return stored === undefined ? '' : (projectOf(stored.data) ?? '');
}

function endDetail(outcome: Outcome, detail: string): string {
  const text = END_TEXTS.get(outcome) ?? 'the session failed';
  return (detail === '' ? text : `${text}: ${detail}`).slice(0, MOST_DETAIL);
}

const END_TEXTS: ReadonlyMap<Outcome, string> = new Map([
  ['ok', 'the session ended'],
  ['timeout', 'the host ended the session at its time limit'],
]);

function registered(taskId: string): Registered {
  return {
    kind: 'registered',
    taskId,
    instruction: `Your task is registered as ${taskId}. It counts as done only when your session has ended and a file that you leave names ${taskId}.`,
  };
}

function duplicate(task: Task, why: string): Registered {
  return { kind: 'duplicate', taskId: task.id, why };
}
