/** What find would do: delete, write a list, or run commands on what it finds. */
import {
  onEach,
  reading,
  refused,
  together,
  type Reading,
  write,
  type Program,
} from './program.js';
import type { Word } from './shell-types.js';

const LISTS = /^-(?:fprint|fprint0|fls|fprintf)$/;
const RUNS = /^-(?:exec|execdir|ok|okdir)$/;

/** Reads the expression word by word, so that it finds an action after any test. */
export const find: Program = (name, args) => {
  const parts: Reading[] = [];
  for (let i = 0; i < args.length; i++) {
    const word = args[i];
    if (word === undefined) break;
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
    if (LISTS.test(word.text)) parts.push(onEach(name, args.slice(i + 1, i + 2), write));
    if (RUNS.test(word.text)) {
      const command = commandOf(args.slice(i + 1));
      parts.push(reading({ run: [command.map(uncertainWhereFound)] }));
      i += command.length + 1;
    }
  }
  return together(...parts);
};

function commandOf(words: readonly Word[]): readonly Word[] {
  const end = words.findIndex((word) => word.text === ';' || word.text === '+');
  return end < 0 ? words : words.slice(0, end);
}

function uncertainWhereFound(word: Word): Word {
  return word.text.includes('{}') ? { ...word, certainty: 'unknown' } : word;
}
