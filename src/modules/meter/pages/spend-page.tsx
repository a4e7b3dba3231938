/** Spend: tokens, money and minutes by day, project and model, against the owner's limits. */
import type { PageContext, PageView } from '../../../passes/dashboard-page.js';
import { costText, tokensText } from '../../../project/amount-text.js';
import { localTime } from '../../../project/local-time.js';
import { dayIn } from '../../../project/owner-zone.js';
import { ActionForm, Badge, Bar, Empty, Section, Table } from '../../../report/html/html.js';
import { Doubts } from './spend-doubts.js';
import { DaysPlot, SumsTable } from './spend-sums.js';
import { type LimitJson, rowsOf, type SpendJson } from './spend-json.js';

const PERIODS = [7, 30, 90] as const;
const DAY_MS = 24 * 3600_000;
const MOST_LIMITS = 200;

export async function spendPage({ snapshot, query, zone, call }: PageContext): Promise<PageView> {
  const { since } = query;
  const { json } = await call('spend', { options: since === undefined ? {} : { since } });
  const spend = json as SpendJson;
  const currency = spend.currency ?? 'cost';
  return {
    title: 'Spend',
    body: (
      <>
        <Stopped spend={spend} zone={zone} />
        <Periods since={since} now={snapshot.now} zone={zone} />
        <Total spend={spend} zone={zone} />
        <Doubts spend={spend} />
        <Limits spend={spend} />
        <DaysPlot rows={rowsOf(spend.day, spend.worked.day)} spend={spend} zone={zone} />
        <SumsTable
          by="project"
          rows={rowsOf(spend.project, spend.worked.project)}
          currency={currency}
        />
        <SumsTable by="model" rows={rowsOf(spend.model, spend.worked.model)} currency={currency} />
      </>
    ),
  };
}

function Stopped({ spend, zone }: { readonly spend: SpendJson; readonly zone: string }) {
  const { stopped } = spend;
  if (stopped === null)
    return (
      <ActionForm action="spend-stop" fields={{ back: '/spend' }} label="Stop all spending">
        <button type="submit">Stop all spending</button>
      </ActionForm>
    );
  return (
    <article class="card stopped">
      <p>
        <Badge tone="attention">Stopped</Badge>
        {` No call to a model leaves until ${localTime(stopped.until, zone)}.`}
      </p>
      <ActionForm action="spend-resume" fields={{ back: '/spend' }} label="Allow calls again">
        <button type="submit">Allow calls again</button>
      </ActionForm>
    </article>
  );
}

function Periods({
  since,
  now,
  zone,
}: {
  readonly since: string | undefined;
  readonly now: Date;
  readonly zone: string;
}) {
  const periods = PERIODS.map((days) => ({
    label: `${days} days`,
    day: dayIn(zone, new Date(now.getTime() - (days - 1) * DAY_MS)),
  }));
  return (
    <p class="switch">
      <a href="/spend" aria-current={since === undefined ? 'true' : undefined}>
        This month
      </a>
      {periods.map(({ label, day }) => (
        <a href={`/spend?since=${day}`} aria-current={since === day ? 'true' : undefined}>
          {label}
        </a>
      ))}
    </p>
  );
}

function Total({ spend, zone }: { readonly spend: SpendJson; readonly zone: string }) {
  const { total, currency, since, until, worked } = spend;
  const minutes = worked.project.reduce((sum, work) => sum + work.minutes, 0);
  const passes = worked.project.reduce((sum, work) => sum + work.passes, 0);
  // What nobody reported is unknown, and not 0.
  const isUnknown = passes > 0 && total.calls === 0 && total.tokens === 0;
  const facts = [
    [currency ?? 'cost', isUnknown ? 'unknown' : costText(total.cost)],
    ['tokens', isUnknown ? 'unknown' : total.tokens.toLocaleString('en-US')],
    ['minutes of passes', minutes.toFixed(minutes < 10 ? 1 : 0)],
    ['passes', passes.toLocaleString('en-US')],
    ['calls', total.calls.toLocaleString('en-US')],
  ] as const;
  return (
    <>
      <dl class="totals">
        {facts.map(([name, amount]) => (
          <div>
            <dt class="note">{name}</dt>
            <dd>{amount}</dd>
          </div>
        ))}
      </dl>
      <p class="note">{`${dayIn(zone, new Date(since))} to ${dayIn(zone, new Date(until))} (${zone})`}</p>
    </>
  );
}

function Limits({ spend: { limits, currency } }: { readonly spend: SpendJson }) {
  return (
    <Section title="Limits" id="limits" note="as they are now">
      {limits.length === 0 ? (
        <Empty>
          There is no limit. You set them in <code>orchestration-os/SPENDING.md</code>, and sign the
          page.
        </Empty>
      ) : (
        <Table
          caption="Limits"
          columns={[
            { label: 'limit' },
            { label: 'used', kind: 'number' },
            { label: 'of', kind: 'number' },
            { label: 'share' },
          ]}
          rows={limits.slice(0, MOST_LIMITS).map((limit) => limitRow(limit, currency))}
        />
      )}
    </Section>
  );
}

function limitRow({ scope, project, unit, limit, used }: LimitJson, currency: string | null) {
  const whose =
    project === undefined || scope === 'project' ? (project ?? scope) : `${scope} of ${project}`;
  const text = (value: number): string =>
    unit === 'cost' ? costText(value, currency ?? '') : tokensText(value);
  return [
    used >= limit ? <Badge tone="wrong">{`${whose}: used up`}</Badge> : whose,
    text(used),
    text(limit),
    <Bar done={used} of={limit} label={`${whose}: ${text(used)} of ${text(limit)}`} />,
  ];
}
