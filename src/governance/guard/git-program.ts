/** Git: only commands that read are allowed. */
import {
  NOTHING,
  refused,
  together,
  type Reading,
  certain,
  split,
  type Program,
} from './program.js';
import { readArguments } from './options.js';
import type { Word } from './shell-types.js';

const READS = new Set(
  split(`status log diff show ls-files ls-tree blame rev-parse rev-list grep describe shortlog
    cat-file show-ref merge-base name-rev whatchanged version`),
);
/** Options of these commands that write a file or run a program. */
const RISKY = split('output ext-diff textconv open-files-in-pager exec upload-pack filters');
const HARMLESS_FIRST = /^(?:--no-pager|--no-optional-locks|-P|--version|--help)$/;

/** Anything else writes to `.git`, or to files that its words do not name. */
export const git: Program = (name, args) => {
  const position = args.findIndex(
    (word) => !(word.text.startsWith('-') && word.certainty === 'sure') || word.text === '-C',
  );
  const command = args[position];
  const hasOption = args
    .slice(0, Math.max(0, position))
    .some((word) => !HARMLESS_FIRST.test(word.text));
  if (command === undefined)
    return hasOption
      ? refused(
          'command-denied',
          `an option before the command of ${name} can run programs; leave it out`,
        )
      : NOTHING;
  if (hasOption || command.certainty !== 'sure' || !READS.has(command.text))
    return refused(
      'command-denied',
      `${name} ${command.text} can change files or run programs; only commands that read are allowed, such as ${name} status, log, diff and show`,
    );
  return readOptions(`${name} ${command.text}`, name, args.slice(position + 1));
};

function readOptions(command: string, name: string, words: readonly Word[]): Reading {
  // What looks like the end of the options may be the value of one.
  const args = readArguments(words.filter(({ text }) => text !== '--'));
  const risky = args.options.find(
    (option) =>
      option.name === 'O' ||
      RISKY.some((long) => option.name.length > 1 && long.startsWith(option.name)),
  );
  return together(
    certain(name, args),
    risky === undefined
      ? NOTHING
      : refused(
          'command-denied',
          `${command} with ${risky.name} can write files or run programs; leave it out`,
        ),
  );
}
