/** For the brief of an attempt: what is measured, where it begins, and what the others tried. */
import type { Fragment } from '../../../agents/types.js';
import { mean } from 'simple-statistics';
import { dataFragment } from '../../../passes/worker/data-fragment.js';
import { readRecord } from './loop-record.js';
import { type Attempt, bestAttempt, type Loop, readLoop } from './loop-state.js';
import type { LoopSubject } from './loop-subject.js';
import { numberText } from './number-text.js';

export function attemptFragments({ place, step }: LoopSubject): readonly Fragment[] {
  const loop = readLoop(readRecord(place));
  if (loop === undefined) return [];
  const { command, direction, files } = step.metric;
  const best = bestAttempt(loop);
  const score = numberText(bestScore(loop));
  const text = [
    `Your result is measured with \`${command.join(' ')}\`; a ${direction} number is better. Nocturne measures after you have ended, several times.`,
    files.length === 0
      ? 'Do not change how it measures.'
      : `Do not change ${files.join(', ')}: an attempt that does is void.`,
    best === undefined
      ? `You begin with the workspace as it is: ${score}.`
      : `You begin with attempt ${best.attempt}, the best so far: ${score}.`,
    ...(loop.attempts.length === 0 ? [] : ['', 'Earlier attempts:']),
    ...loop.attempts.map(lineOf),
  ].join('\n');
  const title = 'What is measured, and what was tried';
  const source = `attempts/${place.project}/${place.step}`;
  return [dataFragment(title, source, text)];
}

/** Only what an agent may know: the values of `test` may be held out. */
function bestScore(loop: Loop): number {
  const best = bestAttempt(loop);
  return mean([...(best === undefined ? loop.start : best.look.attempt)]);
}

function lineOf({ attempt, tried, verdict, look, why }: Attempt): string {
  const values = look.attempt.length === 0 ? '' : ` ${numberText(mean([...look.attempt]))}.`;
  const result = verdict === 'void' ? `void: ${why}` : VERDICTS[verdict];
  return `- ${attempt}: ${tried === '' ? 'no summary' : tried} —${values} ${result}`;
}

const VERDICTS = {
  open: 'Not decided yet.',
  kept: 'Kept.',
  discarded: 'Not kept: no measurable gain.',
} as const;
