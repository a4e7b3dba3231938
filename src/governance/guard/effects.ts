/** What a command would do to files, as far as its words tell. */
import type { Word } from './shell-types.js';
import type { Reason, ReasonCode } from '../types.js';

/**
 * `path` as the command names it, from the folder `from` (workspace-relative). `into`: when the
 * path is a folder, the file is this name in it.
 * `tree`: everything below as well. `moving`: deleted here because it goes elsewhere. `content`:
 * what the file would hold or have added, when the words tell; `copyOf`: the workspace file it
 * comes from.
 */
export type Effect = {
  readonly op: 'write' | 'append' | 'edit' | 'delete' | 'mkdir' | 'mode';
  readonly path: string;
  readonly into?: string;
  readonly tree?: boolean;
  readonly moving?: boolean;
  readonly content?: string;
  readonly copyOf?: string;
};

/** `run`: other commands that it starts, as words. */
export type Reading = {
  readonly effects: readonly Effect[];
  readonly reasons: readonly Reason[];
  readonly run: readonly (readonly Word[])[];
};

export const NOTHING: Reading = { effects: [], reasons: [], run: [] };

export function reading(part: Partial<Reading>): Reading {
  return { ...NOTHING, ...part };
}

export function refused(code: ReasonCode, message: string): Reading {
  return reading({ reasons: [{ code, message }] });
}

export function together(...parts: readonly Reading[]): Reading {
  return {
    effects: parts.flatMap((part) => part.effects),
    reasons: parts.flatMap((part) => part.reasons),
    run: parts.flatMap((part) => part.run),
  };
}

/** One effect for each word; a word that only the shell could complete refuses the command. */
export function onEach(
  program: string,
  words: readonly Word[],
  effect: (path: string) => Effect,
): Reading {
  return together(
    ...words.map((word) => {
      if (word.certainty === 'sure') return reading({ effects: [effect(word.text)] });
      return refused(
        'command-unparsable',
        `${program} would change a file whose name is not in its words ("${word.text}"); write the name out`,
      );
    }),
  );
}
