/** What to do about each answer that the owner wrote into NOTIFICATIONS.md. */
import { draftProblems } from './draft.js';
import type { Rec } from '../markdown/types.js';
import type { Snapshot } from '../workspace/types.js';
import { approvalAsked } from './approvals/approval.js';
import type { BundleCall } from './bundle-call.js';
import { fieldText } from '../project/field-text.js';
import { ownCurrency } from '../project/currency.js';
import { amountText } from '../project/amount-text.js';
import { limitAsked } from '../project/limit-question.js';
import {
  amountAnswered,
  asksDecision,
  asksObjective,
  isInstruction,
  questionState,
} from '../project/question-state.js';
import { moveText } from './move-text.js';
import { type Allowed, thisNight } from './raised-limits.js';
import { senderAnswer } from './sender-answer.js';
import { transitionSteps } from './transition.js';
import type { ReadAnswer } from '../project/verdict.js';

/**
 * What needs more than bundles: accept a draft, carry out a proposal, act on an approval, allow
 * more than a limit.
 */
export type AnswerEffect =
  | { readonly kind: 'accept-draft'; readonly slug: string }
  | { readonly kind: 'apply-proposal'; readonly id: string }
  | { readonly kind: 'raise-limit'; readonly target: string; readonly raise: Allowed }
  | { readonly kind: 'approval'; readonly id: string; readonly isApproved: boolean };

export type PendingAnswer = {
  readonly id: string;
  readonly kind: string;
  readonly project: string;
  readonly verdict: ReadAnswer['verdict'];
  readonly answer: string;
  readonly what: string;
  readonly effects: readonly AnswerEffect[];
  /** Run in this order, in one commit. */
  readonly calls: readonly BundleCall[];
};

/** Clearly answered and not yet processed, oldest first. */
export function pendingAnswers(snapshot: Snapshot): readonly PendingAnswer[] {
  const steps = new Map(
    transitionSteps(snapshot).flatMap((step) =>
      step.answeredBy === undefined ? [] : [[step.answeredBy, step] as const],
    ),
  );
  const covered = new Set(
    [...steps.values()].flatMap((step) =>
      step.calls.flatMap((call) =>
        call.bundle === 'notification_close' ? [String(call.args['id'])] : [],
      ),
    ),
  );
  return snapshot.records('NOTIFICATION').flatMap((record): PendingAnswer[] => {
    const state = questionState(snapshot, record);
    if (state.state !== 'answered' || asksForModule(record)) return [];
    const { read, answer } = state;
    const about = {
      id: record.key,
      kind: fieldText(record, 'kind'),
      project: fieldText(record, 'project'),
      verdict: read.verdict,
      answer,
    };
    const step = steps.get(record.key);
    if (step !== undefined)
      return [{ ...about, what: moveText(step), effects: [], calls: step.calls }];
    // One answer decides a transition and closes its older questions with it.
    if (covered.has(record.key)) return [];
    return [{ ...about, ...effectOf(snapshot, record, read) }];
  });
}

/** Modules whose questions have topics such as `plan/site/build` take the answers in themselves. */
export function asksForModule(question: Rec): boolean {
  return fieldText(question, 'topic').includes('/');
}

type Effect = Pick<PendingAnswer, 'what' | 'effects' | 'calls'>;

/** What this answer would do to a question that is not about a transition or of a module. */
export function effectOf(snapshot: Snapshot, record: Rec, read: ReadAnswer): Effect {
  switch (fieldText(record, 'kind')) {
    case 'escalation':
      return withRaise(snapshot, record, read, escalationEffect(snapshot, record, read));
    case 'incident':
      return withRaise(snapshot, record, read, closed(record, seenOrDeclined(record, read)));
    case 'draft':
      return draftEffect(snapshot, record, read);
    case 'approval':
      return approvalEffect(record, read);
    case 'proposal': {
      const sender = senderAnswer(snapshot, record, read);
      if (sender !== undefined) return { ...sender, effects: [] };
      return read.verdict === 'yes'
        ? {
            what: 'the proposal is carried out',
            effects: [{ kind: 'apply-proposal', id: record.key }],
            calls: [close(record, 'approved')],
          }
        : closed(record, 'declined');
    }
    default:
      return closed(record, 'seen by the owner');
  }
}

/**
 * A no pauses the project, unless an instruction follows it. The agent reads other answers in its
 * brief; one to the question what to do is the next objective.
 */
function escalationEffect(snapshot: Snapshot, record: Rec, read: ReadAnswer): Effect {
  const slug = fieldText(record, 'project');
  const row = snapshot.record('DISPATCH', slug);
  const project = snapshot.record('PROJECT', slug);
  if (row === undefined || project === undefined)
    return closed(record, 'the project is no longer there');
  const does = (what: string, reason: string, ...calls: readonly BundleCall[]): Effect => ({
    what: `${slug} ${what}`,
    effects: [],
    calls: [...calls, close(record, reason)],
  });
  const because = `answer to ${record.key}`;
  const pause = { bundle: 'project_pause', args: { slug, reason: `${because}: no` } };
  const authorised = { slug, authorisation: record.key };
  const isNo =
    read.verdict === 'no' && (asksDecision(record) || !isInstruction(snapshot, read.rest));
  const isObjective = asksObjective(record) && read.rest !== '' && !isNo;
  const planned =
    fieldText(project, 'next_pass.objective') || fieldText(project, 'phase.objective');
  const next_objective = isObjective ? read.rest : planned;
  const status = fieldText(row, 'status');
  const declined = 'declined: the project is paused';
  const objective = { bundle: 'objective_set', args: { ...authorised, next_objective } };
  if (status === 'paused') {
    if (isNo || read.verdict === 'text') return closed(record, 'the project stays paused');
    const resume = { bundle: 'project_resume', args: { slug, reason: because } };
    return does('is resumed', 'resumed', resume, ...(isObjective ? [objective] : []));
  }
  if (status === 'blocked') {
    if (isNo) return does('is paused', declined, pause);
    const unblock = { bundle: 'route_unblock', args: { ...authorised, next_objective } };
    return does('is unblocked', 'unblocked', unblock);
  }
  if (status !== 'active' || fieldText(row, 'escalation') === '')
    return closed(record, 'nothing is waiting for this answer');
  const clear = { bundle: 'escalation_clear', args: authorised };
  if (isNo) return does('is paused', declined, clear, pause);
  if (!isObjective) return does('goes on', 'answered', clear);
  return does('has a new objective', 'answered', objective, clear);
}

function seenOrDeclined(record: Rec, { verdict }: ReadAnswer): string {
  if (limitAsked(record) === undefined) return 'seen by the owner';
  return verdict === 'no' ? 'declined: the limit stays' : 'answered';
}

/** A yes to a question about a limit also allows more, for this night. */
function withRaise(snapshot: Snapshot, record: Rec, read: ReadAnswer, effect: Effect): Effect {
  const asked = limitAsked(record);
  const amount = amountAnswered(snapshot, record, read);
  const goesOn = effect.calls.length > 1 || fieldText(record, 'kind') === 'incident';
  if (asked === undefined || amount === undefined || !goesOn) return effect;
  const { scope, unit } = asked;
  const raise = { scope, unit, amount, night: thisNight(snapshot) };
  const target = fieldText(record, 'project') || scope;
  return {
    ...effect,
    what: `${effect.what}: ${amountText(amount, unit, ownCurrency(snapshot))} more tonight`,
    effects: [...effect.effects, { kind: 'raise-limit', target, raise }],
  };
}

function draftEffect(snapshot: Snapshot, record: Rec, read: ReadAnswer): Effect {
  const slug = fieldText(record, 'project');
  if (read.verdict !== 'yes') return closed(record, 'declined');
  const draft = snapshot.record('DRAFT', slug);
  if (draft === undefined) return closed(record, 'the draft no longer exists');
  const problems = draftProblems(draft);
  if (problems.length > 0)
    return closed(record, `the draft is not complete: ${problems.join('; ')}`);
  if (snapshot.record('DISPATCH', slug) !== undefined)
    return closed(record, 'it is already a project');
  return {
    what: `the draft ${slug} becomes a project`,
    effects: [{ kind: 'accept-draft', slug }],
    calls: [close(record, 'accepted')],
  };
}

function approvalEffect(record: Rec, read: ReadAnswer): Effect {
  const id = approvalAsked(record);
  if (id === undefined) return closed(record, 'it names no question of a pass');
  const isApproved = read.verdict === 'yes';
  const outcome = isApproved
    ? 'is done once, if nothing has changed since it was asked'
    : 'is declined';
  const what = `${id} ${outcome}`;
  return { what, effects: [{ kind: 'approval', id, isApproved }], calls: [close(record, what)] };
}

function closed(record: Rec, reason: string): Effect {
  return { what: reason, effects: [], calls: [close(record, reason)] };
}

function close(record: Rec, reason: string): BundleCall {
  return { bundle: 'notification_close', args: { id: record.key, reason } };
}
