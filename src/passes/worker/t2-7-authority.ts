/**
 * T2.7: what the pass intends to write is compared with the project's scope; anything beyond it
 * needs a pre-approval.
 */
import { ASKS_DECISION } from '../../project/question-state.js';
import { refusalText } from '../../project/preapproval.js';
import { type Beyond, beyondProject, EXTENDED_WRITES } from '../../project/project-writes.js';
import { useOfPreapproval } from '../../governance/preapproval-use.js';
import { EXIT } from '../../kernel/error.js';
import { routeOf } from '../../registry/route.js';
import type { Snapshot } from '../../workspace/types.js';
import { bundleAct, noteAct } from '../act.js';
import { escalation } from '../escalation.js';
import type { Budgeted, Halt, Moved, Step } from '../types.js';

export const t27Authority: Step<Budgeted, Budgeted> = {
  id: 'T2.7',
  title: 'authority',
  waits: true,
  run(stage, { snapshot }) {
    const { project: slug, phase, subject, writes } = stage;
    const beyond =
      slug === undefined ? undefined : beyondProject(snapshot, { slug, phase, writes });
    if (slug !== undefined && beyond !== undefined)
      return askPermission(stage, { snapshot, slug, ...beyond });
    const detail = writes.join(' ');
    return { stage, acts: [noteAct('T2.7', { type: 'authority', target: subject, detail })] };
  },
};

type Asking = Beyond & { readonly snapshot: Snapshot; readonly slug: string };

function askPermission(stage: Budgeted, asking: Asking): Moved<Budgeted> | Halt {
  const { snapshot, slug, globs: beyond, permission } = asking;
  const call = useOfPreapproval(snapshot, {
    runId: stage.runId,
    actionClass: EXTENDED_WRITES,
    target: beyond.join(' '),
    permission,
  });
  const use = call === undefined ? [] : [bundleAct('T2.7', call)];
  if (permission.allowed && permission.pa !== undefined) return { stage, acts: use };
  const why = refusalText(permission);
  const tiers = beyond.map((glob) => `${glob} (${routeOf(snapshot.schema, glob).tier})`).join(', ');
  const question = `${slug} wants to write ${tiers}. No pre-approval allows it (${why}). Narrow next_pass.writes, or give a pre-approval; answer yes when done, no to pause the project.`;
  const reason = 'scope beyond the project';
  const asks = { slug, reason, priority: 'high', question, topic: ASKS_DECISION };
  return {
    halt: true,
    outcome: `refused: ${slug} wants to write outside its project`,
    exit: EXIT.refused,
    stage,
    refused: [`scope ${beyond.join(' ')}: ${why}`],
    acts: [...use, bundleAct('T2.7', escalation(snapshot, asks))],
  };
}
