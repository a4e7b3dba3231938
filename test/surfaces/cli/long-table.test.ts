/** A table with a very long cell takes time in proportion to its length. */
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
