/** `spend`: what models have cost, by day, project, model or pass. */
import { notAsSigned } from '../../../integrity/page-as-signed.js';
import { EXIT, NocturneError } from '../../../kernel/error.js';
import { monthIn, ownerZone } from '../../../project/owner-zone.js';
import { instantIn } from '../../../project/zone.js';
import type { Snapshot, Workspace } from '../../../workspace/types.js';
import type { ModuleCommand } from '../../types.js';
import { NANOS } from '../ledger/money.js';
import type { CallSum, Spend } from '../ledger/types.js';
import { spendReport, type SpendReport } from '../report/spend-report.js';
import { GROUPINGS, type Grouping } from '../report/spend-sums.js';
import { spendText } from '../report/spend-text.js';
import { workedTime } from '../report/worked-time.js';

export const spend: ModuleCommand = {
  summary: 'show what models have cost, and how much of each limit is left',
  forAgents: 'never',
  options: [
    {
      flags: '--by <what>',
      description: 'one line for each (default: project)',
      choices: GROUPINGS,
    },
    { flags: '--since <day>', description: 'from this day on (default: the first of the month)' },
  ],
  examples: [
    'nocturne spend',
    'nocturne spend --by day --since 2026-11-01',
    'nocturne spend --json',
  ],
  run(context, { options }) {
    const workspace = context.workspace();
    const snapshot = workspace.snapshot();
    const since = sinceOf(snapshot, options['since']);
    const report = spendReport({ snapshot, state: workspace.state, since });
    const by = GROUPINGS.find((grouping) => grouping === options['by']) ?? 'project';
    const unsigned = unsignedIn(workspace, snapshot);
    const text = [spendText(report, by, context.width)];
    if (unsigned !== undefined)
      text.unshift(`${unsigned}, so the meter does not follow the limits below.\n`);
    return {
      exit: EXIT.ok,
      text: text.join('\n'),
      json: {
        ...documentOf(report),
        worked: workedTime(snapshot, since, report.zone),
        unsigned: unsigned ?? null,
      },
    };
  },
};

/** The report shows the pages as they are; the meter follows those that the owner signed. */
function unsignedIn(workspace: Workspace, snapshot: Snapshot): string | undefined {
  if (snapshot.records('SPEND-LIMIT').length + snapshot.records('PRICE').length === 0) return;
  const pages = ['SPEND-LIMIT', 'OWNER'].flatMap((object) => snapshot.filesOf(object));
  return notAsSigned(workspace, snapshot, pages);
}

function sinceOf(snapshot: Snapshot, given: unknown): Date {
  const zone = ownerZone(snapshot);
  const day = given === undefined ? `${monthIn(zone, snapshot.now)}-01` : String(given);
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(day) && !Number.isNaN(Date.parse(day));
  if (isDay) return instantIn(zone, `${day}T00:00:00`);
  throw new NocturneError('USAGE', `--since cannot be ${day}`, {
    hint: 'give a day such as 2026-11-01',
  });
}

function documentOf(report: SpendReport): Readonly<Record<string, unknown>> {
  const { since, until, zone, currency, total, by, overchargedBy, notEnforced, place, lost } =
    report;
  const groups = (grouping: Grouping): readonly object[] =>
    [...by[grouping]].map(([name, sum]) => ({ name, ...sumOf(sum) }));
  return {
    since: since.toISOString(),
    until: until.toISOString(),
    zone,
    currency: currency ?? null,
    total: sumOf(total),
    ...Object.fromEntries(GROUPINGS.map((grouping) => [grouping, groups(grouping)])),
    overchargedBy: [...overchargedBy].map(([name, over]) => ({ name, ...amountOf(over) })),
    notEnforced,
    limits: report.balances.map(({ unit, limit, used, ...of }) => ({
      ...of,
      unit: unit === 'nanos' ? 'cost' : unit,
      limit: unit === 'nanos' ? limit / NANOS : limit,
      used: unit === 'nanos' ? used / NANOS : used,
    })),
    problems: report.problems,
    stopped: report.stopped ?? null,
    ledger: { rows: place.rows, head: place.head, lost },
  };
}

function sumOf(sum: CallSum): object {
  return {
    calls: sum.calls,
    ...amountOf(sum),
    unpricedTokens: sum.unpriced,
    running: amountOf(sum.running),
    unconfirmed: amountOf(sum.unconfirmed),
    overcharged: amountOf(sum.overcharged),
  };
}

function amountOf({ tokens, nanos }: Spend): { readonly tokens: number; readonly cost: number } {
  return { tokens, cost: nanos / NANOS };
}
