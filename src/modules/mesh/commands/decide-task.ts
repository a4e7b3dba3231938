/** `nocturne mesh cancel` and `mesh retry`: what the owner decides about a task. */
import { didYouMean } from '../../../kernel/nearest-name.js';
import { EXIT, NocturneError } from '../../../kernel/error.js';
import type { Snapshot } from '../../../workspace/types.js';
import type { CommandResult, ModuleCommand, ModuleCommandContext } from '../../types.js';
import { meshView } from '../node/mesh-view.js';
import { offNote, reachText } from '../node/reach-text.js';
import { changesOf } from '../tasks/commit-pages.js';
import { type PageNext, type TaskPage, taskPage, taskPages } from '../tasks/task-page.js';
import { isLegal } from '../tasks/transitions.js';

export const meshCancel: ModuleCommand = {
  summary: 'cancel a task: its node is told, and nothing of it is committed',
  forAgents: 'never',
  args: '<task>',
  examples: ['nocturne mesh cancel draw-map'],
  run: (context, { args: [task = ''] }) =>
    decide(context, task, 'cancel', ({ node, state }) => {
      if (!isLegal(state, 'cancelled', 'owner')) return `it is already ${state}`;
      return { state: 'cancelled', why: 'cancelled by the owner', ...(node ? { node } : {}) };
    }),
};

export const meshRetry: ModuleCommand = {
  summary: 'try a task again that was released; every node may try it',
  forAgents: 'never',
  args: '<task>',
  examples: ['nocturne mesh retry draw-map'],
  run: (context, { args: [task = ''] }) =>
    decide(context, task, 'retry', ({ state, attempt }) =>
      isLegal(state, 'queued', 'owner') && (state === 'released' || state === 'failed')
        ? { state: 'queued', attempt: attempt + 1, leftOut: [] }
        : `it is ${state}, and only what failed or was released is tried again`,
    ),
};

function decide(
  context: ModuleCommandContext,
  task: string,
  word: string,
  next: (page: TaskPage) => PageNext | string,
): CommandResult {
  context.requireOwner(`the command mesh ${word}`);
  const workspace = context.workspace();
  const { actor, runId } = context.acting();
  let state = '';
  workspace.commit((view) => {
    const page = requireTask(view, task);
    const decided = next(page);
    if (typeof decided === 'string')
      throw new NocturneError('CONFLICT', `nothing to ${word}: ${decided}`, {
        file: page.file,
        hint: 'nocturne mesh tasks --all',
      });
    state = decided.state;
    const changes = changesOf(view, page, decided);
    return { actor, runId, reason: `mesh task ${task}: ${state}`, bundle: BUNDLES, changes };
  });
  const snapshot = workspace.snapshot();
  const view = meshView({ snapshot, state: workspace.state });
  const told = view.reach === 'connected' ? [] : [reachText(view, snapshot.now.getTime())];
  const text = [`${task} is ${state}.`, ...told].join('\n');
  return { exit: EXIT.ok, text, json: { task, state, reach: view.reach } };
}

const BUNDLES = 'mesh_task mesh_result';

function requireTask(snapshot: Snapshot, task: string): TaskPage {
  const page = taskPage(snapshot, task);
  if (page !== undefined) return page;
  const names = taskPages(snapshot).map((each) => each.task);
  throw new NocturneError('NOT_FOUND', `there is no task "${task}" in mesh/outbox/`, {
    hint: didYouMean(task, names) ?? `nocturne mesh tasks lists them.${offNote(snapshot)}`,
  });
}
