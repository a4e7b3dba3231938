/** `nocturne mesh tasks`: the tasks of this workspace and those that it works on for others. */
import { EXIT } from '../../../kernel/error.js';
import { plural } from '../../../kernel/words.js';
import { textTable } from '../../../report/text-table.js';
import type { ModuleCommand } from '../../types.js';
import { meshView } from '../node/mesh-view.js';
import { reachText } from '../node/reach-text.js';
import { claimKey, readClaims, readResult } from '../tasks/claim-store.js';
import type { Claim } from '../tasks/task.js';
import { type TaskPage, taskPages } from '../tasks/task-page.js';
import { isOver } from '../tasks/transitions.js';

export const meshTasks: ModuleCommand = {
  summary: 'list tasks for other nodes, and tasks of others that this one works on',
  forAgents: 'project',
  options: [{ flags: '--all', description: 'also those that are over' }],
  examples: ['nocturne mesh tasks', 'nocturne mesh tasks --all --json'],
  run(context, { options }) {
    const { state, ...workspace } = context.workspace();
    const snapshot = workspace.snapshot();
    const view = meshView({ snapshot, state });
    const pages = taskPages(snapshot);
    const shown = options['all'] === true ? pages : pages.filter((page) => !isOver(page.state));
    const claims = readClaims(state);
    const over = pages.length - shown.length;
    const text = [
      reachText(view, snapshot.now.getTime()),
      shown.length === 0 ? 'No task waits for another node.' : ownTable(shown, context.width),
      ...(shown.some((page) => page.state === 'released') ? [RETRY] : []),
      ...(over === 0 ? [] : [`${plural(over, 'task')} more, over: nocturne mesh tasks --all`]),
      ...(claims.length === 0
        ? []
        : ['', 'For others:', claimsTable(state, claims, context.width)]),
    ].join('\n');
    return { exit: EXIT.ok, text, json: { reach: view.reach, tasks: shown.map(facts), claims } };
  },
};

const RETRY = 'nocturne mesh retry NAME begins what was released again; mesh cancel NAME ends it.';

function ownTable(pages: readonly TaskPage[], width: number): string {
  return textTable({
    head: ['task', 'state', 'try', 'node', 'project', 'needs', 'why'],
    width,
    rows: pages.map(({ task, state, attempt, retries, node, project, spec, why }) => [
      task,
      state,
      attempt === 0 ? '' : `${attempt} of ${retries + 1}`,
      node ?? '',
      project,
      spec.tags.join(', '),
      why ?? '',
    ]),
  });
}

/** What a claim waits for: its pass, the end of it, or the owner, who judges what came of it. */
function claimText(state: string, { runId, ...claim }: Claim): string {
  if (runId === undefined) return 'claimed';
  const result = readResult(state, claimKey(claim));
  const isOverHere = result?.attempt === claim.attempt;
  return `${isOverHere ? 'waits for its owner' : 'running'} (${runId})`;
}

function claimsTable(state: string, claims: readonly Claim[], width: number): string {
  return textTable({
    head: ['owner', 'task', 'try', 'state', 'since', 'title'],
    width,
    rows: claims.map((claim) => [
      claim.owner,
      claim.spec.task,
      String(claim.attempt),
      claimText(state, claim),
      claim.claimed.slice(0, 16).replace('T', ' '),
      claim.spec.title,
    ]),
  });
}

function facts({ task, project, state, attempt, retries, node, leftOut, why, spec }: TaskPage) {
  const { title, tags, band } = spec;
  return { task, title, project, state, attempt, retries, tags, band, node, leftOut, why };
}
