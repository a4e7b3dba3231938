/**
 * The one question whether more may be spent: about the project whose pass is parked, or once for
 * the whole night or month.
 */
import type { ReachedLimit } from '../../agents/reached-limit.js';
import { ownCurrency } from '../../project/currency.js';
import { amountText } from '../../project/amount-text.js';
import { limitAsked, limitTopic, type SpendUnit } from '../../project/limit-question.js';
import { ownerNumber } from '../../project/owner-number.js';
import { ASKS_DECISION, isOpenQuestion } from '../../project/question-state.js';
import type { Snapshot } from '../../workspace/types.js';
import { type Act, bundleAct } from '../act.js';
import { declaredArguments } from '../declared-arguments.js';
import { escalation } from '../escalation.js';
import type { StepId } from '../types.js';

/** What a yes allows, in percent of the limit. */
const DEFAULT_PERCENT = 50;
/** Enough for more than the next request, or the smallest pass. */
const REQUESTS = 2;

/** T6 of a pass that is parked. Nobody is asked after the owner has stopped all spending. */
export function askForMore(snapshot: Snapshot, slug: string, limit: ReachedLimit): readonly Act[] {
  const { scope, project } = limit;
  if (scope === 'stopped') return [];
  if (project === undefined && (scope === 'night' || scope === 'month'))
    return askOnce(snapshot, { ...limit, scope }, 'T6');
  const { question, topic } = questionOf(snapshot, slug, limit);
  const detail = 'parked at its limit';
  const asks = { slug, reason: detail, priority: 'high', question, topic };
  return [bundleAct('T6', { ...escalation(snapshot, asks), detail })];
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
  const whose = limit.scope === 'pass' ? 'its last pass' : 'it';
  const more = moreOf(snapshot, limit);
  const currency = ownCurrency(snapshot);
  const yes =
    more.amount === undefined
      ? ''
      : `${amountText(more.amount, more.unit, currency)} more tonight, and `;
  const or = more.amount === undefined ? '' : ' Or answer with another amount.';
  return {
    question: `${slug} is parked: ${whose} used ${usedText(limit, currency)}. Yes: ${yes}it goes on where it stopped. ${no}${or}`,
    topic: limitTopic({ scope: limit.scope, ...more }),
  };
}

/** Of all projects together. */
export type SharedLimit = ReachedLimit & { readonly scope: 'night' | 'month' };

/** No pass begins at all, so one question is enough; it is asked once while it is open. */
export function askOnce(snapshot: Snapshot, limit: SharedLimit, step: StepId): readonly Act[] {
  const { scope } = limit;
  const isAsked = snapshot
    .records('NOTIFICATION')
    .some((record) => limitAsked(record)?.scope === scope && isOpenQuestion(snapshot, record));
  const { amount, unit } = moreOf(snapshot, limit);
  if (isAsked || amount === undefined) return [];
  const currency = ownCurrency(snapshot);
  const when = scope === 'night' ? 'tonight' : 'this month';
  const question = `No pass begins: this ${scope} used ${usedText(limit, currency)}. Yes: ${amountText(amount, unit, currency)} more ${when}. No: nothing more ${when}. Or answer with another amount.`;
  const topic = limitTopic({ scope, amount, unit });
  const name = 'incident_surface';
  const args = declaredArguments(snapshot, name, { priority: 'high', question, topic });
  return [bundleAct(step, { name, args, target: scope, detail: `limit of the ${scope}` })];
}

/** Half of the limit unless the owner has another number, and enough for the next requests. */
function moreOf(
  snapshot: Snapshot,
  { limit, unit = 'cost', needed = 0 }: ReachedLimit,
): { readonly amount?: number; readonly unit: SpendUnit } {
  if (limit === undefined) return { unit };
  const part = (limit * ownerNumber(snapshot, 'more_per_yes', DEFAULT_PERCENT)) / 100;
  const step = unit === 'tokens' ? 100 : 0.01;
  const amount = Math.ceil(Math.max(part, needed * REQUESTS) / step) * step;
  return { amount: Number(amount.toFixed(2)), unit };
}

function usedText(
  { used, limit, unit = 'cost' }: ReachedLimit,
  currency: string | undefined,
): string {
  if (limit === undefined) return 'everything that it may spend';
  const of = amountText(limit, unit, currency);
  if (used === undefined) return `its limit of ${of}`;
  const [number] = amountText(used, unit).split(' ');
  return `${number} of ${of}`;
}
