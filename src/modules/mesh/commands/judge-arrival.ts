/** `mesh accept` and `mesh refuse`: the owner decides about what another node changed. */
import { createTwoFilesPatch } from 'diff';
import { EXIT, NocturneError } from '../../../kernel/error.js';
import { plural } from '../../../kernel/words.js';
import { showControl } from '../../../kernel/show-control.js';
import { projectDirectory } from '../../../project/project-directory.js';
import type { Snapshot } from '../../../workspace/types.js';
import type { ModuleCommand, ModuleCommandContext } from '../../types.js';
import { offNote } from '../node/reach-text.js';
import { readArrival, removeArrival } from '../tasks/claim-store.js';
import type { Arrival } from '../tasks/task.js';
import { type TaskPage, taskPage } from '../tasks/task-page.js';
import type { RemoteChange } from '../work/change-set.js';
import { changeSetOf, refusedChange } from '../work/home-work.js';
import { lookAt, removeLook, writeLook } from '../work/look-store.js';

const MOST_LINES = 400;
const YES = { flags: '--yes', description: 'without asking' };

export const meshAccept: ModuleCommand = {
  summary: 'show what a node changed for a task, and let it in with the next pass',
  forAgents: 'never',
  args: '<task>',
  options: [YES],
  examples: ['nocturne mesh accept draw-map'],
  async run(context, { args: [task = ''], options }) {
    context.requireOwner('accepting the work of another node');
    const { state } = context.workspace();
    const { arrival, page, why } = waiting(context, task);
    const shown = shownChanges(
      context.workspace().snapshot(),
      page,
      changeSetOf(state, arrival).changes,
    );
    if (!(await isSure(context, options, [why, shown], `Let the work of ${arrival.from} in?`)))
      return { exit: EXIT.refused, text: 'Nothing was decided.', json: { task, accepted: false } };
    writeLook(state, { task, sha256: arrival.sha256, why, accepted: true });
    const text = `${shown}\n\nAccepted. The next pass proves it once more and commits it: nocturne mesh work --once`;
    return { exit: EXIT.ok, text, json: { task, node: arrival.from, accepted: true } };
  },
};

export const meshRefuse: ModuleCommand = {
  summary: 'refuse what a node changed for a task, which is then over',
  forAgents: 'never',
  args: '<task>',
  options: [{ flags: '--why <text>', description: 'what the other node is told' }],
  examples: ['nocturne mesh refuse draw-map --why "The map is of another country"'],
  run(context, { args: [task = ''], options }) {
    context.requireOwner('refusing the work of another node');
    const workspace = context.workspace();
    const { arrival } = waiting(context, task);
    const why = typeof options['why'] === 'string' ? options['why'] : 'refused by the owner';
    const { actor, runId } = context.acting();
    workspace.commit((view) => ({
      actor,
      runId,
      ...refusedChange(view, workspace.state, { arrival, why }),
    }));
    removeLook(workspace.state, task);
    removeArrival(workspace.state, task);
    return { exit: EXIT.ok, text: `${task} is rejected.`, json: { task, state: 'rejected' } };
  },
};

/** @throws NocturneError `NOT_FOUND` where nothing of this task waits for the owner. */
function waiting(
  context: ModuleCommandContext,
  task: string,
): { readonly arrival: Arrival; readonly page: TaskPage; readonly why: string } {
  const workspace = context.workspace();
  const arrival = readArrival(workspace.state, task);
  const look = arrival && lookAt(workspace.state, arrival);
  const page = taskPage(workspace.snapshot(), task);
  if (arrival !== undefined && look !== undefined && page?.attempt === arrival.attempt)
    return { arrival, page, why: look.why };
  throw new NocturneError('NOT_FOUND', `no result of the task "${task}" waits for you`, {
    hint: `nocturne mesh tasks shows what does.${offNote(workspace.snapshot())}`,
  });
}

async function isSure(
  { ask, progress }: ModuleCommandContext,
  options: Readonly<Record<string, unknown>>,
  shown: readonly string[],
  question: string,
): Promise<boolean> {
  if (options['yes'] === true) return true;
  if (ask === undefined)
    throw new NocturneError('USAGE', 'nobody can be asked here', { hint: 'repeat it with --yes' });
  for (const text of shown) progress(text);
  return ask.confirm(question);
}

function shownChanges(
  snapshot: Snapshot,
  { project }: TaskPage,
  changes: readonly RemoteChange[],
): string {
  const folder = projectDirectory(snapshot, project);
  const lines = changes.flatMap(({ path, content }) => {
    const before = snapshot.text(`${folder}/${path}`) ?? '';
    const after = Buffer.from(content ?? '', 'base64').toString('utf8');
    return createTwoFilesPatch(path, path, before, after, undefined, undefined, { context: 3 })
      .split('\n')
      .slice(1);
  });
  const more =
    lines.length > MOST_LINES ? [`... ${plural(lines.length - MOST_LINES, 'more line')}`] : [];
  return [...lines.slice(0, MOST_LINES).map(showControl), ...more].join('\n').trimEnd();
}
