/** `tasks list | show | replay | ack | sweep`. */
import { EXIT, NocturneError } from '../../kernel/error.js';
import { projectOf } from '../../passes/pass-facts.js';
import { storedPass } from '../../passes/pass-file.js';
import type { CommandResult, ModuleCommand, ModuleCommandContext } from '../types.js';
import { type EventFields, readEvents } from './events.js';
import { noSuchTask, replay } from './replay.js';
import { sweep } from './sweep.js';
import { changeSet, readTasks } from './task-ledger.js';
import { closeOutOf, isDeadLetter, isOver, STATES, type Task } from './task.js';

const list: ModuleCommand = {
  summary: 'list the tasks that agents gave to other agents',
  forAgents: 'project',
  options: [{ flags: '--state <state>', description: 'only tasks in this state', choices: STATES }],
  examples: ['nocturne tasks list', 'nocturne tasks list --state timed-out --json'],
  run(context, { options }) {
    const tasks = [...readTasks(context.workspace().snapshot()).all.values()].filter(
      (task) => options['state'] === undefined || task.state === options['state'],
    );
    const lines = tasks.map((task) =>
      `${task.id}  ${task.state.padEnd(10)}  ${(task.project || '-').padEnd(14)}  ${mark(task).padEnd(12)}  ${firstLine(task)}`.slice(
        0,
        Math.max(60, context.width),
      ),
    );
    return {
      exit: EXIT.ok,
      text: tasks.length === 0 ? 'There are no tasks.' : lines.join('\n'),
      json: { tasks: tasks.map(shownTask) },
    };
  },
};

const show: ModuleCommand = {
  summary: 'show one task and its events',
  forAgents: 'project',
  args: '<id>',
  examples: ['nocturne tasks show TASK-20261121-001'],
  run(context, { args }) {
    const snapshot = context.workspace().snapshot();
    const tasks = readTasks(snapshot);
    const task = found(tasks.all.get(args[0] ?? ''), args[0]);
    const events = readEvents(snapshot).filter(
      (event) =>
        event.task === task.id ||
        (event.task === undefined &&
          ((event.call !== undefined && event.call === task.call) ||
            (event.child !== undefined && event.child === task.child))),
    );
    const skipped = new Map(task.ignored.map((ignored) => [ignored.seq, ignored.why]));
    const lines = events.map(
      (event) =>
        `  ${new Date(event.at).toISOString()}  ${event.event}${event.detail === undefined ? '' : `: ${event.detail}`}${skipped.has(event.seq) ? `  (ignored: ${skipped.get(event.seq)})` : ''}`,
    );
    const close = isDeadLetter(task)
      ? [
          `Reason: ${closeOutOf(task).reason}`,
          `Next: ${closeOutOf(task).nextStep} (${closeOutOf(task).owner})`,
        ]
      : [];
    const text = [
      `${task.id} is ${task.state}${task.acked === undefined ? '' : `, acknowledged by ${task.acked.by}`}`,
      `Asked by ${task.requester}${task.project === '' ? '' : ` for ${task.project}`}: ${firstLine(task)}`,
      `Expected: ${task.expects.map((expectation) => expectation.path).join(', ')}`,
      ...(task.artefact === undefined ? [] : [`Result: ${task.artefact}`]),
      ...close,
      ...lines,
    ];
    return {
      exit: EXIT.ok,
      text: text.join('\n'),
      json: {
        task: { ...shownTask(task), text: task.text, expects: task.expects, ignored: task.ignored },
        events,
      },
    };
  },
};

const again: ModuleCommand = {
  summary: 'replay a dead letter, once',
  forAgents: 'project',
  args: '<id>',
  examples: ['nocturne tasks replay TASK-20261121-001'],
  run(context, { args }) {
    const { runId, by, check } = caller(context);
    const id = replay(context.workspace(), args[0] ?? '', { runId, by, mayReplay: check });
    return {
      exit: EXIT.ok,
      text: `${args[0]} is replayed as ${id}; the requester's next pass finds it in its brief.`,
      json: { task: id, replay_of: args[0] ?? '' },
    };
  },
};

const ack: ModuleCommand = {
  summary: 'acknowledge the outcome of a task',
  forAgents: 'project',
  args: '<id>',
  options: [{ flags: '--note <text>', description: 'what was done with it' }],
  examples: [
    'nocturne tasks ack TASK-20261121-001',
    'nocturne tasks ack TASK-20261121-001 --note "merged into the report"',
  ],
  run: (context, { args, options }) =>
    acknowledge(context, args[0] ?? '', typeof options['note'] === 'string' ? options['note'] : ''),
};

const sweepNow: ModuleCommand = {
  summary: 'look for the results of ended tasks, and end tasks that run too long',
  forAgents: 'workspace',
  examples: ['nocturne tasks sweep'],
  run(context) {
    const workspace = context.workspace();
    const snapshot = workspace.snapshot();
    const swept = sweep(workspace, { snapshot, runId: context.acting().runId });
    return {
      exit: EXIT.ok,
      text:
        swept.length === 0
          ? 'Nothing to do.'
          : swept
              .map(
                (event) =>
                  `${event.task}  ${event.event}${event.detail === '' ? '' : `: ${event.detail}`}`,
              )
              .join('\n'),
      json: { swept },
    };
  },
};

export const commands: Readonly<Record<string, ModuleCommand>> = {
  'tasks list': list,
  'tasks show': show,
  'tasks replay': again,
  'tasks ack': ack,
  'tasks sweep': sweepNow,
};

function acknowledge(context: ModuleCommandContext, id: string, note: string): CommandResult {
  const { runId, by, check } = caller(context);
  let before: Task['acked'];
  context.workspace().commit((snapshot) => {
    const task = found(readTasks(snapshot).all.get(id), id);
    check(task);
    if (!isOver(task))
      throw new NocturneError(
        'REFUSED',
        `${id} is ${task.state}; only a task that is over can be acknowledged`,
        { hint: 'nocturne tasks sweep looks for its result' },
      );
    before = task.acked;
    const event: EventFields = { event: 'acked', task: id, by, detail: note };
    return before === undefined
      ? changeSet(snapshot, runId, event)
      : { ...changeSet(snapshot, runId, event), changes: [] };
  });
  return {
    exit: EXIT.ok,
    text:
      before === undefined ? `${id} is acknowledged.` : `${before.by} acknowledged ${id} before.`,
    json: { task: id, by: before?.by ?? by, again: before !== undefined },
  };
}

/** The owner may change every task, a pass only those of its own project. */
function caller(context: ModuleCommandContext): {
  readonly runId: string;
  readonly by: string;
  readonly check: (task: Task) => void;
} {
  const { actor, runId } = context.acting();
  const stored = runId === '' ? undefined : storedPass(context.workspace().state, runId);
  const project = stored === undefined ? undefined : projectOf(stored.data);
  const check = (task: Task): void => {
    if (runId === '' || (project !== undefined && task.project === project) || task.runId === runId)
      return;
    throw new NocturneError(
      'REFUSED',
      `${task.project || task.requester} requested ${task.id}, not this pass`,
      { hint: 'only the owner and the requester may do this' },
    );
  };
  return { runId, by: runId === '' ? actor.name : runId, check };
}

function found(task: Task | undefined, id: string | undefined): Task {
  if (task === undefined) throw noSuchTask(id ?? '');
  return task;
}

function mark(task: Task): string {
  if (task.acked !== undefined) return 'acknowledged';
  return task.delivered > 0 ? 'delivered' : '';
}

function firstLine(task: Task): string {
  return (
    task.text
      .split('\n')
      .find((line) => line.trim() !== '')
      ?.trim()
      .replace(/[\p{C}]/gu, ' ') ?? ''
  );
}

function shownTask(task: Task): Readonly<Record<string, unknown>> {
  const time = (ms: number | undefined): string | null =>
    ms === undefined ? null : new Date(ms).toISOString();
  return {
    id: task.id,
    state: task.state,
    project: task.project,
    requester: task.requester,
    target: task.target,
    call: task.call ?? null,
    child: task.child ?? null,
    started: time(task.startedAt),
    ended: time(task.endedAt),
    closed: time(task.closedAt),
    detail: task.detail,
    turned_down: task.turnedDown,
    artefact: task.artefact ?? null,
    replay_of: task.replayOf ?? null,
    replayed_as: task.replayedAs ?? null,
    delivered: task.delivered,
    acked: task.acked === undefined ? null : { by: task.acked.by, note: task.acked.note },
    ...(isDeadLetter(task)
      ? {
          close_out: {
            reason: closeOutOf(task).reason,
            next_step: closeOutOf(task).nextStep,
            owner: closeOutOf(task).owner,
          },
        }
      : {}),
  };
}
