/**
 * Reduces the events of the log to tasks. The id of the tool call matches a child to its task, and
 * the child's session matches an end to its child, never the order. Reports of hosts may arrive out
 * of order: one that names an unknown call or session waits for it.
 */
import type { EventName, TaskEvent } from './events.js';
import { nextState, type Task } from './task.js';

export type Tasks = {
  readonly all: ReadonlyMap<string, Task>;
  /** Ids of tasks. */
  readonly byCall: ReadonlyMap<string, string>;
  readonly byChild: ReadonlyMap<string, string>;
  /** Reports that wait for a call or a session, by its name. */
  readonly waiting: ReadonlyMap<string, readonly TaskEvent[]>;
};

type Work = {
  readonly all: Map<string, Task>;
  readonly byCall: Map<string, string>;
  readonly byChild: Map<string, string>;
  readonly waiting: Map<string, TaskEvent[]>;
};

export function reduce(events: Iterable<TaskEvent>): Tasks {
  const work: Work = { all: new Map(), byCall: new Map(), byChild: new Map(), waiting: new Map() };
  for (const event of events) take(work, event);
  return work;
}

function take(work: Work, event: TaskEvent): void {
  if (event.event === 'registered') return register(work, event);
  const id =
    event.task ??
    (event.call === undefined ? work.byChild.get(event.child ?? '') : work.byCall.get(event.call));
  const task = work.all.get(id ?? '');
  if (task !== undefined) apply(work, task, event);
  else if (event.task === undefined) wait(work, event);
}

/** Waits until the call is registered or the child linked. */
function wait(work: Work, event: TaskEvent): void {
  const name = awaited(event);
  work.waiting.set(name, [...(work.waiting.get(name) ?? []), event]);
}

/** What a report without a task waits for. */
export function awaited(event: { readonly call?: string; readonly child?: string }): string {
  return event.call === undefined ? `child ${event.child}` : `call ${event.call}`;
}

function catchUp(work: Work, name: string): void {
  const events = work.waiting.get(name) ?? [];
  work.waiting.delete(name);
  for (const event of events) take(work, event);
}

function register(work: Work, event: TaskEvent): void {
  const { task: id } = event;
  if (id === undefined || work.all.has(id)) return;
  work.all.set(id, {
    id,
    state: 'registered',
    text: event.text ?? '',
    textHash: event.text_sha256 ?? '',
    host: event.host ?? '',
    requester: event.requester ?? '',
    project: event.project ?? '',
    target: event.target ?? '',
    runId: event.run_id ?? '',
    key: event.idempotency ?? '',
    call: event.call,
    child: undefined,
    expects: event.expects ?? [],
    baseline: event.baseline ?? '',
    declaredMs: event.declared_ms ?? 0,
    replayOf: event.replay_of,
    replayedAs: undefined,
    startedAt: event.at,
    signAt: event.at,
    endedAt: undefined,
    closedAt: undefined,
    outcome: undefined,
    detail: '',
    turnedDown: '',
    artefact: undefined,
    surfaced: false,
    delivered: 0,
    acked: undefined,
    ignored: [],
  });
  if (event.call !== undefined) bindCall(work, id, event.call);
}

/** The first task that names a call owns it. */
function bindCall(work: Work, id: string, call: string): void {
  if (work.byCall.has(call)) return;
  work.byCall.set(call, id);
  catchUp(work, `call ${call}`);
}

function apply(work: Work, task: Task, event: TaskEvent): void {
  const after = step(task, event);
  if (event.event === 'linked' && after.state === 'running') {
    const other = work.byChild.get(event.child ?? '');
    if (other !== undefined && other !== task.id)
      return void work.all.set(
        task.id,
        ignore(task, event, `the session ${event.child} belongs to ${other}`),
      );
    work.all.set(task.id, after);
    work.byChild.set(event.child ?? '', task.id);
    return catchUp(work, `child ${event.child}`);
  }
  work.all.set(task.id, after);
  if (event.event === 'claimed' && after.call === event.call && event.call !== undefined)
    bindCall(work, task.id, event.call);
}

/** Applies one event to one task. An impossible event changes only the list of ignored events. */
export function step(task: Task, event: TaskEvent): Task {
  switch (event.event) {
    case 'registered':
      return task;
    case 'surfaced':
      return { ...task, surfaced: true };
    case 'replayed':
      return task.replayedAs === undefined && event.detail !== undefined
        ? { ...task, replayedAs: event.detail }
        : ignore(task, event, `it was replayed as ${task.replayedAs ?? 'nothing'}`);
    case 'delivered':
      return { ...task, delivered: task.delivered + 1 };
    case 'acked':
      return task.acked === undefined && task.closedAt !== undefined
        ? { ...task, acked: { at: event.at, by: event.by ?? '', note: event.detail ?? '' } }
        : ignore(
            task,
            event,
            task.closedAt === undefined ? 'it is not over' : 'it was acknowledged before',
          );
    default:
      return move(task, event, event.event);
  }
}

function move(task: Task, event: TaskEvent, name: EventName): Task {
  const state = nextState(task.state, name, event.outcome);
  if (state === undefined) return ignore(task, event, `it was ${task.state}`);
  const moved: Task = { ...task, state, signAt: Math.max(task.signAt, event.at) };
  const over = { closedAt: event.at, detail: event.detail ?? '' };
  switch (name) {
    case 'claimed':
      if (task.call !== undefined || event.call === undefined)
        return ignore(task, event, 'it was claimed before');
      return {
        ...moved,
        call: event.call,
        host: event.host ?? task.host,
        runId: event.run_id ?? task.runId,
        declaredMs: event.declared_ms ?? task.declaredMs,
        baseline: event.baseline ?? task.baseline,
        startedAt: event.at,
      };
    case 'linked':
      return event.child === undefined
        ? ignore(task, event, 'it names no session')
        : { ...moved, child: event.child };
    case 'ended':
      return {
        ...moved,
        endedAt: event.at,
        outcome: event.outcome ?? 'failed',
        ...(state === 'ended' ? {} : over),
      };
    case 'evidence':
      return { ...moved, turnedDown: event.detail ?? '' };
    case 'completed':
      if (event.artefact === undefined || event.artefact_sha256 === undefined)
        return ignore(task, event, 'it names no file as proof');
      return { ...moved, ...over, artefact: event.artefact };
    case 'failed':
    case 'timed-out':
    case 'dead':
      return { ...moved, ...over };
    default:
      return moved;
  }
}

function ignore(task: Task, event: TaskEvent, why: string): Task {
  return { ...task, ignored: [...task.ignored, { seq: event.seq, event: event.event, why }] };
}
