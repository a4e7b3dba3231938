import fc from 'fast-check';
import matter from 'gray-matter';
import t from 'tap';
import { scan } from '../../src/markdown/scan.js';
import type { Doc } from '../../src/markdown/types.js';
import { nastyMarkdown } from './arbitrary-markdown.js';
import { type Blocks, remarkBlocks } from './remark-oracle.js';

/** RUNS and SEED look further; without them every run sees the same documents. */
const depth = {
  numRuns: Number(process.env['RUNS'] ?? 600),
  seed: Number(process.env['SEED'] ?? 7),
};

t.test('remark sees the same headings, tables, fences and front matter', async (t) => {
  let blocks = 0;
  fc.assert(
    fc.property(nastyMarkdown, (text) => {
      const seen = ourBlocks(scan(text));
      blocks += seen.headings.length + seen.tables.length + seen.fences.length;
      if (!isSame(seen, remarkBlocks(text)))
        t.strictSame(seen, remarkBlocks(text), JSON.stringify(text));
    }),
    depth,
  );
  t.ok(blocks > depth.numRuns / 2, 'the documents have blocks to compare');
});

t.test('gray-matter sees front matter begin and end in the same places', async (t) => {
  const bodies = fc.constantFrom('', 'text', '# Title\n', '\n\n---\n', '--- x\n', 'a: b\n---\n');
  const contents = fc.array(
    fc.constantFrom('a: b', '', '# c', 'x:', '  - y', '"---"', ' ---', 'é: 🌙'),
    { maxLength: 5 },
  );
  fc.assert(
    fc.property(
      fc.boolean(),
      contents,
      bodies,
      fc.constantFrom('\n', '\r\n'),
      (bom, lines, body, eol) => {
        const text = `${bom ? '\ufeff' : ''}${['---', ...lines, '---', ''].join(eol)}${body.replaceAll('\n', eol)}`;
        const { frontMatter } = scan(text);
        const engines = { yaml: { parse: (source: string) => ({ source }), stringify: () => '' } };
        const { content, matter: source } = matter(text, { engines, language: 'yaml' });
        const plain = (part: string): string => part.replaceAll('\r', '').replace(/^\n+|\n+$/g, '');
        t.equal(
          plain(text.slice(frontMatter?.contentStart, frontMatter?.contentEnd)),
          plain(source),
        );
        t.equal(plain(text.slice(frontMatter?.end)), plain(content));
      },
    ),
    { ...depth, numRuns: 300 },
  );
});

t.test('lines of the document, joined, are the document', async (t) => {
  fc.assert(
    fc.property(nastyMarkdown, (text) => {
      const { lineStarts } = scan(text);
      const pieces = lineStarts.map((start, i) =>
        text.slice(start, lineStarts[i + 1] ?? text.length),
      );
      if (text.slice(0, lineStarts[0]) + pieces.join('') !== text) t.fail(JSON.stringify(text));
    }),
    depth,
  );
  t.pass('no byte is lost');
});

t.test('front matter may close with three dots', async (t) => {
  const doc = scan('---\na: b\n...\n# T\n');
  t.same(doc.frontMatter, { contentStart: 4, contentEnd: 9, start: 0, end: 12 });
  t.equal(doc.headings[0]?.line, 4);
});

t.test('front matter that never closes is none, and what follows is markdown', async (t) => {
  const doc = scan('---\na: b\n\n# T\n');
  t.equal(doc.frontMatter, undefined);
  t.equal(doc.headings[0]?.text, 'T');
});

t.test('columns on the first line do not count a BOM', async (t) => {
  t.equal(scan('\ufeff# T\n').lineStarts[0], 1);
  t.equal(scan('\ufeff# T\n').headings[0]?.start, 1);
});

t.test('heading texts are read without their marks', async (t) => {
  const texts = (text: string): readonly (readonly [number, string])[] =>
    scan(text).headings.map((heading) => [heading.depth, heading.text]);
  t.same(texts('## Projects\n'), [[2, 'Projects']]);
  t.same(texts('## Projects ##  \n# C#\n# \\#\n#\n'), [
    [2, 'Projects'],
    [1, 'C#'],
    [1, '\\#'],
    [1, ''],
  ]);
  t.same(texts('Two\r\n  lines\r\n---\r\n'), [[2, 'Two lines']]);
  t.same(texts('[a]: /b\nOne\n===\n'), [[1, 'One']]);
});

t.test(
  'what stands in fences, comments, lists and quotes is not part of the top level',
  async (t) => {
    const table = '| a |\n| - |\n| 1 |\n';
    const hidden = {
      'a fence': `\`\`\`\n# H\n\n${table}\`\`\`\n`,
      'a fence that nobody closes': `~~~\n# H\n\n${table}`,
      'a comment': `<!--\n# H\n\n${table}-->\n`,
      'a list': `- x\n\n  # H\n\n  ${table.replaceAll('\n', '\n  ')}\n`,
      'a quote': `> # H\n>\n> ${table.trimEnd().replaceAll('\n', '\n> ')}\n`,
      'indented code': `    # H\n\n    ${table.replaceAll('\n', '\n    ')}\n`,
      'a footnote': `[^1]: x\n\n    # H\n\n    ${table.replaceAll('\n', '\n    ')}\n`,
    };
    for (const [where, text] of Object.entries(hidden)) {
      const doc = scan(`${text}`);
      t.same([doc.headings, doc.tables], [[], []], where);
      t.equal(scan(`${table}\n${text}`).tables.length, 1, `before ${where}`);
    }
    t.equal(scan(`${hidden['a comment']}\n# After\n\n${table}`).tables.length, 1);
    t.equal(scan(`- | a |\n  | - |\n  | 1 |\n\n${table}`).tables.length, 1);
  },
);

t.test('html blocks are reported with their extent', async (t) => {
  const text = 'x\n\n<!-- a\n\nb -->\ny\n\n<div>\nz\n\n';
  t.same(
    scan(text).html.map(({ start, end }) => text.slice(start, end)),
    ['<!-- a\n\nb -->', '<div>\nz'],
  );
});

t.test('cells are trimmed spans, and an escaped pipe does not cut', async (t) => {
  const text = '|  a \\| b | `c\\|d`\t||  |\n|-|-|-|-|\n';
  t.same(
    scan(text).tables[0]?.header.cells.map(({ start, end }) => text.slice(start, end)),
    ['a \\| b', '`c\\|d`', '', ''],
  );
});

t.test('any text is scanned', async (t) => {
  const junk = Array.from({ length: 256 }, (_, i) => String.fromCharCode(i)).join('');
  for (const text of [
    '',
    '\0',
    '\ufeff',
    '\r',
    '\n',
    '\r\n\r',
    '---',
    '---\n',
    '| a',
    '| a |\n|',
    '```',
    '<!--',
    '-',
    '>',
    '\ud800',
    junk,
    junk.repeat(50),
  ])
    t.doesNotThrow(() => scan(text), JSON.stringify(text.slice(0, 20)));
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => scan(text).text === text),
    depth,
  );
});

t.test('a line of ten megabytes, and half a megabyte of anything, take one pass', async (t) => {
  const size = 500_000;
  const repeat = (piece: string): string => piece.repeat(Math.floor(size / piece.length));
  for (const piece of [
    'x',
    '|',
    '\\',
    '`',
    '#',
    '>',
    '- ',
    '> ',
    '<',
    '<a ',
    '[',
    '[a]: b\n',
    '-',
    '\t',
    ' ',
    '*',
    '1. ',
    '|-',
    '| a ',
    '\n',
    '\r',
    '\\|',
    '"',
    ': ',
    '<!-- ',
    '=\n',
    'a\n- \n',
    '\u0000',
  ]) {
    const doc = scan(repeat(piece));
    t.equal(doc.text.length, Math.floor(size / piece.length) * piece.length, JSON.stringify(piece));
  }
  for (const piece of ['x', '| a '])
    t.equal(
      scan(piece.repeat(10_000_000 / piece.length)).lineStarts.length,
      1,
      `ten megabytes of ${piece}`,
    );
  const deep = '- '.repeat(5_000) + 'x\n'.concat('\n'.repeat(200_000)) + '# End\n';
  t.equal(scan(deep).headings.length, 1, 'deep nesting and many blank lines');
  const heads = '---\n' + 'a: b\n'.repeat(100_000);
  t.equal(scan(heads).frontMatter, undefined, 'unclosed front matter');
});

function ourBlocks(doc: Doc): Blocks {
  const { text } = doc;
  return {
    headings: doc.headings.map(({ depth, line, start, end }) => ({ depth, line, start, end })),
    tables: doc.tables.map((table) => ({
      line: table.header.line,
      rows: [table.header, ...table.rows].map((row) =>
        row.cells.map(({ start, end }) => text.slice(start, end)),
      ),
    })),
    fences: doc.fences.map(({ line }) => line),
    frontMatter:
      doc.frontMatter &&
      text
        .slice(doc.frontMatter.contentStart, doc.frontMatter.contentEnd)
        .replaceAll('\r\n', '\n')
        .replace(/\n$/, ''),
  };
}

function isSame(a: Blocks, b: Blocks): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
