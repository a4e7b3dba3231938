/** What was tried in the last loop of a step, as facts for programs and as text for a terminal. */
import { plot } from 'asciichart';
import { mean, sampleStandardDeviation } from 'simple-statistics';
import { plural } from '../../../kernel/words.js';
import { textTable } from '../../../report/text-table.js';
import { keptAttempt } from './attempt-store.js';
import { comparedSamples, gain } from './decide.js';
import type { LoopPlace } from './loop-record.js';
import { type Attempt, type Loop, openAttempt, type Samples, type Verdict } from './loop-state.js';
import type { LoopSubject } from './loop-subject.js';
import { numberText } from './number-text.js';
import { welch } from './welch.js';

const PLOT_HEIGHT = 6;
const AXIS = 10;

export type AttemptFacts = {
  readonly attempt: number;
  readonly run: string;
  readonly verdict: Verdict;
  readonly why: string;
  readonly tried: string;
  /** Means of the measurements that decided, and how much better it is; `null`: not measured. */
  readonly score: number | null;
  readonly against: number | null;
  /** Standard deviation of its measurements; `null` for fewer than two. */
  readonly noise: number | null;
  readonly gain: number | null;
  /** Welch's t; `null` as well where it is infinite. */
  readonly t: number | null;
  readonly measurements: number;
  readonly minutes: number;
  readonly tokens: number | null;
  readonly cost: number | null;
  readonly bytes: number;
  readonly files: 'kept' | 'removed';
};

export function attemptFacts({ place, step }: LoopSubject, loop: Loop): readonly AttemptFacts[] {
  return loop.attempts.map((attempt) => {
    const { verdict, why, tried, minutes, tokens = null, cost = null, bytes, runId } = attempt;
    const samples = shownSamples(attempt, step.metric);
    const isMeasured = samples.best.length > 0 && samples.attempt.length > 0;
    const sign = step.metric.direction === 'higher' ? 1 : -1;
    const t = samples.best.length > 1 ? sign * welch(samples.best, samples.attempt) : null;
    return {
      attempt: attempt.attempt,
      run: runId,
      verdict,
      why,
      tried,
      score: isMeasured ? mean([...samples.attempt]) : null,
      against: isMeasured ? mean([...samples.best]) : null,
      noise: samples.attempt.length > 1 ? sampleStandardDeviation([...samples.attempt]) : null,
      gain: isMeasured ? gain(samples, step.metric) : null,
      t: t !== null && Number.isFinite(t) ? t : null,
      measurements: count(attempt.look) + count(attempt.test),
      minutes,
      tokens,
      cost,
      bytes,
      files: isOnDisk(place, runId) ? 'kept' : 'removed',
    };
  });
}

function shownSamples(attempt: Attempt, metric: LoopSubject['step']['metric']): Samples {
  const { look, test } = attempt;
  const isTested = test.attempt.length > 1 && test.best.length > 1;
  return isTested ? comparedSamples(attempt, metric) : look;
}

function count({ best, attempt }: Samples): number {
  return best.length + attempt.length;
}

function isOnDisk(place: LoopPlace, runId: string): boolean {
  return keptAttempt(place, runId) !== undefined;
}

export function attemptsText(
  { step }: LoopSubject,
  loop: Loop,
  facts: readonly AttemptFacts[],
  width: number,
): string {
  const { command, direction } = step.metric;
  const begin = loop.start.map(numberText).join(', ') || 'not measured yet';
  const heading = `${command.join(' ')} (${direction} is better). Before the first attempt: ${begin}.`;
  const rows = facts.map((each) => [
    `${each.attempt}`,
    each.score === null ? '-' : numberText(each.score),
    each.against === null ? '-' : numberText(each.against),
    each.gain === null ? '-' : signedText(each.gain),
    each.verdict,
    costText(each),
    `${each.tried === '' ? '' : `${each.tried}. `}${each.why}`,
  ]);
  const head = ['attempt', 'score', 'against', 'gain', 'verdict', 'cost', 'tried, and why'];
  const parts = [
    heading,
    rows.length === 0 ? 'Nothing was tried yet.' : textTable({ head, rows, width }),
    plotText(loop, width),
    endText(loop),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

function signedText(value: number): string {
  return `${value > 0 ? '+' : ''}${numberText(value)}`;
}

function costText({ minutes, tokens, cost }: AttemptFacts): string {
  const spent = [
    ...(cost === null ? [] : [cost.toFixed(2)]),
    ...(tokens === null ? [] : [plural(tokens, 'token')]),
  ];
  return [...spent, `${minutes.toFixed(1)} min`].join(', ');
}

/** The first measurements of each, because those of the test may be of what no agent sees. */
function plotText({ start, attempts }: Loop, width: number): string {
  const scores = attempts.flatMap(({ look }) =>
    look.attempt.length === 0 ? [] : [mean([...look.attempt])],
  );
  if (start.length === 0 || scores.length === 0) return '';
  const points = [mean([...start]), ...scores];
  const wide = Math.max(1, Math.floor((width - AXIS - 2) / points.length));
  const series = points.flatMap((point) => Array.from({ length: Math.min(wide, 6) }, () => point));
  const format = (value: number): string => numberText(value).padStart(AXIS);
  return `score by attempt, those that were measured\n${plot(series, { height: PLOT_HEIGHT, format })}`;
}

function endText(loop: Loop): string {
  if (loop.stopped !== undefined) return loop.stopped.why;
  const open = openAttempt(loop);
  return open === undefined
    ? 'The loop goes on.'
    : `Attempt ${open.attempt} is being measured: ${count(open.look) + count(open.test)} so far.`;
}
