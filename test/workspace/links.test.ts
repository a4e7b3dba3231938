import fc from 'fast-check';
import t from 'tap';
import { scan } from '../../src/markdown/scan.js';
import { linksOf } from '../../src/workspace/links.js';
import { processorMs } from '../support/processor-time.js';

const links = (text: string, file = 'docs/page.md') => linksOf(scan(text), file);
const paths = (text: string, file?: string): readonly (string | undefined)[] =>
  links(text, file).map((link) => link.path);

t.test('a target is resolved from the file that names it', async (t) => {
  const cases: Readonly<Record<string, string | undefined>> = {
    '[x](other.md)': 'docs/other.md',
    '[x](./other.md)': 'docs/other.md',
    '[x](../SOUL.md)': 'SOUL.md',
    '[x](/SOUL.md)': 'SOUL.md',
    '[x](sub/)': 'docs/sub',
    '[x](other.md#part)': 'docs/other.md',
    '[x](other.md?plain=1)': 'docs/other.md',
    '[x](with%20blank.md)': 'docs/with blank.md',
    '[x](<with blank.md>)': 'docs/with blank.md',
    '[x](bad%ZZ.md)': 'docs/bad%ZZ.md',
    '[x](wiki_(page).md)': 'docs/wiki_(page).md',
    '[x](other.md "a title")': 'docs/other.md',
    "[x](other.md 'a title')": 'docs/other.md',
    '![x](image.png)': 'docs/image.png',
    '[a [nested] b](other.md)': 'docs/other.md',
    '[x]: other.md': 'docs/other.md',
    '[x]: <with blank.md>': 'docs/with blank.md',
    '[x](#here)': undefined,
    '[x](https://example.org/a.md)': undefined,
    '[x](mailto:a@example.org)': undefined,
    '[x](//example.org/a.md)': undefined,
    '[x](../../../out.md)': '../../out.md',
  };
  for (const [text, path] of Object.entries(cases)) {
    t.equal(links(text).length, 1, text);
    t.equal(links(text)[0]?.path, path, text);
  }
  t.equal(links('[x](other.md#part)')[0]?.anchor, 'part');
  t.equal(links('[x](#here)')[0]?.anchor, 'here');
});

t.test('an image inside a link is a link as well as the link around it', async (t) => {
  t.same(paths('[![x](image.png)](other.md)'), ['docs/image.png', 'docs/other.md']);
  t.same(paths('![x](image.png)'), ['docs/image.png'], 'an image alone is one');
  t.same(paths('[a ![x](one.png) b ![](two.png) c](other.md)'), [
    'docs/one.png',
    'docs/two.png',
    'docs/other.md',
  ]);
});

t.test('what stands in code or in a comment is no link', async (t) => {
  const texts = [
    '`[x](a.md)`',
    '``[x](a.md) ` ``',
    '```\n[x](a.md)\n```',
    '~~~~\n[x]: a.md\n~~~~',
    '<!-- [x](a.md)\n[y](b.md) -->',
    '[x](',
    '[x]()',
    '[x] (a.md)',
    'a](b.md)',
  ];
  for (const text of texts) t.same(links(text), [], text);
  t.same(
    paths('`a` [x](a.md) `b`'),
    ['docs/a.md'],
    'but what stands between two pieces of code is',
  );
  t.same(paths('```\ncode\n```\n[x](a.md)'), ['docs/a.md']);
});

t.test(
  'a link says its line and the exact place of its target, also with CRLF and a BOM',
  async (t) => {
    const text =
      '\ufeff# One\r\n\r\n`x` then [a](a.md) and\r\n[b](<b c.md> "t")\r\n\r\n[c]: c.md\r\n';
    const found = links(text);
    t.same(
      found.map(({ target, line }) => [target, line]),
      [
        ['a.md', 3],
        ['b c.md', 4],
        ['c.md', 6],
      ],
    );
    t.same(
      found.map(({ start, end }) => text.slice(start, end)),
      ['a.md', '<b c.md>', 'c.md'],
    );
  },
);

t.test('links over many texts: each target stands where it is said to stand', async (t) => {
  const piece = fc.constantFrom(
    '[',
    ']',
    '(',
    ')',
    '](',
    ']: ',
    '`',
    '``',
    '<',
    '>',
    '!',
    '"',
    '\\',
    '\n',
    '\r\n',
    '#',
    ' ',
    'a.md',
    '<!--',
    '-->',
    '```\n',
    'é',
    '%20',
    '?',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      const text = pieces.join('');
      return links(text).every(
        ({ target, start, end, line }) =>
          [target, `<${target}>`].includes(text.slice(start, end)) &&
          line === text.slice(0, start).split(/\r\n|\n|\r/).length,
      );
    }),
    { numRuns: 5000 },
  );
  t.pass('held');
});

t.test('a text made to be slow is not', async (t) => {
  const started = processorMs();
  for (const text of [
    `${'['.repeat(8000)}](`,
    `${'[a'.repeat(8000)}](`,
    `[x](${'('.repeat(8000)}`,
    `[${'[a]'.repeat(4000)}](`,
    `]( ${'`'.repeat(8000)}`,
    `](${'<!--'.repeat(4000)}`,
    `${'!['.repeat(8000)}](`,
    `${' '.repeat(9000)}](x`,
  ])
    links(text);
  t.ok(processorMs() - started < 5000, `${Math.round(processorMs() - started)} ms`);
});
