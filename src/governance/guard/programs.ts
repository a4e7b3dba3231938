/** The models of the programs that agents use: what each does to files. */
import { copy, install, link, move } from './copy-programs.js';
import {
  NOTHING,
  onEach,
  refused,
  together,
  certain,
  denied,
  opaque,
  programOf,
  split,
  withOptions,
  write,
  type Names,
  type Program,
} from './program.js';
import type { Word } from './shell-types.js';
import { find } from './find-program.js';
import { git } from './git-program.js';
import { has, readArguments, sure } from './options.js';
import { awk, interpreter, sed } from './script-programs.js';
import { SIMPLE } from './simple-programs.js';

const READERS = `cat ls head tail cut tr comm join paste nl tac rev fold fmt column expand
  unexpand od hexdump stat df basename dirname realpath readlink seq expr sleep
  which whoami uname id nproc uptime tsort numfmt base64 base32 grep egrep fgrep diff cmp md5sum
  sha1sum sha224sum sha256sum sha384sum sha512sum b2sum cksum printenv tput locale getconf`;

const DENIED = `sudo doas su pkexec runuser chroot unshare nsenter mount umount crontab at batch
  systemctl insmod mkfifo mknod setcap shutdown reboot ssh docker podman bwrap gdb strace
  script screen tmux watch entr inotifywait chpst daemonize start-stop-daemon`;

const OPAQUE = `chattr setfacl setfattr wget patch ed ex vi vim nvim nano emacs split csplit unzip
  zip cpio rsync scp sftp ar pax 7z ld objcopy sqlite3 parallel logrotate file-roller pandoc`;

/** With the options that may be before a script. */
const INTERPRETERS: readonly (readonly [names: Names, harmless: Names])[] = [
  ['python python2 python3 pypy3', 'u B O s S E I q b'],
  ['node nodejs bun tsx', 'no-warnings no-deprecation trace-warnings enable-source-maps'],
  ['perl ruby', 'w W'],
  ['php lua luajit Rscript osascript tclsh guile julia ghci scala groovy deno', ''],
];

/** `--reference`, or a mode that reads as an option (`-w`), replaces the first operand. */
const change = withOptions('reference from', (name, args) => {
  const first = args.operands[0];
  const hasMode =
    !has(args, 'reference') &&
    first !== undefined &&
    (name !== 'chmod' || /^(?:[0-7]{1,5}|[ugoa]*[-+=][-+=ugoarwxXst,0-7]*)$/.test(first.text));
  const files = hasMode ? args.operands.slice(1) : args.operands;
  const tree = has(args, 'R', 'recursive');
  return onEach(name, files, (path) => (tree ? { op: 'mode', path, tree } : { op: 'mode', path }));
});

/** `--files0-from`, also cut short, names a list of files. */
const counts: Program = (name, args) =>
  args.some(({ text }) => text.startsWith('--f')) ? opaque(name, args) : NOTHING;

const dd: Program = (name, args) =>
  together(
    ...args.map((word) => {
      const isInput = /^(?:if|bs|count|skip|seek|status|conv|ibs|obs|iflag|oflag)=/.test(word.text);
      if (word.certainty !== 'sure' && !isInput)
        return onEach(name, [{ ...word, certainty: 'unknown' }], write);
      return word.text.startsWith('of=')
        ? onEach(name, [{ ...word, text: word.text.slice(3) }], write)
        : NOTHING;
    }),
  );

const tar: Program = (name, words) => {
  const first = words[0]?.text ?? '';
  const dashed = first.startsWith('-') ? words : [sure(`-${first}`), ...words.slice(1)];
  const args = readArguments(dashed, {
    valued: split(
      `f file C directory T files-from X exclude-from exclude I use-compress-program b`,
    ),
  });
  const lists = has(args, 't') || args.options.some((option) => option.name === 'list');
  const plain = args.options.every((option) =>
    /^(?:[tvfzjJaC]|list|verbose|file|gzip|bzip2|xz)$/.test(option.name),
  );
  return together(certain(name, args), lists && plain ? NOTHING : opaque(name, words));
};

const date: Program = (name, words) => {
  const args = readArguments(words, {
    valued: split('d date f file r reference s set'),
    suffixed: 'I',
  });
  const sets = has(args, 's', 'set') || args.operands.some(({ text }) => !text.startsWith('+'));
  return together(
    certain(name, args),
    sets
      ? refused('command-denied', `${name} would set the clock; write the format as +…`)
      : NOTHING,
  );
};

/** The letter `e` without a dash shows the variables of every program. */
const ps: Program = (name, words) => {
  const { operands } = readArguments(words, {
    valued: split('o O format u U user p pid g G group t tty C s sid'),
  });
  const shows = ({ text }: Word): boolean => /^[A-Za-z]*e/.test(text);
  return operands.some(shows) || words.some(({ text }) => text.includes('environ'))
    ? refused('command-denied', `${name} with these words shows the variables of other programs`)
    : NOTHING;
};

/**
 * Programs that shells have as words of their own, under the same names: accepted where both do the
 * same. `-v NAME[…]` of the shell's also evaluates what is in the brackets.
 */
const twin =
  (differs: (words: readonly string[]) => boolean): Program =>
  (name, args) =>
    differs(args.map(({ text }) => text))
      ? refused(
          'command-unparsable',
          `${name} with these words means something else to a shell; write it in a plainer form`,
        )
      : NOTHING;
const asksForHelp = ([first = '', ...more]: readonly string[]): boolean =>
  more.length === 0 && /^--(?:help|version)$/.test(first);
const print = twin(
  (words) =>
    words.length === 0 ||
    words.join(' ') === '--' ||
    /^-(?!-?$)/.test(words[0] ?? '') ||
    words.slice(0, 2).some((word) => /%[^a-zA-Z%]*[hjlLtz]*[nq(Q]/.test(word)),
);
const echo = twin(
  (words) =>
    asksForHelp(words) ||
    (/^-[neE]*e[neE]*$/.test(words.find((word) => /e/.test(word)) ?? '') &&
      words.some((word) => /\\[uU]/.test(word))),
);
const test = twin(
  (words) =>
    /^(?:-[ao]|--(?:help|version))$/.test(words.find((word) => word !== '!') ?? '') ||
    words.some((word) => /^(?:-[vRN]|[<>]|\s*[-+]?\d{19,}\s*)$/.test(word)),
);

function each(names: Names, program: Program): readonly (readonly [string, Program])[] {
  return split(names).map((name) => [name, program]);
}

export const PROGRAMS: ReadonlyMap<string, Program> = new Map([
  ...each(READERS, () => NOTHING),
  ...each('wc du', counts),
  ...each(DENIED, denied),
  ...each(OPAQUE, opaque),
  ...INTERPRETERS.flatMap(([names, harmless]) => each(names, interpreter(harmless))),
  ...SIMPLE.flatMap((facts) => each(facts.names, programOf(facts))),
  ...each('awk gawk mawk nawk', awk),
  ...each('chmod chown chgrp', change),
  ...each('cp gcp', copy),
  ...each('ln link', link),
  ...each('mv', move),
  ...each('install', install),
  ...each('date', date),
  ...each('ps', ps),
  ...each('dd', dd),
  ...each('sed gsed', sed),
  ...each('find', find),
  ...each('git', git),
  ...each('tar', tar),
  ...each('printf', print),
  ...each('echo', echo),
  ...each('true false', twin(asksForHelp)),
  ...each(
    'pwd',
    twin((words) => words.length > 0 && words.join(' ') !== '-P'),
  ),
  ...each('test [', test),
]);

/** Programs that run code of their own or use the network, whatever their words say. */
export const FOREIGN: ReadonlySet<string> = new Set([
  ...INTERPRETERS.flatMap(([names]) => split(names)),
  'curl',
]);
