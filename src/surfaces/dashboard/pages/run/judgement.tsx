/** How a pass was judged: its grade with the reasons, and each test before and after it. */
import { progressText } from '../../../../governance/approach.js';
import type { AssertionResult } from '../../../../governance/types.js';
import type { RunRecord } from '../../../../passes/run-record.js';
import { Badge, Empty, Section, Table } from '../../../../report/html/html.js';

const MOST_ROWS = 200;

export function Judgement({ record }: { readonly record: RunRecord }) {
  const { quality, reasons = [], before, after } = record;
  if (quality === undefined || after === undefined)
    return (
      <Section title="Judgement">
        <Empty>The pass has not been judged.</Empty>
      </Section>
    );
  return (
    <Section title="Judgement" note={quality}>
      <ul>
        {reasons.map((reason) => (
          <li>{reason}</li>
        ))}
      </ul>
      <h3>Criteria of this pass</h3>
      <Tests name="criteria" before={before.criteria} after={after.criteria} />
      <h3>
        Stop condition{' '}
        <span class="note">
          {`${progressText(after.stop)}, before the pass ${progressText(before.stop)}`}
        </span>
      </h3>
      <Tests name="stop condition" before={before.stop} after={after.stop} />
    </Section>
  );
}

function Tests({
  name,
  before,
  after,
}: {
  readonly name: string;
  readonly before: readonly AssertionResult[];
  readonly after: readonly AssertionResult[];
}) {
  if (after.length === 0) return <Empty>None are set.</Empty>;
  return (
    <Table
      caption={`Tests of the ${name}, before and after the pass`}
      columns={[{ label: 'Test' }, { label: 'Before' }, { label: 'After' }]}
      rows={after
        .slice(0, MOST_ROWS)
        .map((result) => [
          <code>{result.assertion}</code>,
          <Result result={before.find(({ assertion }) => assertion === result.assertion)} />,
          <Result result={result} />,
        ])}
    />
  );
}

function Result({ result }: { readonly result: AssertionResult | undefined }) {
  if (result === undefined) return <>not tested</>;
  const { holds, found, error, expected } = result;
  return (
    <>
      <Badge tone={holds ? 'good' : 'attention'}>{holds ? 'met' : 'not yet'}</Badge>{' '}
      {holds ? found : `expected ${expected}; found ${error ?? found}`}
    </>
  );
}
