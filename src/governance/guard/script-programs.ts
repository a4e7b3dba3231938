/** Programs that take a script as an argument: sed, awk and the interpreters. */
import {
  NOTHING,
  onEach,
  refused,
  together,
  type Reading,
  certain,
  runsCode,
  split,
  withOptions,
  write,
  type Names,
  type Program,
} from './program.js';
import { awkProblem } from './awk-program.js';
import { sedProblem } from './sed-program.js';
import { has, isOneOf, readArguments, valuesOf } from './options.js';
import type { Word } from './shell-types.js';

const SED_OPTIONS = split(`n quiet silent e expression f file E r regexp-extended i in-place l
  line-length s separate u unbuffered z null-data b binary posix debug sandbox version help`);

export const sed: Program = (name, words) => {
  const args = readArguments(words, {
    valued: split('e expression f file l line-length'),
    suffixed: 'i',
  });
  const stranger = args.options.find(({ name: option }) => !isOneOf(option, SED_OPTIONS));
  if (stranger !== undefined)
    return refused(
      'command-denied',
      `the option ${stranger.name} of ${name} is not supported; leave it out`,
    );
  if (has(args, 'f', 'file'))
    return refused(
      'command-unparsable',
      `${name} -f runs a script from a file; write the script in the command`,
    );
  const suffix = valuesOf(args, 'i', 'in-place')[0]?.text ?? '';
  const expressions = valuesOf(args, 'e', 'expression');
  const [scripts, files] =
    expressions.length > 0
      ? [expressions, args.operands]
      : [args.operands.slice(0, 1), args.operands.slice(1)];
  const read = together(certain(name, args), ...scripts.map((script) => readScript(name, script)));
  if (!has(args, 'i', 'in-place')) return read;
  if (/[/*]/.test(suffix))
    return refused(
      'command-unparsable',
      `${name} -i with a suffix that contains / or * would write elsewhere; use a plain suffix`,
    );
  const copies = suffix === '' ? NOTHING : onEach(name, files, (path) => write(`${path}${suffix}`));
  return together(
    read,
    onEach(name, files, (path) => ({ op: 'edit', path })),
    copies,
  );
};

function readScript(name: string, script: Word): Reading {
  const problem =
    script.certainty === 'unknown'
      ? 'it contains a variable or a substitution'
      : sedProblem(script.text);
  return problem === undefined
    ? NOTHING
    : refused('command-unparsable', `the script of ${name} cannot be judged: ${problem}`);
}

const AWK_OPTIONS = split('F v field-separator assign');

export const awk = withOptions(
  `F field-separator v assign f file i include E exec l load e source
   o pretty-print p profile d dump-variables`,
  (name, { options, operands }) => {
    const unknown = options.find(({ name: option }) => !isOneOf(option, AWK_OPTIONS));
    if (unknown !== undefined)
      return refused(
        'command-unparsable',
        `the option ${unknown.name} of ${name} is not supported; use only -F and -v`,
      );
    const program = operands[0];
    if (program === undefined) return NOTHING;
    const problem =
      program.certainty === 'unknown'
        ? 'it contains a variable or a substitution'
        : awkProblem(program.text);
    return problem === undefined
      ? NOTHING
      : refused('command-unparsable', `the program of ${name} cannot be judged: ${problem}`);
  },
);

/**
 * The tool registry judges a script file; code in arguments or on standard input cannot be judged.
 * @param harmless options that may be before the script. Any other one could bring code.
 */
export function interpreter(harmless: Names): Program {
  const flags = split(harmless);
  return (name, words) => {
    if (asksForVersion(words)) return NOTHING;
    const { options, operands } = readArguments(words, { valued: [], leading: true });
    const [script] = operands;
    const isFile =
      script !== undefined &&
      script.certainty !== 'unknown' &&
      script.text !== '-' &&
      !/^\/(?:dev|proc)\//.test(script.text);
    const isPlain = options.every((option) => flags.includes(option.name));
    return isFile && isPlain ? NOTHING : runsCode(name, words);
  };
}

function asksForVersion(words: readonly Word[]): boolean {
  const question = /^(?:--version|--help|-v|-V|-h)$/;
  return words.length > 0 && words.every((word) => question.test(word.text));
}
