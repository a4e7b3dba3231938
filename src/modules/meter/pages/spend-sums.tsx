/** The sums of a period: by day as a plot, by project and by model as tables. */
import { plural } from '../../../kernel/words.js';
import { costText } from '../../../project/amount-text.js';
import { dayIn } from '../../../project/owner-zone.js';
import { type Column, Empty, Section, Table } from '../../../report/html/html.js';
import { Plot, PlotScript } from '../../../report/html/plot.js';
import type { Row, SpendJson } from './spend-json.js';

const MOST = 200;

export function DaysPlot({
  rows,
  spend: { since, until, total, currency },
  zone,
}: {
  readonly rows: readonly Row[];
  readonly spend: SpendJson;
  readonly zone: string;
}) {
  const isMoney = total.cost > 0;
  const unit = currency ?? 'cost';
  const days = daysBetween(dayIn(zone, new Date(since)), dayIn(zone, new Date(until))).slice(-MOST);
  const found = new Map(rows.map((row) => [row.name, row]));
  const shown = days.map(
    (day) => found.get(day) ?? { name: day, sum: undefined, worked: undefined },
  );
  return (
    <Section title="By day" id="day">
      <PlotScript />
      {rows.length === 0 ? (
        <Empty>No pass worked in these days.</Empty>
      ) : (
        <Plot
          caption={isMoney ? `${unit} by day` : 'tokens by day'}
          data={{
            axis: 'time',
            x: days.map((day) => Date.parse(`${day}T00:00:00Z`) / 1000),
            y: shown.map(({ sum }) => (isMoney ? sum?.cost : sum?.tokens) ?? 0),
            label: isMoney ? unit : 'tokens',
          }}
          columns={columnsOf('day', unit)}
          rows={shown.toReversed().map(cellsOf)}
        />
      )}
    </Section>
  );
}

export function SumsTable({
  by,
  rows,
  currency,
}: {
  readonly by: 'project' | 'model';
  readonly rows: readonly Row[];
  readonly currency: string;
}) {
  const sorted = rows.toSorted(
    (a, b) =>
      (b.sum?.cost ?? 0) - (a.sum?.cost ?? 0) ||
      (b.sum?.tokens ?? 0) - (a.sum?.tokens ?? 0) ||
      (b.worked?.minutes ?? 0) - (a.worked?.minutes ?? 0),
  );
  const more = sorted.length - MOST;
  return (
    <Section title={`By ${by}`} id={by} note={more > 0 ? `${MOST} of ${sorted.length}` : ''}>
      {rows.length === 0 ? (
        <Empty>No pass worked in these days.</Empty>
      ) : (
        <Table
          caption={`By ${by}, ${plural(rows.length, 'row')}`}
          columns={columnsOf(by, currency)}
          rows={sorted.slice(0, MOST).map(cellsOf)}
        />
      )}
    </Section>
  );
}

function columnsOf(by: string, currency: string): readonly Column[] {
  return [
    { label: by },
    { label: currency, kind: 'number' },
    { label: 'tokens', kind: 'number' },
    { label: 'minutes', kind: 'number' },
    { label: 'passes', kind: 'number' },
    { label: 'calls', kind: 'number' },
    { label: 'unconfirmed', kind: 'number' },
  ];
}

/** What no meter saw has no cost here, which is not the same as none. */
function cellsOf({ name, sum, worked }: Row): readonly string[] {
  return [
    name === '-' ? 'none named' : name,
    sum === undefined ? '' : costText(sum.cost),
    sum === undefined ? '' : sum.tokens.toLocaleString('en-US'),
    worked === undefined ? '' : worked.minutes.toFixed(1),
    worked === undefined ? '' : worked.passes.toLocaleString('en-US'),
    sum === undefined ? '' : sum.calls.toLocaleString('en-US'),
    sum === undefined || sum.unconfirmed.tokens === 0 ? '' : costText(sum.unconfirmed.cost),
  ];
}

function daysBetween(first: string, last: string): readonly string[] {
  const days: string[] = [];
  for (let day = new Date(`${first}T00:00:00Z`); ; day.setUTCDate(day.getUTCDate() + 1)) {
    const name = day.toISOString().slice(0, 10);
    if (name > last) return days;
    days.push(name);
  }
}
