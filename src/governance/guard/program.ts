/** How the model of a program is built from data about its options. */
import { defined } from '../../kernel/defined.js';
import { has, readArguments, valuesOf, type Arguments } from './options.js';
import type { Word } from './shell-types.js';
import type { Reason, ReasonCode } from '../types.js';

export type Program = (name: string, args: readonly Word[]) => Reading;

/** Lists of names in one text, without dashes. */
export type Names = string;

export type ProgramFacts = {
  readonly names: Names;
  /** Options with a value, except `outputs`. */
  readonly valued?: Names;
  /** Options without one; see `OptionSpec`. */
  readonly flags?: Names;
  readonly apart?: boolean;
  /** Options whose value is a file that is written. */
  readonly outputs?: Names;
  /** With `outputs`: the file name `-` is standard output. */
  readonly dash?: boolean;
  /** What happens to the file that each operand names. */
  readonly op?: Effect['op'];
  /** Options with which it appends, and with which it includes everything below. */
  readonly appends?: Names;
  readonly trees?: Names;
  /** The content that it adds, if known. */
  readonly adds?: string;
  /** Not the first operand. */
  readonly later?: boolean;
  /** Options that run a program of the caller's. */
  readonly runs?: Names;
  /** Options after which the words do not show what is written. */
  readonly opaque?: Names;
  /** A word after which they do not either. */
  readonly refused?: RegExp;
  /** Options whose value may name a file to write in it, or the file that holds it. */
  readonly formats?: Names;
  /** Options without which the words do not show what is written. */
  readonly opaqueWithout?: Names;
};

export function split(names: Names): readonly string[] {
  return names.split(/\s+/).filter((name) => name !== '');
}

export const opaque: Program = (name) =>
  refused(
    'command-unparsable',
    `the arguments of ${name} do not show which files it would use; use the read, write or edit tool`,
  );

export const runsCode: Program = (name) =>
  refused(
    'command-unparsable',
    `${name} would run code from its arguments or standard input, which cannot be judged; use a script that the tool registry allows`,
  );

export const denied: Program = (name) =>
  refused('command-denied', `${name} is not allowed in a pass`);

export const write = (path: string): Effect => ({ op: 'write', path });

/** Options decide what is written, so an uncertain argument that could be one is refused. */
export function certain(name: string, args: Arguments): Reading {
  return args.unknown
    ? refused(
        'command-unparsable',
        `an argument of ${name} is not known and could be an option; write it out`,
      )
    : NOTHING;
}

export function withOptions(
  valued: Names,
  judge: (name: string, args: Arguments) => Reading,
  { flags, apart }: Pick<ProgramFacts, 'flags' | 'apart'> = {},
): Program {
  const spec = {
    valued: split(valued),
    ...defined({ flags: flags === undefined ? undefined : split(flags), apart }),
  };
  return (name, words) => {
    const args = readArguments(words, spec);
    return together(certain(name, args), judge(name, args));
  };
}

export function programOf(facts: ProgramFacts): Program {
  const outputs = split(facts.outputs ?? '');
  const hasOption = (args: Arguments, names: Names = ''): boolean => has(args, ...split(names));
  const judge = (name: string, args: Arguments): Reading => {
    if (hasOption(args, facts.runs)) return runsCode(name, []);
    if (hasOption(args, facts.opaque) || args.words.some(({ text }) => facts.refused?.test(text)))
      return opaque(name, []);
    if (facts.opaqueWithout !== undefined && !hasOption(args, facts.opaqueWithout))
      return opaque(name, []);
    if (valuesOf(args, ...split(facts.formats ?? '')).some(({ text }) => /^@|%output/.test(text)))
      return opaque(name, []);
    const outputFiles = valuesOf(args, ...outputs).filter(
      (word) => facts.dash !== true || word.text !== '-',
    );
    const written = onEach(name, outputFiles, write);
    if (facts.op === undefined) return written;
    const effect = {
      op: hasOption(args, facts.appends) ? 'append' : facts.op,
      ...defined({ tree: hasOption(args, facts.trees) || undefined, content: facts.adds }),
    } as const;
    const files = facts.later === true ? args.operands.slice(1) : args.operands;
    return together(
      written,
      onEach(name, files, (path) => ({ ...effect, path })),
    );
  };
  return withOptions(`${facts.valued ?? ''} ${facts.outputs ?? ''}`, judge, facts);
}

/**
 * `from`: the folder that `path` is relative to. `into`: the name to use if `path` is a folder.
 * `tree`: everything below too. `moving`: deleted because it goes elsewhere. `content`: what the
 * file would hold or gain, if known. `copyOf`: the source file.
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

/** `run`: commands that it starts, as words. */
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

/** A word that another program completes refuses the command. */
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
        `${program} would change a file that its arguments do not name ("${word.text}"); write the name out`,
      );
    }),
  );
}
