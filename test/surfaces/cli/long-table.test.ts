/** Tables with long cells, and tables for narrow terminals. */
import t from 'tap';
import { textTable } from '../../../src/report/text-table.js';

const WIDTH = 40;
const wrappedCell = (length: number): string =>
  textTable({ head: ['question'], rows: [['TASK-1, '.repeat(length)]], width: WIDTH });
const processorTime = (work: () => void): number => {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
};

t.test('a cell of 400,000 characters is wrapped in less than 40 times the time of 20,000', (t) => {
  wrappedCell(2_500);
  const [short, long] = [2_500, 50_000].map((length) => processorTime(() => wrappedCell(length)));
  t.ok((long ?? 0) < 40 * (short ?? 0) + 100_000, `${short} µs, ${long} µs`);
  t.end();
});

t.test('and no line is wider than the terminal, with wide characters and colors', (t) => {
  const cell = `${'日本語 '.repeat(60)}\u001b[31m${'red '.repeat(60)}\u001b[39m${'x'.repeat(300)}`;
  const table = textTable({ head: ['a'], rows: [[cell]], width: WIDTH });
  for (const line of table.replace(/\u001b\[\d+m/g, '').split('\n'))
    t.ok([...line].reduce((sum, c) => sum + (c > '\u2e80' ? 2 : 1), 0) <= WIDTH, line);
  t.end();
});

t.test('where the columns have no room, the cells of a row stand below each other', (t) => {
  const head = ['', 'project', 'status', 'last pass', 'next'];
  const rows = [
    ['1', 'pages', 'active', '2026-11-30 20:45', 'Say which pages are too long.'],
    ['2', 'maps', 'paused', '', ''],
  ];
  t.equal(
    textTable({ head, rows, width: WIDTH }),
    [
      '           1',
      'project    pages',
      'status     active',
      'last pass  2026-11-30 20:45',
      'next       Say which pages are too long.',
      '',
      '           2',
      'project    maps',
      'status     paused',
    ].join('\n'),
  );
  const wide = textTable({ head, rows, width: 80 });
  t.match(wide, /^ {3}project {2}status/, 'a wide one is a table');
  t.end();
});
