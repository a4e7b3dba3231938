import fc from 'fast-check';
import t from 'tap';
import { scan } from '../../src/markdown/scan.js';
import type { Doc } from '../../src/markdown/types.js';
import { nastyMarkdown } from './arbitrary-markdown.js';
import { type Blocks, remarkBlocks } from './remark-oracle.js';

function ours(doc: Doc): Blocks {
  const { text } = doc;
  return {
    headings: doc.headings.map(({ depth, line, start, end }) => ({ depth, line, start, end })),
    tables: doc.tables.map((table) => ({ line: table.header.line, rows: [table.header, ...table.rows].map((row) => row.cells.map(({ start, end }) => text.slice(start, end))) })),
    fences: doc.fences.map(({ line, contentStart, contentEnd }) => ({ line, content: text.slice(contentStart, contentEnd) })),
    frontMatter: doc.frontMatter && text.slice(doc.frontMatter.contentStart, doc.frontMatter.contentEnd),
  };
}

/** Line endings and the last one of a block are not compared: remark's values leave them out. */
function comparable(blocks: Blocks): unknown {
  const plain = (text: string): string => text.replace(/\r\n/g, '\n').replace(/\n$/, '');
  return {
    ...blocks,
    fences: blocks.fences.map(({ line }) => line),
    frontMatter: blocks.frontMatter === undefined ? undefined : plain(blocks.frontMatter),
  };
}

t.test('remark sees the same headings, tables, fences and front matter', async (t) => {
  fc.assert(
    fc.property(nastyMarkdown, (text) => {
      t.strictSame(comparable(ours(scan(text))), comparable(remarkBlocks(text)), JSON.stringify(text));
    }),
    { numRuns: Number(process.env['RUNS'] ?? 1500) },
  );
});
