/** Words of the lines: names of files, patterns, quoting, redirections, programs with arguments. */
import fc from 'fast-check';
import { ROOT_MARK } from './places.js';

const pick = (...texts: readonly string[]) => fc.constantFrom(...texts);

export const file = pick(
  ...['outputs/a.txt', 'outputs/b.md', '"outputs/x y.txt"', 'outputs/x\\ y.txt', "'outputs/é.txt'"],
  ...['notes.md', 'outputs/sub/c.txt', 'outputs/none.txt', 'outputs/-n', './outputs/a.txt'],
  ...['outputs//a.txt', 'outputs/./a.txt', 'outputs/sub/../a.txt', 'outputs/sub-link/c.txt'],
  ...["'outputs/{a,b}.txt'", "outputs/'*'.star", 'outputs/evil.sh', 'outputs/.hidden', 'outputs'],
  ...[`${ROOT_MARK}/PROJECTS/p/outputs/a.txt`, '../../docs/guide.md', 'outputs/soul-link.md'],
  ...['outputs/bare/config', 'outputs/pointer/.git', 'outputs/"a".txt', "o'utputs'/a.txt"],
  ...['../../../state/token', 'outputs/away/../state/token', `${ROOT_MARK}/../state/t*`],
);

const pattern = pick(
  ...['outputs/*.txt', 'outputs/*', '*', 'outputs/?.txt', 'outputs/*.none', 'outputs/.*', '*/*'],
  ...['outputs/*/', 'outputs/**', 'outputs/sub/*', "outputs/'*'.*", 'outputs/[ab].txt', './*'],
  ...['"outputs"/*', '../p/*', 'outputs/*/c.txt', 'outputs/s*/../a.txt', 'outputs/-*', '?utputs'],
  ...['outputs/*\\ *', 'outputs/??.*', '*.md', 'outputs/{a,b}.*', '.*', '../*', 'outputs/*/*/*'],
  ...[`${ROOT_MARK}/docs/*`, 'outputs/é*', 'outputs/*é*', 'outputs//*.txt', '*/./a.txt', '**'],
);

const piece = pick(
  ...['a', 'B7', '-n', "'x y'", "''", '"x y"', '""', '"a\\"b"', '"a\\\\b"', '"\\a"', "'\\'", '\\ '],
  ...['\\;', '\\$', '\\\\', '\\\n', 'c#d', '=', ',', ':', '%', '@', '{}', '/', '.', '+', '~', '!'],
  ...["$'t\\tt'", "$'\\x41'", "'$x'", '"\\$x"', '\\"', "\\'", ']', '^', 'é', 'e\u0301', '"*"'],
  ...[
    "'?'",
    '\\*',
    '"`"'.replace('`', '\\`'),
    "'`'",
    "';'",
    '"&"',
    "'|'",
    "$'\\n'",
    "'\n'",
    '"\n"',
  ],
  ...['x=y', '--long', '--', '-', '[', '$', 'ａ', '\u00a0', '"!"', "'#'", '1', '2', '"{a,b}"'],
);
const text = fc.array(piece, { minLength: 1, maxLength: 4 }).map((pieces) => pieces.join(''));
export const word = fc.oneof(
  { arbitrary: text, weight: 5 },
  { arbitrary: file, weight: 3 },
  { arbitrary: pattern, weight: 2 },
  { arbitrary: pick('x1', 'x2', 'x0'), weight: 1 },
);

const target = pick(
  ...['outputs/new.txt', 'outputs/a.txt', '"outputs/new file"', 'outputs/sub/n.txt', '/dev/null'],
  ...['outputs/no/such.txt', "'outputs/*.new'", 'outputs/é.txt', '/dev/stderr', 'outputs/new.md'],
);
/** A program that opens the stream of ours by its name finds a socket. */
const fileTarget = target.filter((name) => name !== '/dev/stderr');
const written = fc
  .tuple(pick('>', '>>', '>|', '1>', '1>>', '2>', '2>>', '&>', '&>>', '> ', '>> ', '2> '), target)
  .map((parts) => parts.join(''));
const textInput = text.map((words) => `<<< ${words}`);
const fileInput = fc.tuple(pick('<', '< ', '0<'), file).map((parts) => parts.join(''));
const input = fc.oneof({ arbitrary: fileInput, weight: 2 }, { arbitrary: textInput, weight: 1 });
const merged = pick('2>&1', '>&2', '1>&2', '2>/dev/null', '>/dev/null');
/** In most cases at most one for each stream. */
const outputs = fc
  .tuple(
    fc.option(fc.oneof(written, written, merged), { nil: '' }),
    fc.option(fc.oneof(merged, written), { freq: 1, nil: '' }),
  )
  .map((parts) => parts.filter((part) => part !== ''));

/** Programs that work on files, with arguments that fit them. */
const working = fc
  .tuple(
    pick(
      ...['cat F', 'cat -- F G', 'head -n 1 F', 'tail -n 1 F', 'wc -l F', 'sort F', 'sort -u F G'],
      ...[
        'uniq',
        'cut -c1-3 F',
        'tr a-z A-Z',
        'nl F',
        'tac F',
        'grep -c a F',
        'grep -rn licence .',
      ],
      ...[
        'grep -l a G',
        'sed -n 1p F',
        "sed 's/a/b/' F",
        'sed -i s/a/b/ F',
        "awk '{ print $1 }' F",
      ],
      ...[
        'find outputs -name "*.txt"',
        'find . -type f',
        'find outputs -newer F',
        'ls outputs',
        'ls',
      ],
      ...['ls G', 'seq 3', 'basename F', 'dirname F', 'sha256sum F', 'base64 F', 'stat -c %s F'],
      ...['mkdir outputs/made', 'mkdir -p outputs/made/deep', 'touch D', 'touch D F', 'cp F D'],
      ...[
        'cp F outputs/sub',
        'cp -r outputs/sub outputs/copy',
        'mv F D',
        'mv F outputs/sub',
        'rm F',
      ],
      ...['rm -r outputs/sub', 'rm -f F G', 'tee D', 'tee -a D', 'echo F', 'printf "%s\\n" F G'],
      ...['test -f F', '[ -f F ]', '[ a = a ]', 'true', 'false', 'pwd', 'chmod 600 F', 'rmdir D'],
      ...[
        'xargs probe',
        'xargs -n 1 tool',
        'find outputs -name a.txt -exec cat {} +',
        'git status',
      ],
      ...["find outputs -name a.txt -exec probe {} ';'", 'env LC_ALL=C probe F', 'timeout 5 cat F'],
      ...['nice -n 5 probe F', 'nohup probe F', 'env probe', 'realpath F', 'paste F G', 'rm -rf D'],
      ...[
        'cd outputs',
        'git log',
        'git diff F',
        'cp G outputs/sub',
        'mv G outputs/sub',
        'ln -s F D',
      ],
      ...['cp -t outputs/sub F', 'cp -a outputs/sub D', 'install F D', 'touch -r F D', 'echo -e F'],
      ...['echo -n F', 'printf %d 3', 'printf F', '/usr/bin/wc F', 'comm F F', 'flock D probe'],
      ...['sort -o D F', 'uniq F D', 'sed -i.bak s/a/b/ F', 'curl F', 'sort F -', 'cat - F'],
    ),
    file,
    fc.oneof(file, pattern),
    fileTarget,
  )
  .map(([form, one, several, to]) =>
    form.replace(/[FGD]\b/g, (name) => ({ F: one, G: several, D: to })[name] ?? name),
  );
/** Places that are there, and others that are not, or not yet. */
const place = pick(
  ...['outputs/y', 'outputs/y', 'outputs/y/', 'outputs/y/z', 'outputs/sub', 'outputs/sub/'],
  ...['outputs/sub-link/', 'outputs/away/', 'outputs/sub-link/.', 'outputs/soul-link.md'],
  ...['outputs/w', './outputs//y', 'outputs/y/.', 'outputs/sub/../y', 'outputs', 'outputs/a.txt'],
);
const source = pick(
  ...['notes.md', 'outputs/a.txt', 'outputs/sub', 'outputs/sub/', 'outputs/sub/.', 'outputs/bare'],
  ...['outputs/y', 'outputs/w', 'outputs/sub/c.txt', 'outputs/sub-link', 'outputs/soul-link.md'],
);
/** Programs that make and move files and folders. */
export const placed = fc
  .tuple(
    pick(
      ...['mkdir P', 'mkdir -p P', 'mkdir -p P/z', 'cp S P', 'cp -r S P', 'cp -r S P', 'cp -a S P'],
      ...['cp -rT S P', 'cp -t P S', 'cp -rt P S', 'cp S S P', 'cp -r S S P', 'mv S P', 'mv S P'],
      ...['mv -T S P', 'mv -t P S', 'mv S S P', 'install S P', 'install -D S P', 'install -d P'],
      ...[
        'rm P',
        'rm -r P',
        'rm -rf P',
        'rmdir P',
        'touch P',
        'touch P/z',
        'cp -n S P',
        'cp -u S P',
      ],
      ...[
        'probe a > P',
        'tee P',
        'cp -f S P',
        'cp --remove-destination S P',
        'probe x1',
        'git status',
      ],
      ...["find S -exec cp -r S P ';'", "find outputs/sub -exec mkdir P ';'", 'cp -rH S P'],
    ),
    fc.tuple(source, source),
    place,
  )
  .map(([form, sources, to]) => {
    const names = [...sources];
    return form.replace(/\b[SP]\b/g, (name) => (name === 'P' ? to : (names.shift() ?? 'notes.md')));
  });
const madeUp = fc
  .tuple(
    pick('probe', 'probe', 'probe', 'tool', 'tool', 'gh', 'missing'),
    fc.array(word, { maxLength: 4 }),
  )
  .map(([name, words]) => [name, ...words].join(' '));
const setting = pick('LC_ALL=C ', "TZ='a b' ", 'NO_COLOR= ', 'NODE_ENV="x y" ');

const program = fc
  .tuple(
    fc.option(setting, { freq: 8, nil: '' }),
    fc.oneof({ arbitrary: madeUp, weight: 3 }, { arbitrary: working, weight: 4 }),
    fc.oneof({ arbitrary: fc.constant([]), weight: 3 }, { arbitrary: outputs, weight: 2 }),
  )
  .map(([set, command, redirects]) => [`${set}${command}`, ...redirects].join(' '));

/** Mostly one: every program takes time to start. */
export function few<T>(what: fc.Arbitrary<T>): fc.Arbitrary<T[]> {
  const exactly = (count: number) => fc.array(what, { minLength: count, maxLength: count });
  return fc.oneof(
    { arbitrary: exactly(1), weight: 7 },
    { arbitrary: exactly(2), weight: 3 },
    { arbitrary: exactly(3), weight: 1 },
  );
}

/** Only the first program of a pipe reads a file. */
export const pipeline = fc
  .tuple(few(program), fc.option(input, { freq: 6, nil: '' }))
  .map(([[first = '', ...more], from]) => [`${first} ${from}`.trimEnd(), ...more].join(' | '));
