/** The report on spending as text for a terminal. */
import { plot } from 'asciichart';
import { costText, digitsFor, tokensText } from '../../../project/amount-text.js';
import { dayIn } from '../../../project/owner-zone.js';
import { localTime } from '../../../project/local-time.js';
import { textTable } from '../../../report/text-table.js';
import { plural } from '../../../kernel/words.js';
import { NANOS } from '../ledger/money.js';
import type { Stopped } from '../ledger/stopped.js';
import type { Balance, CallSum } from '../ledger/types.js';
import type { SpendReport } from './spend-report.js';
import type { Grouping } from './spend-sums.js';

const PLOT_HEIGHT = 6;
/** The axis of a plot, left of its line. */
const AXIS = 14;

export function spendText(report: SpendReport, by: Grouping, width: number): string {
  const parts = [
    [heading(report), ...remarks(report)].join('\n'),
    plotText(report, width),
    tableText(report, by, width),
    limitsText(report),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

function heading({ since, until, zone, total, currency, stopped }: SpendReport): string {
  const period = `${dayIn(zone, since)} to ${dayIn(zone, until)} (${zone})`;
  const amount = `${moneyText(total.nanos, currency)}, ${tokensText(total.tokens)}`;
  const lines = [`${period}: ${amount} in ${plural(total.calls, 'call')}.`];
  if (stopped !== undefined) lines.unshift(stoppedText(stopped, zone));
  return lines.join('\n');
}

function moneyText(nanos: number, currency?: string): string {
  return costText(nanos / NANOS, currency);
}

export function stoppedText({ until }: Stopped, zone: string): string {
  return `You stopped all spending until ${localTime(until, zone)}; \`nocturne spend resume\` ends that.`;
}

/** What a sum alone does not tell. */
function remarks(report: SpendReport): readonly string[] {
  const { total, notEnforced, currency } = report;
  const running =
    total.running.tokens > 0
      ? [`Running calls have reserved ${moneyText(total.running.nanos, currency)} of it.`]
      : [];
  const outside =
    notEnforced.passes > 0
      ? [
          `Not enforced: ${notEnforced.cost.toFixed(2)} and ${tokensText(notEnforced.tokens)} in addition, as ${plural(notEnforced.passes, 'pass', 'passes')} without the meter reported.`,
        ]
      : [];
  return [...running, ...doubts(report), ...outside];
}

/** Which part of what the meter counted is uncertain, and why. */
export function doubts(report: SpendReport): readonly string[] {
  const { total, overchargedBy, currency, lost } = report;
  const lines: string[] = [];
  if (lost.length > 0)
    lines.push(
      `Incomplete: the ledger no longer has rows that it had when ${plural(lost.length, 'pass', 'passes')} ended, the last of them ${lost[0]}. Somebody removed them, or began a new ledger.`,
    );
  if (total.unconfirmed.tokens > 0)
    lines.push(
      `Unconfirmed: ${amountText(total.unconfirmed, currency)} of it, the most that calls without usage can have cost.`,
    );
  for (const [name, over] of overchargedBy)
    lines.push(
      `Overcharged: ${name} counted ${amountText(over, currency)} more than its calls could need.`,
    );
  if (total.unpriced > 0)
    lines.push(`Cost unknown: ${tokensText(total.unpriced)} of models without a price.`);
  return lines;
}

function amountText(
  spend: Pick<CallSum, 'tokens' | 'nanos'>,
  currency: string | undefined,
): string {
  return spend.nanos === 0 ? tokensText(spend.tokens) : moneyText(spend.nanos, currency);
}

/** By day: money, or tokens if nothing has a price. */
function plotText({ by, since, until, zone, total, currency }: SpendReport, width: number): string {
  const days = daysBetween(dayIn(zone, since), dayIn(zone, until)).slice(-(width - AXIS));
  if (days.length < 2 || total.calls === 0) return '';
  const isMoney = total.nanos > 0;
  const series = days.map((day) => {
    const sum = by.day.get(day);
    return isMoney ? (sum?.nanos ?? 0) / NANOS : (sum?.tokens ?? 0);
  });
  const digits = isMoney ? digitsFor(Math.max(...series)) : 0;
  const format = (value: number): string =>
    Math.abs(value)
      .toFixed(digits)
      .padStart(AXIS - 4);
  const title = `${isMoney ? (currency ?? 'cost') : 'tokens'} by day, ${days[0]} to ${days.at(-1)}`;
  return `${title}\n${plot(series, { height: PLOT_HEIGHT, format })}`;
}

function daysBetween(first: string, last: string): readonly string[] {
  const days: string[] = [];
  for (let day = new Date(`${first}T00:00:00Z`); ; day.setUTCDate(day.getUTCDate() + 1)) {
    const name = day.toISOString().slice(0, 10);
    if (name > last) return days;
    days.push(name);
  }
}

function tableText({ by, currency }: SpendReport, grouping: Grouping, width: number): string {
  const sums = [...by[grouping]].sort(([a, x], [b, y]) =>
    grouping === 'day' ? a.localeCompare(b) : y.nanos - x.nanos || y.tokens - x.tokens,
  );
  if (sums.length === 0) return '';
  const rows = sums.map(([name, sum]) => [
    name,
    String(sum.calls),
    sum.tokens.toLocaleString('en-US'),
    moneyText(sum.nanos),
    moneyText(sum.unconfirmed.nanos),
    moneyText(sum.overcharged.nanos),
  ]);
  const cost = currency ?? 'cost';
  return textTable({
    head: [grouping, 'calls', 'tokens', cost, 'unconfirmed', 'overcharged'],
    rows,
    width,
  });
}

function limitsText({ balances, currency, problems }: SpendReport): string {
  if (balances.length + problems.length === 0) return '';
  const lines = [...balances.map((balance) => balanceText(balance, currency)), ...problems];
  return ['Limits now', ...lines.map((line) => `  ${line}`)].join('\n');
}

/** `month: 12.34 of 20.00 EUR`. */
function balanceText(balance: Balance, currency: string | undefined): string {
  const { scope, project, unit, used, limit } = balance;
  const whose =
    project === undefined || scope === 'project' ? (project ?? scope) : `${scope} of ${project}`;
  const amounts =
    unit === 'nanos'
      ? `${moneyText(used)} of ${moneyText(limit, currency)}`
      : `${used.toLocaleString('en-US')} of ${tokensText(limit)}`;
  return `${whose}: ${amounts}`;
}
