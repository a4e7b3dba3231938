/** What the walk through a command finds: effects in each folder, and reasons to refuse. */
import type { Reading, Effect } from './program.js';
import type { Word } from './shell-types.js';
import type { Reason, ReasonCode } from '../types.js';
import type { ToolRule } from './tool-rules.js';

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

export function refuseReserved(found: Findings, word: Word): void {
  if (/(?:^|[/=:])\.nocturne(?:\/|$)|owner\.key/.test(word.text))
    refuse(
      found,
      'path-reserved',
      'the command names the state of nocturne, which is not for passes',
    );
}

export function addReading(found: Findings, read: Reading, folders: Folders): void {
  for (const reason of read.reasons) refuse(found, reason.code, reason.message);
  for (const effect of read.effects) {
    if (isStream(effect.path)) continue;
    for (const from of effect.path.startsWith('/') ? [''] : folders) {
      if (from === undefined)
        refuse(
          found,
          'command-unparsable',
          `in which folder ${effect.path} would be written is not certain; name it from the workspace, without cd`,
        );
      else found.effects.set(JSON.stringify([from, effect]), { ...effect, from });
    }
  }
}

export type CommandWorld = {
  readonly rules: readonly ToolRule[];
  readonly tools: readonly string[] | undefined;
  /** The start folder, relative to the workspace. */
  readonly cwd: string;
  /**
   * Where `cd` leads; `exists`: it will succeed; `undefined`: outside the workspace or through a
   * link.
   */
  folder(from: string, target: string): Folder | undefined;
};
export type Folder = { readonly path: string; readonly exists: boolean };

/** `undefined` among them: the folder is not known. */
export type Folders = readonly (string | undefined)[];

export type PlacedEffect = Effect & { readonly from: string };

/** `foreign`: programs that run code of their own, so their words do not show their effects. */
export type CommandJudgement = {
  readonly effects: readonly PlacedEffect[];
  readonly reasons: readonly Reason[];
  readonly foreign: readonly string[];
};
