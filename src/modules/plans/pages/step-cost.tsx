/** What the passes of a step have used, from their rows in the run log. */
import { fieldInt, fieldText, fieldTime } from '../../../project/field-text.js';
import { Empty, Section, Table } from '../../../report/html/html.js';
import type { Snapshot } from '../../../workspace/types.js';

export function StepCost({
  snapshot,
  runs,
}: {
  readonly snapshot: Snapshot;
  readonly runs: readonly string[];
}) {
  const rows = runs.flatMap((run) => snapshot.record('RUN', run) ?? []);
  return (
    <Section title="What it cost">
      {rows.length === 0 ? <Empty>No pass of it is in the run log.</Empty> : null}
      {rows.length === 0 ? null : (
        <Table
          caption="Passes of the step"
          columns={[
            { label: 'Pass', kind: 'code' },
            { label: 'Minutes', kind: 'number' },
            { label: 'Tokens in', kind: 'number' },
            { label: 'Tokens out', kind: 'number' },
            { label: 'Cost', kind: 'number' },
            { label: 'Outcome' },
          ]}
          rows={rows.map((row) => [
            <a href={`/runs/${encodeURIComponent(row.key)}`}>{row.key}</a>,
            minutesText(fieldTime(row, 'started'), fieldTime(row, 'ended')),
            fieldInt(row, 'tokens_in')?.toLocaleString('en') ?? 'unknown',
            fieldInt(row, 'tokens_out')?.toLocaleString('en') ?? 'unknown',
            fieldText(row, 'cost') || 'unknown',
            fieldText(row, 'outcome'),
          ])}
        />
      )}
    </Section>
  );
}

function minutesText(started: number | undefined, ended: number | undefined): string {
  if (started === undefined || ended === undefined) return '';
  return ((ended - started) / 60_000).toFixed(1);
}
