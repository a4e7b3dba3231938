/** What a draft would run, touch, cost and ask: `plan run --dry-run`. */
import type { CommandResult } from '../../../passes/added-command.js';
import { Empty, Section, Table } from '../../../report/html/html.js';

type Most = {
  readonly minutes: number | null;
  readonly tokens: number | null;
  readonly cost: number | null;
};
type Planned = {
  readonly steps: readonly {
    readonly step: string;
    readonly wave: number;
    readonly runs: string;
    readonly touches: readonly string[];
    readonly most: Most;
    readonly asks: readonly string[];
  }[];
};

const MOST_STEPS = 200;

export function WouldDo({ json }: { readonly json: CommandResult['json'] }) {
  const { steps } = json as unknown as Planned;
  return (
    <Section title="What it would do" note="once you approve it; nothing has run">
      {steps.length === 0 ? <Empty>No step is open.</Empty> : null}
      {steps.length === 0 ? null : (
        <Table
          caption="What the plan would do"
          columns={[
            { label: 'Wave', kind: 'number' },
            { label: 'Step' },
            { label: 'Runs' },
            { label: 'Touches' },
            { label: 'At most', kind: 'number' },
            { label: 'Asks you' },
          ]}
          rows={steps
            .slice(0, MOST_STEPS)
            .map(({ step, wave, runs, touches, most, asks }) => [
              String(wave + 1),
              step,
              runs,
              touches.join(' '),
              mostText(most),
              asks.join('; '),
            ])}
        />
      )}
    </Section>
  );
}

function mostText({ minutes, tokens, cost }: Most): string {
  return [
    minutes === null ? '' : `${minutes} min`,
    tokens === null ? '' : `${tokens.toLocaleString('en')} tokens`,
    cost === null ? '' : cost.toFixed(2),
  ]
    .filter((part) => part !== '')
    .join(', ');
}
