/** Front matter as people write it, and as it goes wrong, for property tests. */
import fc from 'fast-check';

const SCALARS = [
  '',
  ' ',
  'text',
  'two words',
  '"quoted"',
  "'single'",
  '"a: b"',
  "'it''s'",
  '"esc \\" x"',
  '"tab\\t"',
  '"two \\u00fc\\/\\n \\ud83c\\udf19"',
  '"yaml only \\x41 \\e"',
  '"\\"" # comment',
  '"open \\"',
  '{"a":1,"b":["x","\\"y"],"c":{"a b":null}}',
  '{ "a": "b" , c: "d" }',
  '{"a" : 1}',
  '{"a":}',
  '{"a":b, "a":c}',
  '{"a"}',
  '{"null":1, "1":2, "":3}',
  '["a":1]',
  '{"a":"b""c":1}',
  '[{"id":"s1","needs":["s2"],"n":-1.5e3},"x"]',
  '12',
  '-5',
  '+7',
  '007',
  '1.50',
  '.5',
  '5.',
  '1e3',
  '0x1F',
  '0o17',
  '.inf',
  '.nan',
  'true',
  'False',
  'null',
  '~',
  'Null',
  '2026-11-20',
  '2026-11-20T02:00:00Z',
  'a # comment',
  '"a" # comment',
  'a#b',
  '# only comment',
  'http://x.y/z',
  'a: b',
  'a:',
  '- x',
  '-',
  '-x',
  '--',
  '[a, b]',
  '[ a , "b" ]',
  '[]',
  '[1, 2.5, true, null, ~]',
  '[a, ]',
  '[a',
  '{}',
  '{ a: 1, b: [x] }',
  '{a: 1}',
  '[{ in: "o/*.md", n: 12 }, x]',
  '[a: b]',
  '[*a]',
  '[a b, c-d]',
  '{a}',
  '{a: }',
  '*a',
  '&a x',
  '!t x',
  '!!str 5',
  '|',
  '>',
  '|-',
  '@x',
  '`x`',
  '%x',
  'ü 🌙',
  '🌙',
  'a\tb',
  '"x" y',
  '"open',
  "'open",
  '? x',
  ': x',
  'x, y',
  'x]',
  '$HOME',
  '(a)',
  '<<',
  '=',
  'a [b]',
  'a {b}',
  '/re.*x/',
  '*.md',
  '**/x',
  'PROJECTS/*/X.md',
  '>= 5',
  '1..100',
  'a\\b',
  'a ',
  'a   # c',
  '---x',
  '...x',
];
const NAMES = [
  'a',
  'b',
  'c',
  'name',
  'phase',
  'stop_condition',
  'a-b',
  '"quoted"',
  'null',
  'true',
  'x.y',
  '1',
  'a b',
  'ü',
  '__proto__',
  'toString',
  '? a',
  '&k a',
  '<<',
];
const INDENTS = ['', '', '', '', '  ', '  ', '  ', '    ', '    ', ' ', '      ', '\t', '  \t'];

const line = fc.oneof(
  {
    weight: 10,
    arbitrary: fc
      .tuple(fc.constantFrom(...INDENTS), fc.constantFrom(...NAMES), fc.constantFrom(...SCALARS))
      .map(([indent, name, value]) => `${indent}${name}: ${value}`),
  },
  {
    weight: 4,
    arbitrary: fc
      .tuple(fc.constantFrom(...INDENTS), fc.constantFrom(...NAMES.slice(0, 7)))
      .map(([indent, name]) => `${indent}${name}:`),
  },
  {
    weight: 5,
    arbitrary: fc
      .tuple(fc.constantFrom(...INDENTS), fc.constantFrom(...SCALARS))
      .map(([indent, value]) => `${indent}- ${value}`),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(
        fc.constantFrom(...INDENTS),
        fc.constantFrom(...NAMES.slice(0, 7)),
        fc.constantFrom(...SCALARS),
      )
      .map(([indent, name, value]) => `${indent}- ${name}: ${value}`),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      '',
      '  ',
      '# comment',
      '  # comment',
      '    # deep',
      'text',
      '  continued',
      '-',
      '  -',
      '"',
      '}',
      ']',
      '\t',
      '  text: |',
      '    block line',
      'a:b',
      'a :b',
      '- - x',
    ),
  },
);

/** Any sequence of such lines: mostly wrong, often nearly right. */
export const nastyYaml: fc.Arbitrary<string> = fc
  .tuple(fc.array(line, { maxLength: 8 }), fc.constantFrom('\n', '\n', '\r\n'))
  .map(([lines, eol]) => lines.map((text) => text + eol).join(''));

const goodScalar = fc.constantFrom(
  'text',
  'two words',
  '"quoted"',
  "'single'",
  '"a: b"',
  '12',
  'true',
  '',
  'null',
  '2026-11-20',
  'a # comment',
  '"a" # comment',
  '[a, b]',
  'http://x.y/z',
  '# none yet',
  '*.md'.slice(1),
  'PROJECTS/*/X.md',
  '{a: 1}',
);
const goodItem = fc.constantFrom(
  'text',
  'two words',
  '"quoted"',
  '12',
  'true',
  '[a, b]',
  '{ in: "o/*.md", at_least: 12 }',
  'file_exists: outputs/*.md',
  'command: { run: "x", exit: 0 }',
  '{"id":"s1","title":"Say \\"hello\\"","command":["true"],"needs":[]}',
);

/** Well-formed front matter with nested maps, lists and comments; names do not repeat. */
export const tidyYaml: fc.Arbitrary<string> = fc
  .tuple(
    fc.uniqueArray(
      fc.constantFrom('mission', 'phase', 'transition', 'tools', 'stop', 'last', 'next', 'zeta'),
      { maxLength: 6 },
    ),
    fc.array(
      fc.oneof(
        goodScalar,
        fc.array(goodItem, { minLength: 1, maxLength: 3 }),
        fc.uniqueArray(fc.constantFrom('name', 'status', 'date', 'x'), {
          minLength: 1,
          maxLength: 4,
        }),
      ),
      { minLength: 6, maxLength: 6 },
    ),
    fc.array(goodScalar, { minLength: 4, maxLength: 4 }),
    fc.array(fc.constantFrom('', '', '', '', '# comment', '', '  # inner'), {
      minLength: 12,
      maxLength: 12,
    }),
    fc.constantFrom('\n', '\r\n'),
  )
  .map(([names, shapes, scalars, comments, eol]) => {
    const lines: string[] = [];
    names.forEach((name, i) => {
      const shape = shapes[i] ?? '';
      if (comments[i]) lines.push(comments[i] ?? '');
      if (typeof shape === 'string') lines.push(`${name}: ${shape}`);
      else if (['name', 'status', 'date', 'x'].includes(shape[0] ?? ''))
        lines.push(`${name}:`, ...shape.map((sub, j) => `  ${sub}: ${scalars[j] ?? ''}`));
      else lines.push(`${name}:`, ...shape.map((item) => `  - ${item}`));
      if (comments[i + 6]) lines.push(comments[i + 6] ?? '');
    });
    return lines.map((text) => text + eol).join('');
  });
