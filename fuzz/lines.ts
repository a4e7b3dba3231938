/** Lines of the shell: what is accepted, its neighbourhood, and lines that once got through. */
import fc from 'fast-check';
import { HONEST, KNOWN } from './known-lines.js';
import { few, file, pipeline, placed, word } from './words.js';

const pick = (...texts: readonly string[]) => fc.constantFrom(...texts);

const hereText = fc
  .array(pick('plain', 'a $x', '`b`', '\\', '"q"', "'", 'END ', ' END', 'é', '$[1]', 'a\\'), {
    maxLength: 3,
  })
  .map((lines) => lines.map((line) => `${line}\n`).join(''));
const hereDocument = fc
  .tuple(
    pipeline,
    pick(
      "<<'END'",
      "<<'END'",
      "<<'END'",
      '<<END',
      '<<"END"',
      "<< 'END'",
      '<<-END',
      "<<'END' ",
      '<<\\END',
      '<<E\\\nND',
    ),
    fc.option(fc.tuple(pick(' | ', ' && ', ' ; '), pipeline), { nil: undefined }),
    hereText,
  )
  .map(([command, mark, more, body]) => `${command} ${mark}${(more ?? []).join('')}\n${body}END\n`);

const list = few(
  fc.tuple(pipeline, pick('; ', ' && ', ' || ', '\n', ' ;', ' &&\n', '|', '&&')),
).map((parts) =>
  parts.map(([command, join], i) => (i < parts.length - 1 ? command + join : command)).join(''),
);
const loop = fc
  .tuple(few(word), pick('"$x"', '$x', '${x}', '"$x"y'), pipeline)
  .map(
    ([values, use, body]) =>
      `for x in ${values.join(' ')}; do probe ${use}; ${body.replaceAll('notes.md', use)}; done`,
  );
const entered = fc
  .tuple(
    pick('cd outputs && ', 'cd outputs; ', 'cd outputs/sub\n', "cd 'outputs' && ", 'cd sub && '),
    pick(
      '',
      '',
      '',
      '',
      'cd outputs/bare && ',
      'cd outputs/sub-link && ',
      'cd outputs/away; ',
      '( ',
    ),
    list,
  )
  .map((parts) => parts.join(''));
/** Later ones depend on what earlier ones made. */
const placing = fc
  .tuple(fc.array(placed, { minLength: 2, maxLength: 4 }), pick('; ', ' && ', ' || ', '\n'))
  .map(([steps, join]) => steps.join(join));
const placingLoop = fc
  .tuple(pick('1 2', '1 2 3', 'a b c d'), fc.array(placed, { minLength: 1, maxLength: 2 }))
  .map(([values, steps]) => `for x in ${values}; do ${steps.join('; ')}; done`);
const commented = fc
  .tuple(list, pick(' # more', ' #', '\n# more\n', ' \\\n', '#x', ' ;# x', '\f# x'), list)
  .map((parts) => parts.join(''));

const made = fc.oneof(
  { arbitrary: list, weight: 8 },
  { arbitrary: hereDocument, weight: 2 },
  { arbitrary: loop, weight: 2 },
  { arbitrary: entered, weight: 3 },
  { arbitrary: commented, weight: 1 },
  { arbitrary: placing, weight: 2 },
  { arbitrary: placingLoop, weight: 1 },
);

const nasty = fc.oneof(
  pick(
    ...['\f', '\v', '\r', '\u00a0', '\u2028', '\b', '\x7f', '\\\n', '\t', '\n', '\u200b', '\x01'],
    ...['$[1]', '$((1))', '$(evil)', '`evil`', '{a,b}', '{-delete,-print}', '{1..3}', '~', '~+'],
    ...['!', '#', ' #', "$'\\x2d'", "$'\\'", '$"x"', '<(evil)', '>(evil)', '<<E', '<<-E', '<<<x'],
    ...['3<&0', '0<', '&', '|&', '>&', '<>', '*', '?', '[', ']', '(', ')', '((', '[[', ']]', '}'],
    ...['x=(1 2) ', 'x+=1 ', 'a[0]=1 ', 'time ', '! ', 'coproc ', 'f() ', 'if ', ' then ', 'fi'],
    ...['cd ', 'cd .. ', ' return ', ' exit ', 'eval ', 'exec ', 'bash ', 'sh -c ', '=', ':', '-'],
    ...['"', "'", '\\', '$', '$x', '${x}', '$@', '$#', '@(a)', '!(a)', '+(a)', '\u0301', 'ａ'],
    ...['{}', ' -- ', ' -delete', '; evil', ' && evil', ' || evil', ' | evil', ' > outputs/m'],
    ...[' 2', '<&0', '2>&-', '>&-', ' declare -a x=(1) ', ';;', '&&', '||', '|', ';', ' do ', '{ '],
    ...[
      ' export A=1 ',
      ' & ',
      ' |& ',
      ' PATH=. ',
      ' A=1 ',
      ' command ',
      ' builtin ',
      '\\\\',
      "''",
      '""',
      '${x:-y}',
      '\\\n#',
      '\x00',
    ],
  ),
  word,
);
type Change = readonly [where: number, length: number, put: string];
const change: fc.Arbitrary<Change> = fc.tuple(
  fc.double({ min: 0, max: 1, noNaN: true }),
  pick('0', '0', '0', '1', '1', '3').map(Number),
  nasty,
);

function changed(line: string, changes: readonly Change[]): string {
  return changes.reduce((text, [where, length, put]) => {
    const from = Math.floor(where * text.length);
    return text.slice(0, from) + (length === 3 ? '' : put) + text.slice(from + length);
  }, line);
}

const known = fc.oneof(
  pick(...KNOWN),
  pick(...HONEST),
  fc.tuple(pick(...KNOWN), file).map(([line, name]) => line.replaceAll('F', name)),
);

export const mutated = (from: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .tuple(from, fc.array(change, { minLength: 1, maxLength: 2 }))
    .map((parts) => changed(...parts));

export const anyLine = fc.oneof(
  { arbitrary: made, weight: 6 },
  { arbitrary: mutated(made), weight: 5 },
  { arbitrary: mutated(known), weight: 2 },
);
