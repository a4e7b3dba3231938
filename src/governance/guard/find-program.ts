/** What find would do: delete, write a list, or run commands on what it finds. */
import {
  onEach,
  reading,
  refused,
  split,
  together,
  type Reading,
  write,
  type Program,
} from './program.js';
import type { Word } from './shell-types.js';

const LISTS = /^-(?:fprint|fprint0|fls|fprintf)$/;
const RUNS = '-exec';
/** Anywhere: `-execdir` would run it in other folders, and `-ok` asks somebody. */
const NEVER = /^-(?:execdir|ok|okdir|files0-from)$/;
const VALUED = new Set(
  split(`name iname path ipath wholename iwholename regex iregex regextype type xtype size mtime mmin
    atime amin ctime cmin newer anewer cnewer perm user group uid gid links inum samefile lname ilname
    maxdepth mindepth printf fstype used`).map((name) => `-${name}`),
);
const PLAIN = new Set(
  split(`print print0 ls quit prune depth d mount xdev follow daystart not a and o or true false empty
    readable writable executable nouser nogroup noleaf L H P O0 O1 O2 O3 E X s`).map(
    (name) => `-${name}`,
  ),
);
const NEWER = /^-newer[aBcm][aBcmt]$/;

/** Reads the expression word by word, so that it finds an action after any test. */
export const find: Program = (name, args) => {
  const parts: Reading[] = [];
  for (let i = 0; i < args.length; i++) {
    const word = args[i];
    if (word === undefined) break;
    const before = args[i - 1]?.text ?? '';
    const isValue = VALUED.has(before) || NEWER.test(before);
    if (word.certainty === 'unknown' && !/^[^-]/.test(word.text))
      parts.push(
        refused(
          'command-unparsable',
          `an argument of ${name} is not known and could be an action; write it out`,
        ),
      );
    if (word.text === '-delete')
      parts.push(
        refused(
          'command-unparsable',
          `${name} -delete removes files that the command does not name; use rm with their names`,
        ),
      );
    else if (LISTS.test(word.text)) parts.push(onEach(name, args.slice(i + 1, i + 2), write));
    else if (word.text === RUNS) {
      const { command, end } = commandOf(args.slice(i + 1));
      const several = end?.text === '+';
      const words = command.flatMap((part) => uncertainWhereFound(part, several));
      // It runs for each file that is found: again, after it ran once.
      parts.push(reading({ run: [words, words] }));
      i += command.length + 1;
    } else if (NEVER.test(word.text) || (!isValue && isStranger(word.text)))
      parts.push(
        refused(
          'command-denied',
          `${word.text} of ${name} is not among its tests and actions that are accepted; leave it out`,
        ),
      );
  }
  return together(...parts);
};

function isStranger(text: string): boolean {
  return (
    text.startsWith('-') &&
    text !== '-' &&
    text !== '--' &&
    !VALUED.has(text) &&
    !PLAIN.has(text) &&
    !NEWER.test(text)
  );
}

function commandOf(words: readonly Word[]): {
  readonly command: readonly Word[];
  readonly end: Word | undefined;
} {
  const end = words.findIndex(
    (word, i) => word.text === ';' || (word.text === '+' && words[i - 1]?.text === '{}'),
  );
  return end < 0
    ? { command: words, end: undefined }
    : { command: words.slice(0, end), end: words[end] };
}

/** Two of them stand for any number. */
function uncertainWhereFound(word: Word, several: boolean): readonly Word[] {
  if (!word.text.includes('{}')) return [word];
  const found = { ...word, certainty: 'unknown' } as const;
  return several ? [found, found] : [found];
}
