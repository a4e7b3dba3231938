/** What is found while a command is walked through: effects in each folder, and reasons. */
import type { CommandJudgement, PlacedEffect } from './command-types.js';
import type { Reading } from './effects.js';
import type { Word } from './shell-types.js';
import type { Reason, ReasonCode } from '../types.js';

export type Findings = {
  readonly effects: Map<string, PlacedEffect>;
  readonly reasons: Map<string, Reason>;
  readonly foreign: Set<string>;
};

const STREAMS = new Set(['/dev/null', '/dev/stdout', '/dev/stderr', '/dev/stdin', '/dev/tty']);

export function isStream(path: string): boolean {
  return STREAMS.has(path);
}

export function noFindings(): Findings {
  return { effects: new Map(), reasons: new Map(), foreign: new Set() };
}

export function judgementOf(found: Findings): CommandJudgement {
  return {
    effects: [...found.effects.values()],
    reasons: [...found.reasons.values()],
    foreign: [...found.foreign],
  };
}

export function refuse(found: Findings, code: ReasonCode, message: string): void {
  found.reasons.set(`${code} ${message}`, { code, message });
}

/** The state directory and the keys are not read through a command either. */
export function refuseReserved(found: Findings, word: Word): void {
  if (/(?:^|[/=:])\.nocturne(?:\/|$)|owner\.key/.test(word.text))
    refuse(
      found,
      'path-reserved',
      'the command names the state of nocturne, which is not for passes',
    );
}

/** Adds what a program would do in the folder in which it runs. */
export function addReading(found: Findings, read: Reading, folder: string): void {
  for (const reason of read.reasons) refuse(found, reason.code, reason.message);
  for (const effect of read.effects) {
    if (isStream(effect.path)) continue;
    const from = effect.path.startsWith('/') ? '' : folder;
    found.effects.set(JSON.stringify([from, effect]), { ...effect, from });
  }
}
