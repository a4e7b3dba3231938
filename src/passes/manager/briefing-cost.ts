/** The morning page: what the night used, and whether its budget ended it. */
import { NIGHT_UNITS } from '../../agents/night-budget.js';
import { plural } from '../../kernel/words.js';
import { ownCurrency } from '../../project/currency.js';
import { fieldText, fieldTime } from '../../project/field-text.js';
import { NOT_ENFORCED, SPENDING } from '../spending-row.js';
import type { Rec } from '../../markdown/types.js';
import { begunPasses } from '../begun-passes.js';
import { leftOfNight } from '../night-use.js';
import type { Night } from './night.js';
import { shortened } from '../../project/page-text.js';

const MINUTE_MS = 60_000;

/** `null`: no pass reported it, so it is unknown, and not 0. */
export type NightCost = {
  readonly tokensIn: number | null;
  readonly tokensOut: number | null;
  readonly cost: number | null;
  readonly currency: string | null;
  readonly minutes: number;
  /** Passes whose agent worked and reported no tokens. */
  readonly silent: number;
};

export function nightCost({ snapshot, runs }: Night): NightCost {
  const sum = (field: string): number | null => {
    const known = runs.filter((run) => fieldText(run, field) !== '');
    return known.length === 0
      ? null
      : known.reduce((total, run) => total + Number(fieldText(run, field)), 0);
  };
  const silent = runs.filter(
    (run) => fieldText(run, 'runner') !== '' && fieldText(run, 'tokens_in') === '',
  ).length;
  return {
    tokensIn: sum('tokens_in'),
    tokensOut: sum('tokens_out'),
    cost: sum('cost'),
    currency: ownCurrency(snapshot) ?? null,
    minutes: minutes(runs),
    silent,
  };
}

export function costLine(night: Night): string {
  const { snapshot, runs } = night;
  const { tokensIn, tokensOut, cost, silent, minutes: took } = nightCost(night);
  const currency = ownCurrency(snapshot);
  const tokens =
    tokensIn === null ? 'tokens unknown' : `${tokensIn} tokens read, ${tokensOut ?? 0} written`;
  const amount = cost === null ? 'cost unknown' : `cost ${inCurrency(cost, currency)}`;
  const unknown = silent === 0 ? '' : ` (${plural(silent, 'pass', 'passes')} reported no tokens)`;
  const isSpent = ['runner', 'tokens_in'].some((field) =>
    runs.some((run) => fieldText(run, field) !== ''),
  );
  const spent = isSpent ? `${tokens}, ${amount}` : 'no agent worked';
  const text = `${spent}, ${took.toFixed(1)} minutes${unknown}${notEnforced(night)}.`;
  return [text, ...budget(snapshot, currency), ...ended(night), ...downgraded(night)].join(' ');
}

function notEnforced({ ofType }: Night): string {
  const free = ofType(SPENDING).filter((row) => fieldText(row, 'result') === NOT_ENFORCED);
  if (free.length === 0) return '';
  return `; limits were not enforced for ${plural(free.length, 'pass', 'passes')}`;
}

function minutes(runs: readonly Rec[]): number {
  return runs.reduce(
    (total, run) =>
      total + ((fieldTime(run, 'ended') ?? 0) - (fieldTime(run, 'started') ?? 0)) / MINUTE_MS,
    0,
  );
}

function inCurrency(cost: number, currency: string | undefined): string {
  return `${cost.toFixed(2)}${currency === undefined ? '' : ` ${currency}`}`;
}

function budget(snapshot: Night['snapshot'], currency: string | undefined): readonly string[] {
  const left = leftOfNight(snapshot, begunPasses(snapshot), undefined);
  const parts = NIGHT_UNITS.flatMap((unit) => {
    const rest = left[unit];
    if (rest === undefined) return [];
    const whose = rest.of === undefined ? '' : ` of ${rest.of}`;
    const amounts =
      unit === 'cost'
        ? `${rest.left.toFixed(2)} of ${inCurrency(rest.limit, currency)}`
        : `${Math.round(rest.left)} of ${rest.limit} ${unit}`;
    return [`${amounts}${whose}`];
  });
  return parts.length === 0 ? [] : [`Left of the night's budget: ${parts.join(', ')}.`];
}

function ended(night: Night): readonly string[] {
  const last = night.ofType('night-budget').at(-1);
  if (last === undefined) return [];
  const silent =
    nightCost(night).silent === 0 ? '' : ' A pass that reports nothing counts with its limits.';
  return [`**The night ended by its budget.** ${shortened(fieldText(last, 'detail'))}${silent}`];
}

/** The tier that a project asked for was not there for it. */
function downgraded({ ofType }: Night): readonly string[] {
  const found = ofType('downgrade');
  const last = found.at(-1);
  if (last === undefined) return [];
  const count = plural(found.length, 'pass', 'passes');
  return [`${count} got a cheaper tier: ${shortened(fieldText(last, 'detail'))}.`];
}
