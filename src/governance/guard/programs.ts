/** What the programs that agents use do to files: a reading for each, from its arguments. */
import {
  onEach,
  reading,
  refused,
  together,
  type Effect,
  type Reading,
  NOTHING,
} from './effects.js';
import { awkProblem, sedProblem } from './inline.js';
import { has, readArguments, sure, valuesOf, type Arguments } from './options.js';
import type { Word } from './shell-types.js';

type Program = (name: string, args: readonly Word[]) => Reading;

const opaque: Program = (name) =>
  refused(
    'command-unparsable',
    `what ${name} would write cannot be told from its words; use the write and edit tools`,
  );
const code: Program = (name) =>
  refused(
    'command-unparsable',
    `${name} would run a program given in its words or on its input, which cannot be judged; put it in a script that the tool registry allows`,
  );
const denied: Program = (name) => refused('command-denied', `${name} is never run in a pass`);
const none: Program = () => NOTHING;

const write = (path: string): Effect => ({ op: 'write', path });
const edit = (path: string): Effect => ({ op: 'edit', path });
const mode = (path: string): Effect => ({ op: 'mode', path });

/**
 * Refuses when an argument that only the shell knows could be an option, because options decide
 * what is written.
 */
function certain(name: string, given: Arguments): Reading {
  return given.unknown
    ? refused(
        'command-unparsable',
        `an argument of ${name} is not certain and could be an option; write it out`,
      )
    : NOTHING;
}

function options(
  valued: readonly string[],
  judge: (name: string, given: Arguments) => Reading,
): Program {
  return (name, args) => {
    const given = readArguments(args, { valued });
    return together(certain(name, given), judge(name, given));
  };
}

/** Options whose value is a file that is written. */
function outputs(valued: readonly string[], files: readonly string[]): Program {
  return options([...valued, ...files], (name, given) =>
    onEach(name, valuesOf(given, ...files), write),
  );
}

const tee = options([], (name, given) =>
  onEach(name, given.operands, (path) => ({
    op: has(given, 'a', 'append') ? 'append' : 'write',
    path,
  })),
);

const remove = options([], (name, given) =>
  onEach(name, given.operands, (path) => ({
    op: 'delete',
    path,
    tree: has(given, 'r', 'R', 'recursive'),
  })),
);

const placing = ['t', 'target-directory', 'S', 'suffix'];

/** Sources and where each goes; the last operand, unless `-t` names the folder. */
function copying(
  name: string,
  given: Arguments,
  each: (source: Word, target: string, into: string | undefined) => Reading,
): Reading {
  const folder = valuesOf(given, 't', 'target-directory')[0];
  const sources = folder === undefined ? given.operands.slice(0, -1) : given.operands;
  const target = folder ?? given.operands.at(-1);
  if (target === undefined || sources.length === 0) return NOTHING;
  if (target.certainty !== 'sure')
    return onEach(name, [{ ...target, certainty: 'unknown' }], write);
  const exact = has(given, 'T', 'no-target-directory') && sources.length === 1;
  return together(
    ...sources.map((source) => {
      if (
        source.certainty === 'unknown' ||
        (source.certainty === 'glob' &&
          /[*?[]/.test(source.text.slice(source.text.lastIndexOf('/') + 1)))
      ) {
        return refused(
          'command-unparsable',
          `${name} would make files whose names only the shell knows ("${source.text}"); name them`,
        );
      }
      return each(
        source,
        target.text,
        exact ? undefined : source.text.replace(/\/+$/, '').replace(/^.*\//, ''),
      );
    }),
  );
}

const copy = options([...placing, 'no-preserve', 'sparse'], (name, given) => {
  if (has(given, 'parents')) return opaque(name, []);
  if (has(given, 'l', 'link'))
    return refused('path-hard-link', `${name} --link would give a file a second name`);
  if (has(given, 's', 'symbolic-link'))
    return refused('path-symlink', `${name} --symbolic-link would make a link`);
  const tree = has(given, 'r', 'R', 'a', 'recursive', 'archive');
  return copying(name, given, (source, path, into) =>
    reading({
      effects: [
        {
          op: 'write',
          path,
          copyOf: source.text,
          ...(into === undefined ? {} : { into }),
          ...(tree ? { tree } : {}),
        },
      ],
    }),
  );
});

const move = options(placing, (name, given) =>
  copying(name, given, (source, path, into) =>
    reading({
      effects: [
        { op: 'delete', path: source.text, tree: true, moving: true },
        {
          op: 'write',
          path,
          copyOf: source.text,
          tree: true,
          ...(into === undefined ? {} : { into }),
        },
      ],
    }),
  ),
);

const install = options(
  [...placing, 'm', 'mode', 'o', 'owner', 'g', 'group', 'strip-program'],
  (name, given) =>
    has(given, 'd', 'directory')
      ? onEach(name, given.operands, (path) => ({ op: 'mkdir', path }))
      : copying(name, given, (source, path, into) =>
          reading({
            effects: [
              { op: 'write', path, copyOf: source.text, ...(into === undefined ? {} : { into }) },
            ],
          }),
        ),
);

const link = options(placing, (name, given) =>
  has(given, 's', 'symbolic')
    ? refused('path-symlink', `${name} would make a link; copy the file instead`)
    : refused('path-hard-link', `${name} would give a file a second name; copy the file instead`),
);

/**
 * The first operand is a mode or an owner, unless `--reference` or a mode like `-w` (read as an
 * option) takes its place.
 */
const change = options(['reference', 'from'], (name, given) => {
  const first = given.operands[0];
  const moded =
    !has(given, 'reference') &&
    first !== undefined &&
    (name !== 'chmod' || /^(?:[0-7]{1,5}|[ugoa]*[-+=][-+=ugoarwxXst,0-7]*)$/.test(first.text));
  const files = moded ? given.operands.slice(1) : given.operands;
  return onEach(
    name,
    files,
    has(given, 'R', 'recursive') ? (path) => ({ op: 'mode', path, tree: true }) : mode,
  );
});

const dd: Program = (name, args) =>
  together(
    ...args.map((word) => {
      if (
        word.certainty !== 'sure' &&
        !/^(?:if|bs|count|skip|seek|status|conv|ibs|obs|iflag|oflag)=/.test(word.text)
      )
        return onEach(name, [{ ...word, certainty: 'unknown' }], write);
      return word.text.startsWith('of=')
        ? onEach(name, [{ ...word, text: word.text.slice(3) }], write)
        : NOTHING;
    }),
  );

const sed: Program = (name, args) => {
  const given = readArguments(args, {
    valued: ['e', 'expression', 'f', 'file', 'l', 'line-length'],
    suffixed: 'i',
  });
  if (has(given, 'f', 'file'))
    return refused(
      'command-unparsable',
      `${name} -f runs a script from a file; give the script in the command`,
    );
  const inPlace = has(given, 'i', 'in-place');
  const suffix = valuesOf(given, 'i', 'in-place')[0]?.text ?? '';
  const expressions = valuesOf(given, 'e', 'expression');
  const [scripts, files] =
    expressions.length > 0
      ? [expressions, given.operands]
      : [given.operands.slice(0, 1), given.operands.slice(1)];
  const problems = scripts.flatMap((script) => {
    const problem = script.certainty === 'unknown' ? 'it is not certain' : sedProblem(script.text);
    return problem === undefined
      ? []
      : [refused('command-unparsable', `the script of ${name} cannot be judged: ${problem}`)];
  });
  if (!inPlace) return together(certain(name, given), ...problems);
  if (/[/*]/.test(suffix))
    return refused(
      'command-unparsable',
      `${name} -i with a suffix that has / or * in it keeps its copy elsewhere`,
    );
  const copies = suffix === '' ? NOTHING : onEach(name, files, (path) => write(`${path}${suffix}`));
  return together(certain(name, given), ...problems, onEach(name, files, edit), copies);
};

const awk = options(
  [
    'F',
    'v',
    'f',
    'i',
    'E',
    'l',
    'e',
    'field-separator',
    'assign',
    'file',
    'include',
    'exec',
    'load',
    'source',
    'o',
    'p',
    'd',
    'pretty-print',
    'profile',
    'dump-variables',
  ],
  (name, given) => {
    const odd = given.options.find(
      (option) =>
        !['F', 'v'].includes(option.name) &&
        !'field-separator'.startsWith(option.name) &&
        !'assign'.startsWith(option.name),
    );
    if (odd !== undefined)
      return refused(
        'command-unparsable',
        `the option ${odd.name} of ${name} is not understood; only -F and -v are`,
      );
    const program = given.operands[0];
    if (program === undefined) return NOTHING;
    const problem =
      program.certainty === 'unknown' ? 'it is not certain' : awkProblem(program.text);
    return problem === undefined
      ? NOTHING
      : refused('command-unparsable', `the program of ${name} cannot be judged: ${problem}`);
  },
);

/**
 * Expressions are read word by word, so that a test for `-delete` behind any other test is found.
 */
const find: Program = (name, args) => {
  const parts: Reading[] = [];
  for (let i = 0; i < args.length; i++) {
    const word = args[i];
    if (word === undefined) break;
    if (word.certainty === 'unknown' && !/^[^-]/.test(word.text))
      parts.push(
        refused(
          'command-unparsable',
          `an argument of ${name} is not certain and could be an action; write it out`,
        ),
      );
    if (/^-(?:delete)$/.test(word.text))
      parts.push(
        refused(
          'command-unparsable',
          `${name} -delete removes files that only it finds; name them`,
        ),
      );
    if (/^-(?:fprint|fprint0|fls|fprintf)$/.test(word.text))
      parts.push(onEach(name, args.slice(i + 1, i + 2), write));
    if (/^-(?:exec|execdir|ok|okdir)$/.test(word.text)) {
      const rest = args.slice(i + 1);
      const end = rest.findIndex((part) => part.text === ';' || part.text === '+');
      parts.push(
        reading({
          run: [
            rest
              .slice(0, end < 0 ? rest.length : end)
              .map((part) =>
                part.text.includes('{}') ? { ...part, certainty: 'unknown' as const } : part,
              ),
          ],
        }),
      );
      i += end < 0 ? rest.length : end + 1;
    }
  }
  return together(...parts);
};

const GIT_READS = new Set([
  'status',
  'log',
  'diff',
  'show',
  'ls-files',
  'ls-tree',
  'blame',
  'rev-parse',
  'rev-list',
  'grep',
  'describe',
  'shortlog',
  'cat-file',
  'show-ref',
  'merge-base',
  'name-rev',
  'whatchanged',
  'version',
  'help',
]);

/** Only what reads; whatever writes goes to `.git` or to files without their names in the words. */
const git: Program = (name, args) => {
  const at = args.findIndex(
    (word) => !(word.text.startsWith('-') && word.certainty === 'sure') || word.text === '-C',
  );
  const command = args[at];
  const early = args
    .slice(0, Math.max(0, at))
    .filter((word) => !/^(?:--no-pager|--no-optional-locks|-P|--version|--help)$/.test(word.text));
  if (command === undefined)
    return early.length === 0
      ? NOTHING
      : refused('command-denied', `an option of ${name} before its command can run programs`);
  if (
    early.length > 0 ||
    command.text === '-C' ||
    command.certainty !== 'sure' ||
    !GIT_READS.has(command.text)
  )
    return refused(
      'command-denied',
      `${name} ${command.text} can change the repository or files, or run programs; only ${name} status, log, diff, show and the like are allowed`,
    );
  const rest = args.slice(at + 1);
  const given = readArguments(rest);
  const risky = given.options.find(
    (option) =>
      option.name === 'O' ||
      [
        'output',
        'ext-diff',
        'textconv',
        'open-files-in-pager',
        'exec',
        'upload-pack',
        'filters',
      ].some((long) => option.name.length > 1 && long.startsWith(option.name)),
  );
  return together(
    certain(name, given),
    risky === undefined
      ? NOTHING
      : refused(
          'command-denied',
          `${name} ${command.text} with ${risky.name} can write files or run programs`,
        ),
  );
};

/** The second operand is written. */
const uniq = options(['f', 's', 'w', 'skip-fields', 'skip-chars', 'check-chars'], (name, given) =>
  onEach(name, given.operands.slice(1, 2), write),
);
const xxd = options(
  ['c', 'g', 'l', 'o', 's', 'n', 'R', 'cols', 'groupsize', 'len', 'offset', 'seek', 'name'],
  (name, given) => onEach(name, given.operands.slice(1, 2), write),
);

const compress = options(['S', 'suffix'], (name, given) =>
  has(given, 'c', 'stdout', 'to-stdout', 't', 'test', 'l', 'list') ? NOTHING : opaque(name, []),
);

const tar: Program = (name, args) => {
  const first = args[0]?.text ?? '';
  const old = first.startsWith('-') ? args : [sure(`-${first}`), ...args.slice(1)];
  const given = readArguments(old, {
    valued: [
      'f',
      'C',
      'T',
      'X',
      'file',
      'directory',
      'files-from',
      'exclude-from',
      'exclude',
      'I',
      'use-compress-program',
      'b',
    ],
  });
  const lists = has(given, 't') || given.options.some((option) => option.name === 'list');
  const plain = given.options.every((option) =>
    /^(?:[tvfzjJaC]|list|verbose|file|gzip|bzip2|xz)$/.test(option.name),
  );
  return together(certain(name, given), lists && plain ? NOTHING : opaque(name, args));
};

const curl = options(
  [
    'o',
    'output',
    'd',
    'data',
    'H',
    'header',
    'X',
    'request',
    'u',
    'user',
    'A',
    'user-agent',
    'e',
    'm',
    'max-time',
    'T',
    'upload-file',
    'F',
    'form',
    'K',
    'config',
    'c',
    'cookie-jar',
    'b',
    'D',
    'dump-header',
    'w',
    'write-out',
    'trace',
    'trace-ascii',
    'stderr',
    'retry',
    'url',
  ],
  (name, given) => {
    if (
      has(
        given,
        'O',
        'remote-name',
        'remote-name-all',
        'J',
        'remote-header-name',
        'K',
        'config',
        'output-dir',
        'libcurl',
        'hsts',
        'alt-svc',
        'etag-save',
      )
    )
      return opaque(name, []);
    return onEach(
      name,
      valuesOf(
        given,
        'o',
        'output',
        'c',
        'cookie-jar',
        'D',
        'dump-header',
        'trace',
        'trace-ascii',
        'stderr',
      ).filter((word) => word.text !== '-'),
      write,
    );
  },
);

const yq: Program = (name, args) =>
  args.some((word) => word.certainty === 'unknown' || /^-(?:\w*[is]|-in|-sp)/.test(word.text))
    ? opaque(name, args)
    : NOTHING;

const sort = options(
  [
    'k',
    'key',
    't',
    'field-separator',
    'S',
    'buffer-size',
    'T',
    'temporary-directory',
    'parallel',
    'batch-size',
    'compress-program',
    'files0-from',
    'random-source',
    'o',
    'output',
  ],
  (name, given) =>
    has(given, 'compress-program')
      ? code(name, [])
      : onEach(name, valuesOf(given, 'o', 'output'), write),
);

/** `printf -v` sets a variable, and `read` and others could set one that programs obey. */
const print: Program = (name, args) =>
  args.some((word) => /^-v/.test(word.text))
    ? refused('command-unparsable', `${name} -v sets a variable; print instead`)
    : NOTHING;

/** `-v NAME[…]` evaluates what stands in the brackets. */
const variableTest: Program = (name, args) =>
  args.some((word) => word.certainty === 'sure' && /^-[vR]$/.test(word.text))
    ? refused('command-unparsable', `${name} -v is not understood; compare with an empty text`)
    : NOTHING;

/**
 * An interpreter with a script file is judged by the tool registry; code in its words or on its
 * input cannot be judged at all.
 */
function interpreter(inline: readonly string[], valued: readonly string[] = []): Program {
  return (name, args) => {
    const spec = { valued: [...inline, ...valued] };
    const leading = readArguments(args, { ...spec, leading: true });
    const detached = leading.options.some(
      (option) => option.name.length > 1 && option.value === undefined,
    );
    const given = detached ? readArguments(args, spec) : leading;
    const script = leading.operands[0];
    if (has(given, ...inline)) return code(name, args);
    if (script === undefined)
      return args.length > 0 &&
        args.every((word) => /^(?:--version|--help|-v|-V|-h)$/.test(word.text))
        ? NOTHING
        : code(name, args);
    return script.certainty === 'unknown' ||
      script.text === '-' ||
      /^\/(?:dev|proc)\//.test(script.text)
      ? code(name, args)
      : NOTHING;
  };
}

const nodeLike = interpreter(
  [
    'e',
    'p',
    'eval',
    'print',
    'r',
    'require',
    'import',
    'loader',
    'experimental-loader',
    'i',
    'interactive',
    'env-file',
    'inspect',
    'inspect-brk',
    'watch-path',
    'cpu-prof-dir',
    'diagnostic-dir',
    'redirect-warnings',
    'trace-event-file-pattern',
    'report-dir',
  ],
  ['C', 'conditions'],
);

const READERS =
  'cat ls head tail wc cut tr comm join paste nl tac rev fold fmt column expand unexpand od hexdump strings stat du df date basename dirname realpath readlink seq expr sleep which whoami uname id nproc uptime ps tsort numfmt base64 base32 grep egrep fgrep diff cmp md5sum sha1sum sha224sum sha256sum sha384sum sha512sum b2sum cksum jq printenv tput locale getconf true false echo [[ pwd : exit return break continue wait shift';

export const PROGRAMS: ReadonlyMap<string, Program> = new Map<string, Program>([
  ...READERS.split(' ').map((name) => [name, none] as const),
  ...[
    'sudo',
    'doas',
    'su',
    'pkexec',
    'runuser',
    'chroot',
    'unshare',
    'nsenter',
    'mount',
    'umount',
    'crontab',
    'at',
    'batch',
    'systemctl',
    'insmod',
    'mkfifo',
    'mknod',
    'setcap',
    'shutdown',
    'reboot',
    'ssh',
    'docker',
    'podman',
    'bwrap',
    'gdb',
    'strace',
    'alias',
    'source',
    '.',
    'enable',
    'hash',
    'shopt',
    'script',
    'screen',
    'tmux',
  ].map((name) => [name, denied] as const),
  ...[
    'chattr',
    'setfacl',
    'setfattr',
    'wget',
    'zstd',
    'patch',
    'ed',
    'ex',
    'vi',
    'vim',
    'nvim',
    'nano',
    'emacs',
    'split',
    'csplit',
    'unzip',
    'zip',
    'cpio',
    'rsync',
    'scp',
    'sftp',
    'ar',
    'pax',
    '7z',
    'ld',
    'objcopy',
    'sqlite3',
    'parallel',
    'logrotate',
    'file-roller',
    'pandoc',
  ].map((name) => [name, opaque] as const),
  ...['python', 'python2', 'python3', 'pypy3'].map(
    (name) => [name, interpreter(['c', 'm', 'i'], ['W', 'X', 'Q'])] as const,
  ),
  ...['node', 'nodejs', 'bun', 'tsx'].map((name) => [name, nodeLike] as const),
  ...['perl', 'ruby'].map(
    (name) => [name, interpreter(['e', 'E', 'i', 'I', 'M', 'm', 'n', 'p', 'x', 's', 'r'])] as const,
  ),
  ...[
    'php',
    'lua',
    'luajit',
    'Rscript',
    'osascript',
    'tclsh',
    'guile',
    'julia',
    'ghci',
    'scala',
    'groovy',
    'deno',
  ].map((name) => [name, interpreter(['e', 'r', 'eval', 'E', 'i', 'l', 'B', 'R', 'F'])] as const),
  ...['awk', 'gawk', 'mawk', 'nawk'].map((name) => [name, awk] as const),
  ...[
    'gzip',
    'gunzip',
    'bzip2',
    'bunzip2',
    'xz',
    'unxz',
    'zstd',
    'lzma',
    'compress',
    'uncompress',
  ].map((name) => [name, compress] as const),
  ...['rm', 'rmdir', 'unlink'].map((name) => [name, remove] as const),
  ...['chmod', 'chown', 'chgrp'].map((name) => [name, change] as const),
  ...['cp', 'gcp'].map((name) => [name, copy] as const),
  ...['ln', 'link'].map((name) => [name, link] as const),
  ['mv', move],
  ['install', install],
  ['tee', tee],
  ['sponge', tee],
  ['dd', dd],
  ['sed', sed],
  ['gsed', sed],
  ['find', find],
  ['git', git],
  ['uniq', uniq],
  ['xxd', xxd],
  ['tar', tar],
  ['curl', curl],
  ['yq', yq],
  ['printf', print],
  ['test', variableTest],
  ['[', variableTest],
  ['sort', sort],
  ['shuf', outputs(['i', 'input-range', 'n', 'head-count', 'random-source'], ['o', 'output'])],
  ['tree', outputs(['L', 'P', 'I', 'charset', 'filelimit', 'timefmt', 'H', 'T'], ['o'])],
  [
    'rg',
    options(
      [
        'e',
        'regexp',
        'f',
        'file',
        'g',
        'glob',
        't',
        'type',
        'T',
        'A',
        'B',
        'C',
        'm',
        'max-count',
        'M',
        'r',
        'replace',
        'E',
        'j',
        'sort',
        'pre',
        'pre-glob',
        'hostname-bin',
      ],
      (name, given) => (has(given, 'pre', 'hostname-bin') ? code(name, []) : NOTHING),
    ),
  ],
  [
    'shred',
    options(['n', 's', 'iterations', 'size', 'random-source'], (name, given) =>
      onEach(name, given.operands, (path) => ({ op: 'delete', path })),
    ),
  ],
  [
    'truncate',
    options(['s', 'size', 'r', 'reference'], (name, given) => onEach(name, given.operands, edit)),
  ],
  [
    'touch',
    options(['d', 'date', 'r', 'reference', 't', 'time'], (name, given) =>
      onEach(name, given.operands, (path) => ({ op: 'append', path, content: '' })),
    ),
  ],
  [
    'mkdir',
    options(['m', 'mode'], (name, given) =>
      onEach(name, given.operands, (path) => ({ op: 'mkdir', path })),
    ),
  ],
]);
