import t from 'tap';
import { readFrontMatter } from '../../src/markdown/front-matter.js';
import { keptDoc, keptRecords } from '../../src/markdown/kept-docs.js';
import { scan } from '../../src/markdown/scan.js';
import type { RecordSpec } from '../../src/markdown/types.js';

const PAGE = '---\ntitle: One\n---\n\n# One\n';
const specOf = (object: string): RecordSpec => ({
  object,
  shape: 'document',
  key: [],
  glob: 'pages/*.md',
  locator: { kind: 'front-matter' },
});

t.test('the same text is scanned once, another one is not taken for it', async (t) => {
  const doc = keptDoc(PAGE);
  t.equal(keptDoc(`${PAGE}`), doc);
  t.strictSame(doc, scan(PAGE));
  const other = PAGE.replace('# One', '# Two');
  t.strictSame(keptDoc(other), scan(other));
});

t.test('records are read once for each file and object', async (t) => {
  const [doc, spec] = [keptDoc(PAGE), specOf('PAGE')];
  const read = keptRecords(doc, 'pages/a.md', spec);
  t.equal(keptRecords(doc, 'pages/a.md', spec), read);
  t.equal(keptRecords(doc, 'pages/b.md', spec).records[0]?.file, 'pages/b.md');
  t.equal(keptRecords(doc, 'pages/a.md', specOf('OTHER')).records[0]?.object, 'OTHER');
});

t.test('front matter of the same text is told with the place of each file', async (t) => {
  const doc = keptDoc(PAGE);
  const fileOf = (file: string): string | undefined =>
    readFrontMatter(doc, file).fields.get('title')?.range.file;
  t.strictSame(['a.md', 'b.md', 'a.md'].map(fileOf), ['a.md', 'b.md', 'a.md']);
});

t.test('what was not asked for long is read again', async (t) => {
  const [old, often] = [keptDoc('# Old\n'), keptDoc('# Often\n')];
  for (let i = 0; i < 50; i++) {
    keptDoc(`${i} ${'x'.repeat(100_000)}`);
    t.equal(keptDoc('# Often\n'), often);
  }
  t.not(keptDoc('# Old\n'), old);
});
