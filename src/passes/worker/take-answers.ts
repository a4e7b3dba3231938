/** T1 of both kinds of pass: each answer of the owner, with what follows from it. */
import { defined } from '../../kernel/defined.js';
import { NocturneError } from '../../kernel/error.js';
import { type AnswerEffect, type PendingAnswer, pendingAnswers } from '../../governance/answers.js';
import { viewAfter } from '../../workspace/draft-view.js';
import { outdatedLimits } from '../../governance/outdated-limits.js';
import { mendedIncidents } from '../../governance/mended-incidents.js';
import { answerToAdopt } from '../../project/question-state.js';
import type { Rec } from '../../markdown/types.js';
import { fieldText } from '../../project/field-text.js';
import { RAISE, raiseText } from '../../governance/raised-limits.js';
import type { AuditEntry, Snapshot } from '../../workspace/types.js';
import {
  type Act,
  bundlesAct,
  type BundleAct,
  type Deed,
  deedOf,
  partsOf,
  stepRow,
} from '../act.js';
import { applyProposal } from '../apply-proposal.js';
import {
  expiredApprovals,
  planApproval,
  planExpiry,
  type Taker,
} from '../approvals/take-approval.js';
import type { Entered, PassEnvironment } from '../types.js';
import { acceptDraft } from './accept-draft.js';

const MOST_ANSWERS = 100;

export type Answered = {
  readonly acts: readonly Act[];
  readonly notes: readonly string[];
  /** The workspace with the acts done. */
  readonly view: Snapshot;
};

/** The next answer is read from the workspace that the one before it leaves. */
export function takeAnswers(
  env: PassEnvironment,
  pass: Pick<Entered, 'request' | 'runId'>,
  snapshot: Snapshot,
): Answered {
  const { state, home } = env.workspace;
  const taker: Taker = { state, home, runId: pass.runId, step: 'T1' };
  const acts: Act[] = [];
  const notes: string[] = [];
  let view = snapshot;
  const take = (act: Act): void => {
    view = viewAfter(view, partsOf(pass, [act]));
    acts.push(act);
  };
  for (const question of view.records('NOTIFICATION')) {
    const answer = answerToAdopt(view, question);
    if (answer !== undefined) take((now) => deedOf(now, adoptAct(question, answer)));
  }
  for (let taken = 0; taken < MOST_ANSWERS; taken++) {
    const [answer] = pendingAnswers(view);
    if (answer === undefined) break;
    const { act, what } = carryOut(view, taker, answer);
    take(act);
    env.say(`     ${answer.id}: ${what}`);
    notes.push(`${answer.id}: ${what}`);
  }
  for (const { bundle, args } of [...mendedIncidents(view), ...outdatedLimits(view)]) {
    const target = String(args['id']);
    take((now) => deedOf(now, bundlesAct('T1', [{ name: bundle, args, target }])));
    notes.push(`${target}: ${String(args['reason'])}`);
  }
  const expired = expiredApprovals(view);
  if (expired.length > 0) {
    take((now) => planExpiry(now, taker));
    notes.push(`${expired.map((approval) => approval.id).join(', ')}: the time is over`);
  }
  return { acts, notes, view };
}

/** What the owner wrote next to the field, or into the briefing, which the next one replaces. */
function adoptAct(question: Rec, answer: string): Act {
  const status = fieldText(question, 'status');
  const isDecided = status === 'approved' || status === 'declined';
  const args = { id: question.key, answer, status: isDecided ? status : 'open' };
  const detail = `the owner's answer: ${answer}`.slice(0, 300);
  return bundlesAct('T1', [{ name: 'notification_answer', args, target: question.key, detail }]);
}

function carryOut(
  snapshot: Snapshot,
  taker: Taker,
  answer: PendingAnswer,
): { readonly act: Act; readonly what: string } {
  const [approval] = answer.effects.filter((effect) => effect.kind === 'approval');
  if (approval !== undefined) {
    const { id, isApproved } = approval;
    const details = { id, isApproved, question: answer.id };
    const { what } = planApproval(snapshot, taker, details);
    return { act: (view) => planApproval(view, taker, details).deed, what };
  }
  if (stillFits(snapshot, taker, answer))
    return { act: (view) => effectsOf(view, taker, answer), what: answer.what };
  const what = 'the proposal no longer fits the workspace, and nothing is done';
  return { act: (view) => effectsOf(view, taker, { ...answer, what, effects: [] }), what };
}

/** Between a proposal and the yes to it, the owner may have done something else. */
function stillFits(snapshot: Snapshot, taker: Taker, answer: PendingAnswer): boolean {
  if (!answer.effects.some(({ kind }) => kind === 'apply-proposal')) return true;
  try {
    effectsOf(snapshot, taker, answer);
    return true;
  } catch (error) {
    if (error instanceof NocturneError && LATE.has(error.code)) return false;
    throw error;
  }
}

const LATE: ReadonlySet<string> = new Set(['REFUSED', 'NOT_FOUND']);

function effectsOf(view: Snapshot, { state }: Taker, answer: PendingAnswer): Deed {
  const calls = answer.calls.map(
    (call): BundleAct => ({
      name: call.bundle,
      args: call.args,
      detail: answer.what,
      ...defined({ target: call.bundle === 'notification_close' ? answer.id : undefined }),
    }),
  );
  const extra = answer.effects.map((effect) => effectOf(view, state, { effect, by: answer.id }));
  const act = bundlesAct(
    'T1',
    [...extra.flatMap((part) => part.bundles), ...calls],
    extra.flatMap((part) => part.changes),
  );
  const rows = answer.effects.flatMap((effect) => raiseRows(effect, answer.id));
  return deedOf(view, { ...act, audit: [...act.audit, ...rows] });
}

function effectOf(
  view: Snapshot,
  state: string,
  { effect, by }: { readonly effect: AnswerEffect; readonly by: string },
): ReturnType<typeof acceptDraft> {
  switch (effect.kind) {
    case 'accept-draft':
      return acceptDraft(view, { slug: effect.slug, authorisation: by });
    case 'apply-proposal':
      return { changes: [], bundles: applyProposal(state, effect.id) };
    case 'approval':
    case 'raise-limit':
      return { changes: [], bundles: [] };
  }
}

/** In the commit that closes the question. */
function raiseRows(effect: AnswerEffect, by: string): readonly AuditEntry[] {
  if (effect.kind !== 'raise-limit') return [];
  const { target, raise } = effect;
  return [stepRow('T1', { type: RAISE, target, authorisation: by, detail: raiseText(raise) })];
}
