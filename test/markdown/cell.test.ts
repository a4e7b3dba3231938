import fc from 'fast-check';
import t from 'tap';
import {
  decodeCell,
  decodeItem,
  encodeCell,
  encodeItem,
  normalValue,
} from '../../src/markdown/cell.js';
import { formatRow, parseRow } from '../../src/markdown/row.js';
import { scan } from '../../src/markdown/scan.js';

const pieces = fc.constantFrom(
  'a',
  ' ',
  '|',
  '\\',
  '\\|',
  '<br>',
  '<BR/>',
  '<br />',
  '<',
  'br>',
  '\n',
  '-',
  '—',
  '`',
  '🌙',
  '\t',
  '*',
  '#',
  '\r\n',
  '\u001b',
  '\0',
  '&amp;',
);
const nastyValue = fc.oneof(
  fc.array(pieces, { maxLength: 8 }).map((list) => list.join('')),
  fc.string({ unit: 'binary', maxLength: 12 }),
);
const runs = { numRuns: 5000 };

t.test('a value that is written in a cell is read back', async (t) => {
  fc.assert(
    fc.property(nastyValue, (value) => decodeCell(encodeCell(value)) === normalValue(value)),
    runs,
  );
  fc.assert(
    fc.property(nastyValue, (value) => decodeItem(encodeItem(value)) === normalValue(value)),
    runs,
  );
  t.pass('cells and items');
});

t.test('a written cell is one cell of one line of a table', async (t) => {
  fc.assert(
    fc.property(fc.array(nastyValue, { minLength: 1, maxLength: 4 }), (values) => {
      const line = formatRow(values);
      const header = formatRow(values.map((_, i) => `c${i}`));
      const flush = line.replaceAll(' | ', '|').replace(/^\| | \|$/g, '|');
      for (const row of [line, values.some((value) => /[ |]/.test(value)) ? line : flush]) {
        const text = `${header}\n|${'-|'.repeat(values.length)}\n${row}\n`;
        const cells = scan(text).tables[0]?.rows[0]?.cells.map(({ start, end }) =>
          decodeCell(text.slice(start, end)),
        );
        t.strictSame(cells, values.map(normalValue), JSON.stringify(text));
      }
    }),
    { numRuns: 1000 },
  );
});

t.test('the fast row reader reads what the scanner reads', async (t) => {
  const fragment = fc.constantFrom(
    '|',
    '|',
    ' | ',
    'a',
    '\\',
    '\\|',
    ' ',
    '\t',
    '-',
    '—',
    '<br>',
    '<',
    'x y',
  );
  fc.assert(
    fc.property(fc.array(fragment, { minLength: 1, maxLength: 12 }), (parts) => {
      const row = `|${parts.join('')}`;
      const text = `|a|b|\n|-|-|\n${row}`;
      const cells = scan(text).tables[0]?.rows[0]?.cells.map(({ start, end }) =>
        decodeCell(text.slice(start, end)),
      );
      t.strictSame(parseRow(row), cells, JSON.stringify(row));
    }),
    { numRuns: 2000 },
  );
});

t.test('what people write in cells means what they expect', async (t) => {
  const table: readonly (readonly [string, string])[] = [
    ['', ''],
    ['-', ''],
    ['—', ''],
    ['--', '--'],
    ['\\-', '-'],
    ['\\—', '—'],
    ['\\\\-', '\\-'],
    ['a \\| b', 'a | b'],
    ['C:\\dir\\file', 'C:\\dir\\file'],
    ['/^\\d+\\.\\d+$/', '/^\\d+\\.\\d+$/'],
    ['C:\\dir\\', 'C:\\dir\\'],
    ['\\\\host', '\\\\host'],
    ['one<br>two', 'one\ntwo'],
    ['one<br/>two<BR />three', 'one\ntwo\nthree'],
    ['\\<br>', '<br>'],
    ['a < b', 'a < b'],
    ['null', 'null'],
  ];
  for (const [raw, value] of table) t.equal(decodeCell(raw), value, `"${raw}"`);
});

t.test('null, a lone dash, pipes and lines are written so', async (t) => {
  const table: readonly (readonly [string, string])[] = [
    ['', '-'],
    ['  ', '-'],
    ['-', '\\-'],
    ['a|b', 'a\\|b'],
    ['a\\|b', 'a\\\\\\|b'],
    ['a\r\nb\rc', 'a<br>b<br>c'],
    ['<br>', '\\<br>'],
    ['\\', '\\\\'],
    ['\\d', '\\d'],
    ['\u001b[31m', '\ufffd[31m'],
  ];
  for (const [value, raw] of table) t.equal(encodeCell(value), raw, JSON.stringify(value));
  t.equal(encodeItem('a|b'), 'a|b', 'a pipe in an item');
});

t.test('long runs of anything are encoded and decoded in one pass', async (t) => {
  for (const piece of ['\\', '|', '<', '<br>', '\\<', '\n']) {
    const value = piece.repeat(100_000);
    t.equal(decodeCell(encodeCell(value)), value, JSON.stringify(piece));
  }
});
