/** What a pass is called and coloured in lists of passes. */
import { spokenDuration } from '../../../../agents/spoken-duration.js';
import type { NightPass, NotBegun } from '../../../../passes/night-passes.js';
import type { Tone } from '../../../../report/html/html.js';
import { instant } from '../../../../project/field-text.js';
import { shownIn } from '../../../../project/zone.js';

const TONES: Readonly<Record<string, Tone>> = {
  STRONG: 'good',
  ADEQUATE: 'good',
  WEAK: 'attention',
  PARKED: 'attention',
  FAIL: 'wrong',
};

export function toneOf({ state, grade }: Pick<NightPass, 'state' | 'grade'>): Tone | undefined {
  if (state === 'dead' || state === 'expired') return 'wrong';
  return TONES[grade];
}

/** One word on how it ended, or that it has not. */
export function stateWord({ state, grade }: Pick<NightPass, 'state' | 'grade'>): string {
  if (state === 'live') return 'running';
  if (state !== 'ended') return 'lost';
  return grade === '' ? 'no grade' : grade.toLowerCase();
}

export const NOT_BEGUN: Readonly<
  Record<NotBegun['kind'], { readonly word: string; readonly tone?: Tone }>
> = {
  refused: { word: 'refused by the gate', tone: 'wrong' },
  over: { word: 'incident over', tone: 'good' },
  missed: { word: 'missed', tone: 'attention' },
  skipped: { word: 'skipped' },
  deferred: { word: 'deferred' },
};

/** `03:12:07` on the clocks of the zone; the stored text if it cannot be read as a time. */
export function clockTime(stored: string, zone: string): string {
  const time = instant(stored);
  return time === undefined ? stored : shownIn(zone, time).slice(11);
}

/** How long from one stored time to another; empty if one of them cannot be read. */
export function lasted(from: string, to: string | number): string {
  const [start, end] = [instant(from), typeof to === 'number' ? to : instant(to)];
  if (start === undefined || end === undefined) return '';
  return end - start < 1000 ? 'under 1 s' : spokenDuration(end - start);
}

/** `12,345`, or that nobody knows. */
export function tokensText({ tokensIn, tokensOut }: Pick<NightPass, 'tokensIn' | 'tokensOut'>) {
  if (tokensIn === null && tokensOut === null) return 'unknown';
  return ((tokensIn ?? 0) + (tokensOut ?? 0)).toLocaleString('en');
}
