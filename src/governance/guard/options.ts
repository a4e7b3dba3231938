/** Reads a program's arguments as getopt_long does: clusters, values, `--`, abbreviations. */
import type { Word } from './shell-types.js';

/**
 * `valued`: options that require a value; a wrong one here would hide an operand. `flags`: options
 * that require none; where they are given, an option may be the value of any other one before it.
 * `suffixed`: letters that take the rest of their cluster. `apart`: letters are never in a cluster.
 * `leading`: the first operand ends the options.
 */
export type OptionSpec = {
  readonly valued: readonly string[];
  readonly flags?: readonly string[];
  readonly suffixed?: string;
  readonly apart?: boolean;
  readonly leading?: boolean;
};
export type Option = { readonly name: string; readonly value: Word | undefined };
export type Arguments = {
  readonly options: readonly Option[];
  readonly operands: readonly Word[];
  /** All of them, as they were given. */
  readonly words: readonly Word[];
  readonly unknown: boolean;
};

/**
 * `unknown`: an uncertain argument could be an option. Long names stay as written; `has` and
 * `valuesOf` compare abbreviations.
 */
export function readArguments(
  words: readonly Word[],
  spec: OptionSpec = { valued: [] },
): Arguments {
  const options: Option[] = [];
  const operands: Word[] = [];
  let unknown = false;
  for (let i = 0; i < words.length; i++) {
    const word = words[i];
    if (word === undefined) break;
    const { text } = word;
    if (/^-./.test(text) && mayTakeNext(words[i - 1], options.at(-1), spec)) unknown = true;
    if (word.certainty === 'sure' && text === '--') {
      operands.push(...words.slice(i + 1));
      break;
    }
    if (mayBeOption(word)) unknown = true;
    if (word.certainty !== 'sure' || text === '-' || !text.startsWith('-')) {
      operands.push(word);
      if (spec.leading !== true) continue;
      operands.push(...words.slice(i + 1));
      break;
    }
    if (text.startsWith('--')) {
      const equals = text.indexOf('=');
      const name = equals < 0 ? text.slice(2) : text.slice(2, equals);
      const takes =
        equals < 0 && !isFlag(name, spec) && spec.valued.some((valued) => isCut(name, valued));
      const next = takes ? words[++i] : undefined;
      options.push({ name, value: equals >= 0 ? sure(text.slice(equals + 1)) : next });
    } else {
      for (let j = 1; j < text.length; j++) {
        const letter = text.charAt(j);
        if (spec.suffixed?.includes(letter) === true) {
          options.push({
            name: letter,
            value: j + 1 < text.length ? sure(text.slice(j + 1)) : undefined,
          });
          break;
        }
        if (!spec.valued.includes(letter)) {
          options.push({ name: letter, value: undefined });
          if (spec.apart === true) break;
          continue;
        }
        options.push({
          name: letter,
          value: j + 1 < text.length ? sure(text.slice(j + 1)) : words[++i],
        });
        break;
      }
    }
  }
  return { options, operands, words, unknown };
}

export function has(args: Arguments, ...names: readonly string[]): boolean {
  return args.options.some((option) => names.some((name) => matches(option, name)));
}

export function valuesOf(args: Arguments, ...names: readonly string[]): readonly Word[] {
  return args.options
    .filter((option) => names.some((name) => matches(option, name)))
    .flatMap((option) => (option.value === undefined ? [] : [option.value]));
}

/** Long names may be cut short. */
export function isOneOf(option: string, names: readonly string[]): boolean {
  return names.some((name) =>
    option.length === 1 || name.length === 1 ? name === option : name.startsWith(option),
  );
}

function matches(option: Option, name: string): boolean {
  return name.length === 1 || option.name.length === 1
    ? option.name === name
    : name.startsWith(option.name);
}

/** A flag by its full name is not a longer name cut short. */
function isFlag(name: string, { flags = [], valued }: OptionSpec): boolean {
  return flags.includes(name) && !valued.includes(name);
}

function isCut(name: string, long: string): boolean {
  return long.length > 1 && long.startsWith(name);
}

/** Whether the word right before is an option that is not known to take no value. */
function mayTakeNext(
  before: Word | undefined,
  last: Option | undefined,
  { flags }: OptionSpec,
): boolean {
  if (flags === undefined || last === undefined || before?.text.startsWith('-') !== true)
    return false;
  return last.value === undefined && !isOneOf(last.name, flags);
}

/** The text could turn out to begin with a dash. */
function mayBeOption(word: Word): boolean {
  return word.certainty === 'unknown' && !/^[^-{]/.test(word.text);
}

export function sure(text: string): Word {
  return { text, certainty: 'sure' };
}
