import fc from 'fast-check';
import remarkFrontmatter from 'remark-frontmatter';
import remarkGfm from 'remark-gfm';
import remarkParse from 'remark-parse';
import t from 'tap';
import { unified } from 'unified';
import { scan } from '../../../src/markdown/scan.js';
import { chunkText } from '../../../src/modules/knowledge/store/chunk.js';
import { nastyMarkdown } from '../../markdown/arbitrary-markdown.js';
import { processorMs } from '../../support/processor-time.js';

t.setTimeout(240_000);

type Node = {
  readonly type: string;
  readonly children?: readonly Node[];
  readonly position?: {
    readonly start: { readonly line: number; readonly offset?: number };
    readonly end: { readonly line: number };
  };
};
const processor = unified().use(remarkParse).use(remarkGfm).use(remarkFrontmatter);

/** First and last lines of tables and fences of the top level, as remark reads them. */
function wholes(text: string): readonly (readonly [number, number])[] {
  // remark takes away one BOM itself.
  const source = text.replace(/^\ufeff/, '');
  const lines = source.split(/\r\n|\n|\r/);
  const { children = [] } = processor.parse(text) as Node;
  return children.flatMap((node): (readonly [number, number])[] => {
    const start = node.position?.start;
    const isFence = node.type === 'code' && /^(?:```|~~~)/.test(source.slice(start?.offset));
    if (start === undefined || (node.type !== 'table' && !isFence)) return [];
    // A fence that is never closed has the blank lines at the end of the file as well.
    let last = node.position?.end.line ?? start.line;
    while (last > start.line && /^\s*$/.test(lines[last - 1] ?? '')) last -= 1;
    return [[start.line, last]];
  });
}

const dense = (text: string): string => text.replace(/[\0-\x20]/g, '');
/** What has to be in the chunks: the front matter's content, and everything after it. */
function body(text: string): string {
  const { frontMatter } = scan(text);
  return frontMatter === undefined
    ? text.replace(/^\ufeff/, '')
    : `${text.slice(frontMatter.contentStart, frontMatter.contentEnd)}${text.slice(frontMatter.end)}`;
}

const paragraph = fc
  .array(fc.constantFrom('word', 'guard', '日本語', 'a-b', '`code`', '**bold**'), {
    minLength: 1,
    maxLength: 300,
  })
  .map((words) => words.join(' '));
const rows = fc
  .integer({ min: 0, max: 120 })
  .map(
    (count) =>
      `| a | b |\n|---|---|\n${Array.from({ length: count }, (_, i) => `| row ${i} | some text in a cell |\n`).join('')}`,
  );
const fence = fc
  .integer({ min: 0, max: 120 })
  .map(
    (count) =>
      `\`\`\`ts\n${Array.from({ length: count }, (_, i) => (i % 9 === 0 ? '\n# not a heading' : `const line${i} = ${i};`)).join('\n')}\n\`\`\`\n`,
  );
const heading = fc
  .integer({ min: 1, max: 4 })
  .map((depth) => `${'#'.repeat(depth)} Title ${depth}\n`);
const long = fc
  .array(fc.oneof(paragraph, rows, fence, heading), { maxLength: 14 })
  .map((parts) => parts.join('\n\n'));
const endings = (text: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .tuple(text, fc.boolean(), fc.boolean())
    .map(
      ([one, crlf, bom]) => `${bom ? '\ufeff' : ''}${crlf ? one.replace(/\r?\n/g, '\r\n') : one}`,
    );

t.test('no chunk begins or ends inside a table or a fence, by the word of remark', async (t) => {
  for (const [text, runs] of [
    [endings(long), 150],
    [endings(nastyMarkdown), 300],
  ] as const) {
    fc.assert(
      fc.property(text, (one) => {
        const inside = wholes(one);
        for (const { line, endLine } of chunkText(one))
          for (const [first, last] of inside)
            if ((line > first && line <= last) || (endLine >= first && endLine < last))
              throw new Error(
                `lines ${line} to ${endLine} cut the block of lines ${first} to ${last}`,
              );
      }),
      { numRuns: runs, examples: [[`\ufeff\ufeff| a | b |\n|---|---|\n${'x'.repeat(3000)}\n`]] },
    );
  }
  t.pass();
});

t.test(
  'every character but blanks is in exactly one chunk, and lines are where they are said to be',
  async (t) => {
    fc.assert(
      fc.property(
        endings(fc.oneof(long, nastyMarkdown, fc.string({ unit: 'binary', maxLength: 4000 }))),
        (text) => {
          const chunks = chunkText(text);
          if (dense(chunks.map((one) => one.text).join('')) !== dense(body(text)))
            throw new Error('a character is missing or twice there');
          const lines = scan(text).lineStarts;
          for (const one of chunks)
            if (!text.slice(lines[one.line - 1]).includes(one.text.slice(0, 20)))
              throw new Error(`line ${one.line}`);
        },
      ),
      { numRuns: 300 },
    );
    t.pass();
  },
);

t.test('chunks end at headings and carry the titles above them', async (t) => {
  const chunks = chunkText(
    '---\ntitle: A\n---\nBefore.\n\n# One\n\nText of one.\n\n## Two\n\nText of two.\n\n# Three\n',
  );
  t.same(
    chunks.map((one) => [one.headings.join(' > '), one.line, one.endLine, one.text]),
    [
      ['', 2, 2, 'title: A'],
      ['', 4, 4, 'Before.'],
      ['One', 6, 8, '# One\n\nText of one.'],
      ['One > Two', 10, 12, '## Two\n\nText of two.'],
      ['Three', 14, 14, '# Three'],
    ],
  );
});

t.test('long text is cut into pieces of about 1,200 characters, a long table is not', async (t) => {
  const sentences = Array.from({ length: 300 }, (_, i) => `Sentence number ${i} is here.`).join(
    ' ',
  );
  const pieces = chunkText(`# Long\n\n${sentences}\n`);
  t.ok(pieces.length > 5);
  for (const one of pieces)
    t.ok(one.text.length <= 2400 && /^(?:#|\S+)/.test(one.text), `${one.text.length} characters`);
  const table = `| a | b |\n|---|---|\n${'| one | two |\n'.repeat(400)}`;
  t.same(
    chunkText(`${table}\nAfter.\n`).map((one) => one.text.length > 2000),
    [true, false],
  );
});

t.test(
  'what is hard to read is cut in time: lines of 10 MB, thousands of headings and tables, junk',
  async (t) => {
    const noise = Buffer.from(Array.from({ length: 200_000 }, (_, i) => (i * 7919) % 256)).toString(
      'latin1',
    );
    const cases = {
      'one line': 'x'.repeat(10_000_000),
      words: 'word '.repeat(2_000_000),
      CJK: '漢字'.repeat(2_000_000),
      headings: '# h\n'.repeat(200_000),
      tables: '# t\n\n| a |\n|---|\n| b |\n\n'.repeat(20_000),
      'an open fence': `\`\`\`\n${'line\n'.repeat(500_000)}`,
      junk: noise,
      'lone halves': '\ud83d'.repeat(10_000),
    };
    for (const [name, text] of Object.entries(cases)) {
      const start = processorMs();
      const chunks = chunkText(text);
      t.equal(
        chunks.reduce((sum, one) => sum + dense(one.text).length, 0),
        dense(text).length,
        name,
      );
      t.ok(processorMs() - start < 15_000, `${name}: ${Math.round(processorMs() - start)} ms`);
    }
  },
);
