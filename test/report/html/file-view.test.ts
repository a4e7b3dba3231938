/** Files on pages: links inside the dashboard, tables of separated values, source, hostile text. */
import t from 'tap';
import { csvRows } from '../../../src/report/html/csv-rows.js';
import { linkFrom } from '../../../src/report/html/file-link.js';
import { FileView } from '../../../src/report/html/file-view.js';

const view = (path: string, text: string | undefined) =>
  String(FileView({ path, text, bytes: Buffer.byteLength(text ?? '') }));

t.test('a relative link leads to the page of its file', (t) => {
  const cases: readonly (readonly [from: string, href: string, to: string | undefined])[] = [
    ['PROJECTS/a/outputs/x.md', '../LONGRUNNER.md', '/file?path=PROJECTS%2Fa%2FLONGRUNNER.md'],
    [
      'PROJECTS/a/outputs/x.md',
      'y%20z.md#part',
      '/file?path=PROJECTS%2Fa%2Foutputs%2Fy%20z.md#part',
    ],
    ['', 'PROJECTS/a/outputs/x.md', '/file?path=PROJECTS%2Fa%2Foutputs%2Fx.md'],
    ['a.md', '../../etc/passwd', undefined],
    ['a.md', 'https://example.org/', undefined],
    ['a.md', '#here', undefined],
    ['a.md', '//example.org/', undefined],
  ];
  for (const [from, href, to] of cases) t.equal(linkFrom(from)(href), to, `${href} in ${from}`);
  t.end();
});

t.test('markdown is rendered, with its front matter as source and its links inside', (t) => {
  const html = view('PROJECTS/a/x.md', '---\nkey: <b>\n---\n# Title\n\n[next](outputs/y.md)\n');
  t.match(html, 'aria-label="Front matter"><pre class="source">key: &lt;b&gt;</pre>');
  t.match(html, '<h1>Title</h1>');
  t.match(html, 'href="/file?path=PROJECTS%2Fa%2Foutputs%2Fy.md"');
  t.end();
});

t.test('nothing in a file becomes part of the page', (t) => {
  const evil =
    '<img src=x onerror=alert(1)>\n\n[a](javascript:alert(1)) ![b](https://e.org/p.png)\n';
  for (const path of ['x.md', 'x.csv', 'x.mjs', 'x'])
    t.notMatch(view(path, evil), /<img|href="javascript|<script/, path);
  t.end();
});

t.test('separated values are a table, whose numbers stand at the right', (t) => {
  const html = view('x.csv', 'name,size\n"a, b",12\nc,3.5\n');
  t.match(html, '<td>a, b</td><td class="number">12</td>');
  t.equal(view('x.tsv', 'a\tb\n1\t2\n').match(/<th/g)?.length, 2 + 1, 'thead has two headings');
  t.end();
});

t.test('rows of separated values, as RFC 4180 has them', (t) => {
  const cases: readonly (readonly [text: string, rows: readonly (readonly string[])[]])[] = [
    [
      'a,b\r\n1,2\r\n',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    ['a,"b ""c""\nd"\n', [['a', 'b "c"\nd']]],
    [
      'a,\n,b',
      [
        ['a', ''],
        ['', 'b'],
      ],
    ],
    ['\n\na\n', [['a']]],
    ['"open, and more', [['open, and more']]],
    ['', []],
  ];
  for (const [text, rows] of cases) t.strictSame(csvRows(text), rows, JSON.stringify(text));
  t.end();
});

t.test('what cannot be shown is said, and a long file is cut at a line', (t) => {
  t.match(view('x.bin', undefined), 'It is not text');
  t.match(view('x.md', ' \n'), 'The file is empty');
  const long = String(
    FileView({ path: 'x.txt', text: 'line\n'.repeat(100), bytes: 500, most: 52 }),
  );
  t.match(long, 'The first 50 characters of a file of 500 bytes.');
  t.end();
});
