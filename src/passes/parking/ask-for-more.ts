/**
 * T6 of a pass that is parked: the one question whether more may be spent, about the project, or
 * once for the whole night or month.
 */
import type { ReachedLimit } from '../../agents/reached-limit.js';
import { amountText, limitAsked, limitTopic } from '../../project/limit-question.js';
import { ownerNumber } from '../../project/owner-number.js';
import { ASKS_DECISION, isOpenQuestion } from '../../project/question-state.js';
import type { Snapshot } from '../../workspace/types.js';
import { type Act, bundleAct, noteAct } from '../act.js';
import { declaredArguments } from '../declared-arguments.js';
import { escalation } from '../escalation.js';
import type { StepId } from '../types.js';

/** What a yes allows, in percent of the limit. */
const DEFAULT_PERCENT = 50;
/** A pass that goes on reads its whole conversation again. */
const REQUESTS = 2;

/** @param otherwise the limit of the pass, where whoever enforced it told none. */
export function askForMore(
  snapshot: Snapshot,
  { slug, limit }: { readonly slug: string; readonly limit: ReachedLimit },
): readonly Act[] {
  const { scope } = limit;
  if (scope === 'stopped') return [];
  if (scope === 'night' || scope === 'month') return askOnce(snapshot, { ...limit, scope }, 'T6');
  const { question, topic } = questionOf(snapshot, slug, limit);
  const asks = { slug, reason: 'parked at its limit', priority: 'high', question, topic };
  return [bundleAct('T6', { ...escalation(snapshot, asks), detail: 'parked at its limit' })];
}

function questionOf(
  snapshot: Snapshot,
  slug: string,
  limit: ReachedLimit,
): { readonly question: string; readonly topic: string } {
  const no = 'No: the project is paused, and the pass stays parked.';
  if (limit.scope === 'unpriced')
    return {
      question: `${slug} is parked: its model has no price, so nothing can be reserved for it. Give the model a price in orchestration-os/SPENDING.md, sign the page, then answer yes, and it goes on where it stopped. ${no}`,
      topic: ASKS_DECISION,
    };
  const whose = limit.scope === 'project' ? slug : `the last pass of ${slug}`;
  const { amount, unit } = moreOf(snapshot, limit);
  const more = amount === undefined ? '' : `${amountText(amount, unit)} more tonight, and `;
  const or = amount === undefined ? '' : ' Or answer with another amount.';
  return {
    question: `${slug} is parked: ${whose} used ${usedText(limit)}. Yes: ${more}it goes on where it stopped. ${no}${or}`,
    topic: limitTopic({ scope: limit.scope, amount, unit }),
  };
}

type Shared = ReachedLimit & { readonly scope: 'night' | 'month' };

/** No pass begins at all, so one question is enough; it is asked once while it is open. */
export function askOnce(snapshot: Snapshot, limit: Shared, step: StepId): readonly Act[] {
  const { scope } = limit;
  const asked = snapshot
    .records('NOTIFICATION')
    .some((record) => limitAsked(record)?.scope === scope && isOpenQuestion(snapshot, record));
  const { amount, unit } = moreOf(snapshot, limit);
  if (asked || amount === undefined) return [];
  const question = `No pass begins: this ${scope} used ${usedText(limit)}. Yes: ${amountText(amount, unit)} more ${scope === 'night' ? 'tonight' : 'this month'}. No: nothing more ${scope === 'night' ? 'tonight' : 'this month'}. Or answer with another amount.`;
  const topic = limitTopic({ scope, amount, unit });
  const args = declaredArguments(snapshot, 'incident_surface', {
    priority: 'high',
    question,
    topic,
  });
  const row = noteAct(step, { type: 'limit', target: scope, result: 'asked', detail: topic });
  return [row, bundleAct(step, { name: 'incident_surface', args, target: scope, detail: topic })];
}

/** Half of the limit unless the owner has another number, and enough for the next requests. */
function moreOf(
  snapshot: Snapshot,
  { limit, unit = 'cost', needed = 0 }: ReachedLimit,
): { readonly amount: number | undefined; readonly unit: string } {
  if (limit === undefined) return { amount: undefined, unit };
  const part = (limit * ownerNumber(snapshot, 'more_per_yes', DEFAULT_PERCENT)) / 100;
  const step = unit === 'tokens' ? 100 : 0.01;
  const amount = Math.ceil(Math.max(part, needed * REQUESTS) / step) * step;
  return { amount: Number(amount.toFixed(2)), unit };
}

function usedText({ used, limit, unit = 'cost' }: ReachedLimit): string {
  if (limit === undefined) return 'all that it may spend';
  const of = amountText(limit, unit);
  if (used === undefined) return `its limit of ${of}`;
  const [number] = amountText(used, unit).split(' ');
  return `${number} of ${of}`;
}
