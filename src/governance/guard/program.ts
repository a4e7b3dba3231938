/** How the reading of a program is put together from facts about its options. */
import { has, readArguments, valuesOf, type Arguments } from './options.js';
import type { Word } from './shell-types.js';
import type { Reason, ReasonCode } from '../types.js';

/** What a program would do, from its name and its arguments. */
export type Program = (name: string, args: readonly Word[]) => Reading;

/** Lists of options and programs are written as one text each, names without dashes. */
export type Names = string;

/** What a program that is no special case does with its options and operands. */
export type ProgramFacts = {
  readonly names: Names;
  /** Options that have a value; files among them are in `outputs` too. */
  readonly valued?: Names;
  /** Options whose value is a file that is written. */
  readonly outputs?: Names;
  /** What becomes of each operand that is a file. */
  readonly operand?: (path: string, args: Arguments) => Effect;
  /** The second operand alone is such a file. */
  readonly onlySecond?: boolean;
  /** Options with which it runs a program of the caller's. */
  readonly runs?: Names;
  /** Options with which its words do not tell what it writes. */
  readonly opaque?: Names;
  /** Options without which its words do not tell what it writes. */
  readonly opaqueWithout?: Names;
};

export function split(names: Names): readonly string[] {
  return names.split(/\s+/).filter((name) => name !== '');
}

export const opaque: Program = (name) =>
  refused(
    'command-unparsable',
    `what ${name} would write cannot be told from its words; use the write and edit tools`,
  );

export const runsCode: Program = (name) =>
  refused(
    'command-unparsable',
    `${name} would run a program given in its words or on its input, which cannot be judged; put it in a script that the tool registry allows`,
  );

export const denied: Program = (name) =>
  refused('command-denied', `${name} is never run in a pass`);

export const write = (path: string): Effect => ({ op: 'write', path });

/**
 * Refuses when an argument that only the shell knows could be an option, because options decide
 * what is written.
 */
export function certain(name: string, args: Arguments): Reading {
  return args.unknown
    ? refused(
        'command-unparsable',
        `an argument of ${name} is not certain and could be an option; write it out`,
      )
    : NOTHING;
}

export function withOptions(
  valued: Names,
  judge: (name: string, args: Arguments) => Reading,
): Program {
  const spec = { valued: split(valued) };
  return (name, words) => {
    const args = readArguments(words, spec);
    return together(certain(name, args), judge(name, args));
  };
}

export function programOf(facts: ProgramFacts): Program {
  const outputs = split(facts.outputs ?? '');
  const hasOption = (args: Arguments, names: Names = ''): boolean => has(args, ...split(names));
  return withOptions(`${facts.valued ?? ''} ${facts.outputs ?? ''}`, (name, args) => {
    if (hasOption(args, facts.runs)) return runsCode(name, []);
    if (hasOption(args, facts.opaque)) return opaque(name, []);
    if (facts.opaqueWithout !== undefined && !hasOption(args, facts.opaqueWithout))
      return opaque(name, []);
    const written = onEach(name, valuesOf(args, ...outputs), write);
    const { operand } = facts;
    if (operand === undefined) return written;
    const files = facts.onlySecond === true ? args.operands.slice(1, 2) : args.operands;
    return together(
      written,
      onEach(name, files, (path) => operand(path, args)),
    );
  });
}

/**
 * `path` as the command names it, from the folder `from` (workspace-relative). `into`: when the
 * path is a folder, the file is this name in it.
 * `tree`: everything below as well. `moving`: deleted here because it goes elsewhere. `content`:
 * what the file would hold or have added, when the words tell; `copyOf`: the workspace file it
 * comes from.
 * `pattern`: the path is a glob over existing files.
 */
export type Effect = {
  readonly op: 'write' | 'append' | 'edit' | 'delete' | 'mkdir' | 'mode';
  readonly path: string;
  readonly pattern?: boolean;
  readonly into?: string;
  readonly tree?: boolean;
  readonly moving?: boolean;
  readonly content?: string;
  readonly copyOf?: string;
};

/** `run`: other commands that it starts, as words. `scripts`: shell text that it runs. */
export type Reading = {
  readonly effects: readonly Effect[];
  readonly reasons: readonly Reason[];
  readonly run: readonly (readonly Word[])[];
  readonly scripts: readonly string[];
};

export const NOTHING: Reading = { effects: [], reasons: [], run: [], scripts: [] };

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
    scripts: parts.flatMap((part) => part.scripts),
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
      if (word.certainty === 'glob' && !word.quoted)
        return reading({ effects: [{ ...effect(word.text), pattern: true }] });
      return refused(
        'command-unparsable',
        `${program} would change a file whose name only the shell knows ("${word.text}" with a variable, a substitution or a quoted pattern); write the name out`,
      );
    }),
  );
}
