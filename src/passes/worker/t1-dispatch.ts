/**
 * T1: the owner's answers are taken in, modules do what comes first, then the project of this pass
 * is chosen.
 */
import { type PendingAnswer, pendingAnswers } from '../../governance/answers.js';
import { dispatch } from '../../governance/dispatch.js';
import type { Snapshot } from '../../workspace/types.js';
import { acceptDraft } from './accept-draft.js';
import { note, runBundles } from '../act.js';
import { applyProposal } from '../apply-proposal.js';
import { runBefore } from '../modules/module-hooks.js';
import { expireApprovals, takeApproval, type Taker } from '../approvals/take-approval.js';
import { type Pass, type Step, withData } from '../types.js';

export const t1Dispatch: Step = {
  id: 'T1',
  title: 'answers and dispatch',
  run(pass) {
    const answered = takeAnswers(pass);
    runBefore(answered);
    return choose(answered);
  },
};

/**
 * Each answer with what follows from it in one commit; the next answer is read from the workspace
 * that this leaves.
 */
export function takeAnswers(pass: Pass): Pass {
  const notes: string[] = [];
  for (let taken = 0; taken < 100; taken++) {
    const [answer] = pendingAnswers(pass.env.workspace.snapshot());
    if (answer === undefined) break;
    const what = carryOut(pass, answer);
    pass.env.say(`     ${answer.id}: ${what}`);
    notes.push(`${answer.id}: ${what}`);
  }
  const expired = expireApprovals(takerOf(pass));
  if (expired.length > 0) notes.push(`${expired.join(', ')}: the time is over`);
  return withData(pass, { notes: [...pass.data.notes, ...notes] });
}

/** @returns what was done. */
function carryOut(pass: Pass, answer: PendingAnswer): string {
  const [approval] = answer.effects.filter((effect) => effect.kind === 'approval');
  if (approval !== undefined)
    return takeApproval(takerOf(pass), {
      id: approval.id,
      verdict: answer.verdict,
      question: answer.id,
    }).what;
  const calls = answer.calls.map((call) => ({
    name: call.bundle,
    args: call.args,
    detail: answer.what,
    ...(call.bundle === 'notification_close' ? { target: answer.id } : {}),
  }));
  const snapshot: Snapshot = pass.env.workspace.snapshot();
  const extra = answer.effects.flatMap((effect) =>
    effect.kind === 'accept-draft'
      ? [acceptDraft(snapshot, { slug: effect.slug, authorisation: answer.id })]
      : effect.kind === 'apply-proposal'
        ? [applyProposal(pass.env.workspace.state, effect.id)]
        : [],
  );
  runBundles(
    pass,
    'T1',
    [...extra.flatMap((one) => one.bundles), ...calls],
    extra.flatMap((one) => one.changes),
  );
  return answer.what;
}

function takerOf({ env, data }: Pass): Taker {
  return {
    workspace: env.workspace,
    actor: { kind: 'pass', name: data.request.role },
    runId: data.runId,
    step: 'T1',
    fence: data.fence,
  };
}

/** Chooses among the projects that this pass has not turned away; none left means an idle pass. */
export function choose(pass: Pass): Pass {
  const snapshot = pass.env.workspace.snapshot();
  const { request, turnedAway } = pass.data;
  const { chosen, skipped } = dispatch(snapshot, {
    exclude: new Set(turnedAway.map((one) => one.slug)),
    ...(request.project === undefined ? {} : { only: request.project }),
  });
  if (chosen === undefined) {
    note(pass, 'T1', {
      type: 'dispatch',
      result: 'skipped',
      detail: skipped.map((one) => `${one.slug}: ${one.why}`).join('; ') || 'no project',
    });
    const { project: _, ...rest } = pass.data;
    return { env: pass.env, data: rest };
  }
  pass.env.say(`     ${chosen.slug} (${chosen.why})`);
  note(pass, 'T1', { type: 'dispatch', target: chosen.slug, detail: chosen.why });
  return withData(pass, { project: chosen.slug });
}
