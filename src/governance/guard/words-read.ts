/** Which paths the words of a program may name, and whether it reads what is in a folder. */
import { split } from './program.js';
import type { Word } from './shell-types.js';

/** These look at names, and read nothing below the folders that they are given. */
const LOOK_AT_NAMES = new Set(
  split('ls tree du df stat test [ echo printf basename dirname realpath readlink pwd'),
);
/** These open the files that they are given, and no folder: to them, `/` is text. */
const OPEN_FILES = new Set(
  split(`cat head tail wc cut tr comm join paste nl tac rev fold fmt column expand unexpand od
    hexdump sort uniq seq awk gawk mawk nawk sed gsed jq base64 base32 md5sum sha1sum sha224sum
    sha256sum sha384sum sha512sum b2sum cksum cmp tee touch date`),
);
/** These do so unless an option sends them below. */
const SEARCH = new Set(split('grep egrep fgrep'));
const RECURSES = /^(?:-[A-Za-z0-9]*[rRd]|--(?:r|de|di))/;
const RUNS = /^-(?:exec|ok)/;

/** @param args without the name of the program. */
export function readsBelow(program: string, args: readonly Word[]): boolean {
  if (LOOK_AT_NAMES.has(program) || OPEN_FILES.has(program)) return false;
  if (SEARCH.has(program)) return args.some(({ text }) => RECURSES.test(text));
  return program !== 'find' || args.some(({ text }) => RUNS.test(text));
}

const LONGEST_NAME = 255;
const LONGEST_PATH = 4096;

/**
 * A word may be a path as it is, after `=`, `@` or `<`, and after any letter of a cluster of
 * options: the last of them may take the rest.
 */
export function pathsIn(text: string): ReadonlySet<string> {
  const starts = [0, ...[...text.matchAll(/[=@<]/g)].map(({ index }) => index + 1)];
  const cluster = /^-[A-Za-z0-9]+/.exec(text)?.[0].length ?? 0;
  for (let i = Math.max(2, cluster - LONGEST_NAME); i <= cluster; i++) starts.push(i);
  const paths = starts
    .filter((start) => text.length - start <= LONGEST_PATH)
    .map((start) => text.slice(start));
  return new Set(paths.filter((path) => path !== '' && !/[\0\n]/.test(path)));
}
