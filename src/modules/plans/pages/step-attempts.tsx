/** The measured attempts of a step: score over attempt with its noise, and what was kept. */
import { Badge, Empty, Section, type Tone } from '../../../report/html/html.js';
import { Plot, PlotScript } from '../../../report/html/plot.js';
import type { AttemptFacts } from '../loop/attempts-report.js';
import { numberText } from '../loop/number-text.js';

export type AttemptsJson = {
  readonly metric: { readonly command: readonly string[]; readonly direction: string };
  readonly start: readonly number[];
  readonly attempts: readonly AttemptFacts[];
  readonly stopped: { readonly why: string } | null;
};

const TONES: Readonly<Partial<Record<AttemptFacts['verdict'], Tone>>> = {
  kept: 'good',
  void: 'wrong',
};

export function StepAttempts({ json }: { readonly json: AttemptsJson }) {
  const { metric, start, attempts, stopped } = json;
  const before = start.length === 0 ? undefined : mean(start);
  return (
    <Section title="Attempts" note={`${metric.command.join(' ')}, ${metric.direction} is better`}>
      <PlotScript />
      {attempts.length === 0 ? <Empty>Nothing has been tried yet.</Empty> : null}
      {attempts.length === 0 ? null : (
        <Plot
          caption={`Score of each attempt, with the standard deviation of its measurements${before === undefined ? '' : `; dashed: ${numberText(before)} before the first`}`}
          data={{
            axis: 'count',
            x: attempts.map(({ attempt }) => attempt),
            y: attempts.map(({ score }) => score),
            noise: attempts.map(({ noise }) => noise),
            label: 'score',
            ...(before === undefined ? {} : { against: { label: 'before', value: before } }),
          }}
          columns={COLUMNS}
          rows={attempts.map(rowOf)}
        />
      )}
      {stopped === null ? null : <p>{stopped.why}</p>}
    </Section>
  );
}

const COLUMNS = [
  { label: 'Attempt', kind: 'number' },
  { label: 'Score', kind: 'number' },
  { label: 'Noise', kind: 'number' },
  { label: 'Against', kind: 'number' },
  { label: 'Gain', kind: 'number' },
  { label: 'Verdict' },
  { label: 'Minutes', kind: 'number' },
  { label: 'Cost', kind: 'number' },
  { label: 'Tried, and why' },
] as const;

function rowOf(facts: AttemptFacts) {
  const { attempt, score, noise, against, gain, verdict, minutes, cost, tried, why } = facts;
  return [
    String(attempt),
    measured(score),
    measured(noise),
    measured(against),
    measured(gain),
    <Badge tone={TONES[verdict]}>{verdict}</Badge>,
    minutes.toFixed(1),
    cost === null ? 'unknown' : cost.toFixed(2),
    `${tried === '' ? '' : `${tried}. `}${why}`,
  ];
}

function measured(value: number | null): string {
  return value === null ? '–' : numberText(value);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
