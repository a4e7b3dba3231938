/** What the walk through a command finds: effects of its programs, and reasons to refuse. */
import { posix } from 'node:path';
import { defined } from '../../kernel/defined.js';
import type { Reading, Effect } from './program.js';
import type { ToolRule } from './tool-rules.js';
import type { Reason, ReasonCode } from '../types.js';

export type Findings = {
  /** In the order in which they happen, repeated ones included. */
  readonly effects: PlacedEffect[];
  readonly reasons: Map<string, Reason>;
  readonly foreign: Set<string>;
  readonly repositories: Repository[];
};

/** git starts in this folder, after so many of the effects. */
type Repository = { readonly folder: string; readonly after: number };

const STREAMS = new Set(['/dev/null', '/dev/stdout', '/dev/stderr', '/dev/stdin', '/dev/tty']);

export function isStream(path: string): boolean {
  return STREAMS.has(path);
}

export function noFindings(): Findings {
  return { effects: [], reasons: new Map(), foreign: new Set(), repositories: [] };
}

export function judgementOf(found: Findings): CommandJudgement {
  return {
    effects: found.effects,
    reasons: [...found.reasons.values()],
    foreign: [...found.foreign],
    repositories: found.repositories,
  };
}

export function refuse(found: Findings, code: ReasonCode, message: string): void {
  found.reasons.set(`${code} ${message}`, { code, message });
}

export function addReading(found: Findings, read: Reading, folder: string): void {
  for (const reason of read.reasons) refuse(found, reason.code, reason.message);
  const earlier = found.effects.slice();
  for (const effect of read.effects) {
    if (isStream(effect.path)) continue;
    const from = effect.path.startsWith('/') ? '' : folder;
    const unsettled = found.foreign.size > 0 || undefined;
    const placed = { ...effect, from, ...defined({ unsettled }) };
    found.effects.push(withKnownSource(found, placed, earlier));
  }
}

/** Nobody has seen the content of a source that the same command changed before. */
function withKnownSource(
  found: Findings,
  effect: PlacedEffect,
  earlier: readonly PlacedEffect[],
): PlacedEffect {
  const { copyOf, ...rest } = effect;
  if (copyOf === undefined) return effect;
  const concerning = earlier.filter((other) => concernsSource(other, copyOf, effect));
  if (concerning.length === 0) return effect;
  const source = posix.join(effect.from, copyOf);
  const isFile = effect.unsettled !== true && concerning.every((other) => isFileAt(other, source));
  if (effect.tree === true && !isFile)
    refuse(
      found,
      'command-unparsable',
      `the command is not run: ${copyOf} may hold other files once the commands before it have run; copy it in a command of its own`,
    );
  return rest;
}

/** What it wrote can only be a file, and a file has nothing below it. */
function isFileAt({ op, from, path, into, tree }: PlacedEffect, place: string): boolean {
  const isWritten = op === 'write' || op === 'append' || op === 'edit';
  return isWritten && into === undefined && tree !== true && posix.join(from, path) === place;
}

function concernsSource(
  other: PlacedEffect,
  copyOf: string,
  { from, path }: PlacedEffect,
): boolean {
  if ([copyOf, path, other.path].some((name) => name.startsWith('/'))) return true;
  const source = `${posix.join(from, copyOf)}/`.replace(/\/+$/, '/');
  const place = `${posix.join(other.from, other.path)}/`.replace(/\/+$/, '/');
  return source.startsWith(place) || place.startsWith(source);
}

export type CommandWorld = {
  readonly rules: readonly ToolRule[];
  readonly tools: readonly string[] | undefined;
  /** The start folder, relative to the workspace. */
  readonly cwd: string;
  /** Why a path must not be read, or what is below it. */
  reading(from: string, path: string, below: boolean): readonly Reason[];
};

/**
 * `from`: the folder, relative to the workspace, in which the program runs. `unsettled`: a program
 * before it ran code of its own, so nobody knows what it finds.
 */
export type PlacedEffect = Effect & { readonly from: string; readonly unsettled?: true };

/** `foreign`: programs that run code of their own, so their words do not show their effects. */
export type CommandJudgement = {
  readonly effects: readonly PlacedEffect[];
  readonly reasons: readonly Reason[];
  readonly foreign: readonly string[];
  readonly repositories: readonly Repository[];
};
