import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { genesis, link } from '../../src/kernel/chain.js';
import { followChain, follows, readChainRow } from '../../src/integrity/chain-row.js';
import { readLogHead } from '../../src/integrity/log-head.js';
import { verifyLog } from '../../src/integrity/verify-log.js';
import { formatRow, parseRow } from '../../src/markdown/row.js';
import {
  buildLog,
  type BuiltLog,
  FIRST_LINE,
  forge,
  linkOf,
  LOG,
  rewritable,
  sampleLog,
  textOf,
  verifyText,
} from './log-builder.js';

t.setTimeout(120_000);

type Tampering = {
  readonly does: string;
  /** New lines for the 10 rows of a log. */
  readonly lines: (lines: readonly string[], log: BuiltLog) => readonly string[];
  readonly problem: string;
  /** Row (1-based, by its place in the file) that is named. */
  readonly row: number;
  /** What is named in a log without a Seq column, where that is another. */
  readonly unnumbered?: { readonly problem?: string; readonly row?: number };
};

const swap = (lines: readonly string[], a: number, b: number): string[] =>
  lines.map((line, i) => (i === a ? (lines[b] ?? '') : i === b ? (lines[a] ?? '') : line));
const without = (lines: readonly string[], from: number, count = 1): string[] => [
  ...lines.slice(0, from),
  ...lines.slice(from + count),
];
const put = (lines: readonly string[], at: number, ...more: string[]): string[] => [
  ...lines.slice(0, at),
  ...more,
  ...lines.slice(at),
];
const at = (lines: readonly string[], i: number): string => lines[i] ?? '';
const valuesLike = (line: string, detail: string): string[] => [
  ...line.slice(2, -2).split(' | ').slice(0, -2),
  detail,
];

const TAMPERINGS: readonly Tampering[] = [
  {
    does: 'a value of a row is changed',
    lines: (l) => l.map((line, i) => (i === 3 ? line.replace('happened', 'hxppened') : line)),
    problem: 'edited',
    row: 4,
  },
  {
    does: 'the first row is changed',
    lines: (l) => l.map((line, i) => (i === 0 ? line.replace('happened', 'hxppened') : line)),
    problem: 'edited',
    row: 1,
  },
  {
    does: 'the last row is changed',
    lines: (l) => l.map((line, i) => (i === 9 ? line.replace('happened', 'hxppened') : line)),
    problem: 'edited',
    row: 10,
  },
  {
    does: 'the link of a row is changed',
    lines: (l) => l.map((line, i) => (i === 3 ? line.replace(/.{5} \|$/, '00000 |') : line)),
    problem: 'edited',
    row: 4,
  },
  {
    does: 'a row is changed and given a new link',
    lines: (l) =>
      l.map((line, i) => (i === 3 ? forge(linkOf(l[2]), valuesLike(line, 'nothing')) : line)),
    problem: 'edited',
    row: 5,
  },
  {
    does: 'the last row is changed and given a new link',
    lines: (l) =>
      l.map((line, i) => (i === 9 ? forge(linkOf(l[8]), valuesLike(line, 'nothing')) : line)),
    problem: 'edited',
    row: 10,
  },
  {
    does: 'a blank in a row is doubled',
    lines: (l) => l.map((line, i) => (i === 5 ? line.replace(' | ', '  | ') : line)),
    problem: 'edited',
    row: 6,
  },
  {
    does: 'a row loses a cell',
    lines: (l) => l.map((line, i) => (i === 5 ? line.replace(/^\| [^|]+/, '') : line)),
    problem: 'edited',
    row: 6,
  },
  {
    does: 'a row is replaced by prose',
    lines: (l) => l.map((line, i) => (i === 5 ? 'nothing happened' : line)),
    problem: 'edited',
    row: 6,
  },
  { does: 'a row is taken out', lines: (l) => without(l, 4), problem: 'missing', row: 5 },
  { does: 'the first row is taken out', lines: (l) => without(l, 0), problem: 'missing', row: 1 },
  { does: 'three rows are taken out', lines: (l) => without(l, 4, 3), problem: 'missing', row: 5 },
  { does: 'two neighbours are swapped', lines: (l) => swap(l, 4, 5), problem: 'reordered', row: 5 },
  {
    does: 'two distant rows are swapped',
    lines: (l) => swap(l, 2, 8),
    problem: 'reordered',
    row: 3,
  },
  {
    does: 'a row is moved up',
    lines: (l) => put(without(l, 7), 2, at(l, 7)),
    problem: 'reordered',
    row: 3,
  },
  {
    does: 'a row is moved down',
    lines: (l) => put(without(l, 2), 7, at(l, 2)),
    problem: 'reordered',
    row: 3,
  },
  {
    does: 'the last two rows are swapped',
    lines: (l) => swap(l, 8, 9),
    problem: 'reordered',
    row: 9,
  },
  { does: 'the last row is cut off', lines: (l) => l.slice(0, 9), problem: 'truncated', row: 10 },
  { does: 'four rows are cut off', lines: (l) => l.slice(0, 6), problem: 'truncated', row: 7 },
  { does: 'all rows are cut off', lines: () => [], problem: 'truncated', row: 1 },
  {
    does: 'a row of their own is put in',
    lines: (l) => put(l, 4, at(l, 4).replace('happened', 'never happened')),
    problem: 'inserted',
    row: 5,
  },
  {
    does: 'a row of their own is put in first',
    lines: (l) => put(l, 0, at(l, 0).replace('happened', 'never happened')),
    problem: 'inserted',
    row: 1,
  },
  {
    does: 'a row with a link of its own is put in',
    lines: (l) => put(l, 4, forge(linkOf(l[3]), valuesLike(at(l, 4), 'never'))),
    problem: 'inserted',
    row: 5,
  },
  {
    does: 'two rows with links of their own are put in',
    lines: (l) => {
      const first = forge(linkOf(l[3]), valuesLike(at(l, 4), 'never'));
      return put(l, 4, first, forge(linkOf(first), valuesLike(at(l, 4), 'nor this')));
    },
    problem: 'inserted',
    row: 5,
  },
  {
    does: 'an earlier row is repeated',
    lines: (l) => put(l, 6, at(l, 2)),
    problem: 'inserted',
    row: 7,
  },
  {
    does: 'a later row is repeated',
    lines: (l) => put(l, 2, at(l, 7)),
    problem: 'inserted',
    row: 3,
  },
  { does: 'an empty line is put in', lines: (l) => put(l, 4, ''), problem: 'inserted', row: 5 },
  {
    does: 'a row with a good link is appended',
    lines: (l) => [...l, forge(linkOf(l[9]), valuesLike(at(l, 9), 'not from nocturne'))],
    problem: 'foreign',
    row: 11,
  },
  {
    does: 'a row without a good link is appended',
    lines: (l) => [...l, at(l, 9)],
    problem: 'foreign',
    row: 11,
  },
  { does: 'prose is appended', lines: (l) => [...l, '', 'The end.'], problem: 'foreign', row: 11 },
];

t.test('a log as it was written is whole', async (t) => {
  const directory = t.testdir();
  for (const numbered of [true, false]) {
    const { head, lines, anchor } = sampleLog(10, numbered);
    const verdict = verifyText(directory, textOf(head, lines), [anchor]);
    t.match(verdict, { ok: true, rows: 10, file: LOG });
    t.notOk(verdict.firstBad);
  }
  const empty = sampleLog(0);
  t.ok(verifyText(directory, empty.head, [empty.anchor]).ok, 'so is one without rows');
  t.ok(verifyText(directory, empty.head, []).ok, 'also when it has no anchor yet');
});

t.test('what was done to a log is named, with its line', async (t) => {
  const directory = t.testdir();
  for (const numbered of [true, false]) {
    for (const { does, lines, problem, row, unnumbered } of TAMPERINGS) {
      const log = sampleLog(10, numbered);
      const verdict = verifyText(directory, textOf(log.head, lines(log.lines, log)), [log.anchor]);
      const expected = numbered
        ? { problem, row }
        : { problem: unnumbered?.problem ?? problem, row: unnumbered?.row ?? row };
      t.notOk(verdict.ok, does);
      t.equal(
        verdict.firstBad?.problem,
        expected.problem,
        `${does}: ${verdict.firstBad?.message ?? ''}`,
      );
      t.equal(verdict.firstBad?.line, FIRST_LINE + expected.row - 1, `${does}: its line`);
    }
  }
});

t.test('a row that was moved out of the remembered window is still found', async (t) => {
  const log = sampleLog(1000);
  const directory = t.testdir();
  const moved = put(without(log.lines, 2), 900, at(log.lines, 2));
  t.match(verifyText(directory, textOf(log.head, moved), [log.anchor]).firstBad, {
    problem: 'reordered',
    line: FIRST_LINE + 2,
  });
});

t.test('what stands after the last row without ending a line is not overlooked', async (t) => {
  const directory = t.testdir();
  const log = sampleLog(10);
  const text = textOf(log.head, log.lines);
  t.match(verifyText(directory, `${text}x`, [log.anchor]).firstBad, {
    problem: 'foreign',
    line: FIRST_LINE + 10,
  });
  t.match(verifyText(directory, text.slice(0, -1), [log.anchor]).firstBad, {
    problem: 'truncated',
    line: FIRST_LINE + 9,
    message: /in the middle of row 10/,
  });
  t.match(verifyText(directory, `${text}x`, undefined), {
    ok: false,
    firstBad: { problem: 'foreign', line: FIRST_LINE + 10 },
  });
});

t.test('bytes that are not UTF-8 are not read as what they stand for', async (t) => {
  const log = buildLog([['1', 'unknown: \ufffd']], ['Seq', 'Detail']);
  const bytes = Buffer.from(textOf(log.head, log.lines));
  const changed = Buffer.from(bytes);
  // Three bytes that a lenient decoder turns into the same one replacement character.
  changed.set([0xf0, 0x90, 0x80], bytes.indexOf(Buffer.from('\ufffd')));
  t.equal(changed.toString('utf8'), bytes.toString('utf8'));
  t.notOk(verifyText(t.testdir(), changed, [log.anchor]).ok);
  t.ok(verifyText(t.testdir(), bytes, [log.anchor]).ok);
});

t.test('the short way over a row’s bytes accepts what the long way accepts', async (t) => {
  const piece = fc.constantFrom(
    'a',
    'b c',
    ' ',
    '  ',
    '|',
    ' | ',
    '-',
    '- ',
    '\\',
    '"',
    '<br>',
    '<',
    '\t',
    '—',
    'é',
    '\r',
    '',
    'xyz',
    '| ',
  );
  const start = genesis(LOG);
  fc.assert(
    fc.property(
      fc.array(piece, { minLength: 1, maxLength: 10 }),
      fc.boolean(),
      fc.constantFrom('', '', '0', ' '),
      (pieces, naive, before) => {
        const text = `| ${pieces.join('')} | `;
        // Linked over what the row seems to say, or over what it says: either way both have to
        // agree.
        const values = naive
          ? text
              .slice(2, -3)
              .split(' | ')
              .map((value) => (value === '-' ? '' : value))
          : parseRow(text);
        const line = Buffer.from(`${text}${before}${link(start, values)} |`);
        const columns = values.length + 1;
        const chain = followChain(start, columns);
        return chain.accept(line, 0, line.length) === follows(start, readChainRow(line, columns));
      },
    ),
    { numRuns: 5000 },
  );
  t.pass('held');
});

t.test('the number of the bad row is the one it carries, or the one that is missing', async (t) => {
  const log = sampleLog(10);
  const directory = t.testdir();
  const seq = (lines: readonly string[]): number | undefined =>
    verifyText(directory, textOf(log.head, lines), [log.anchor]).firstBad?.seq;
  t.equal(seq(log.lines.map((line, i) => (i === 3 ? line.replace('happened', 'x') : line))), 4);
  t.equal(seq(without(log.lines, 4)), 5);
  t.equal(seq(swap(log.lines, 4, 5)), 6);
  t.equal(seq(log.lines.slice(0, 9)), 10);
});

t.test('no byte of a log can be changed, taken out or put in unseen', async (t) => {
  const directory = t.testdir();
  const path = join(directory, 'log.md');
  const log = buildLog(
    [
      ['1', 'plain'],
      ['2', 'a | pipe, a \\ and <br>'],
      ['3', ''],
      ['4', 'ünïcode — “quoted” 🌒'],
      ['5', '"json" \t and\nlines'],
      ['6', '-'],
      ['7', 'x'.repeat(300)],
    ],
    ['Seq', 'Detail'],
  );
  const bytes = Buffer.from(textOf(log.head, log.lines));
  const opening = readLogHead(bytes, LOG)?.opening;
  const file = rewritable(path);
  t.teardown(() => file.close());
  const ok = (changed: Buffer): boolean => {
    file.set(changed);
    return verifyLog(path, { file: LOG, anchors: () => [log.anchor], opening }).ok;
  };
  t.ok(ok(bytes));
  for (let i = 0; i < bytes.length; i++) {
    for (const mask of [0x01, 0x20, 0x80]) {
      const changed = Buffer.from(bytes);
      changed[i] = (changed[i] ?? 0) ^ mask;
      if (ok(changed)) t.fail(`byte ${i} with ${mask} flipped was not seen`);
    }
    if (ok(Buffer.concat([bytes.subarray(0, i), bytes.subarray(i + 1)])))
      t.fail(`byte ${i} taken out was not seen`);
    if (ok(Buffer.concat([bytes.subarray(0, i), Buffer.from(' '), bytes.subarray(i)])))
      t.fail(`a blank put in at ${i} was not seen`);
  }
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (i, mask) => {
      const changed = Buffer.from(bytes);
      changed[i] = (changed[i] ?? 0) ^ mask;
      return !ok(changed);
    }),
    { numRuns: 2000 },
  );
  t.pass('no change went unseen');
});

t.test('whatever a row says, it is verified the way it was linked', async (t) => {
  const directory = t.testdir();
  const value = fc
    .oneof(
      fc.string({ unit: 'grapheme' }),
      fc.string({
        unit: fc.constantFrom(
          'a',
          ' ',
          '|',
          '\\',
          '<br>',
          '-',
          '—',
          '"',
          '\t',
          'é',
          '🌒',
          '<',
          '/',
          '>',
        ),
      }),
    )
    .map((text) =>
      text
        .replace(/\r\n?/g, '\n')
        .replace(/[\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, '')
        .replace(/^[ \t]+|[ \t]+$/g, ''),
    );
  fc.assert(
    fc.property(
      fc
        .integer({ min: 1, max: 5 })
        .chain((columns) =>
          fc
            .array(fc.array(value, { minLength: columns, maxLength: columns }), { maxLength: 8 })
            .map((rows) => ({ columns, rows })),
        ),
      ({ columns, rows }) => {
        const log = buildLog(
          rows,
          Array.from({ length: columns }, (_, i) => `C${i}`),
        );
        const verdict = verifyText(directory, textOf(log.head, log.lines), [log.anchor]);
        return verdict.ok && verdict.rows === rows.length && verdict.end?.head === log.anchor.head;
      },
    ),
    { numRuns: 500 },
  );
  t.pass('held');
});

t.test(
  'rows taken out, put in, swapped and cut off anywhere are called by their names',
  async (t) => {
    const directory = t.testdir();
    const kinds = fc.constantFrom(
      'edited',
      'missing',
      'reordered',
      'truncated',
      'inserted',
      'foreign',
    );
    fc.assert(
      fc.property(
        kinds,
        fc.integer({ min: 3, max: 30 }),
        fc.nat(),
        fc.boolean(),
        (kind, size, pick, numbered) => {
          const log = sampleLog(size, numbered);
          const { lines } = log;
          const i = pick % (size - 1);
          const changed = {
            edited: () =>
              lines.map((line, n) => (n === i ? line.replace('what', 'whatever') : line)),
            missing: () => without(lines, i),
            reordered: () => swap(lines, i, i + 1),
            truncated: () => lines.slice(0, i + 1),
            inserted: () => put(lines, i, at(lines, i).replace('what', 'whatever')),
            foreign: () => [
              ...lines,
              forge(linkOf(lines.at(-1)), valuesLike(at(lines, i), 'more')),
            ],
          }[kind]();
          const bad = verifyText(directory, textOf(log.head, changed), [log.anchor]).firstBad;
          const row = { truncated: i + 1, foreign: size }[kind as string] ?? i;
          return bad?.problem === kind && bad.line === FIRST_LINE + row;
        },
      ),
      { numRuns: 500 },
    );
    t.pass('held');
  },
);

t.test('a commit that announced its append may have made it, and nothing else', async (t) => {
  const directory = t.testdir();
  const before = sampleLog(10);
  const after = sampleLog(12);
  const anchors = [before.anchor, after.anchor];
  t.ok(verifyText(directory, textOf(before.head, before.lines), anchors).ok, 'not yet appended');
  t.ok(verifyText(directory, textOf(after.head, after.lines), anchors).ok, 'appended');
  t.match(
    verifyText(directory, textOf(after.head, after.lines.slice(0, 11)), anchors),
    { ok: false, firstBad: { problem: 'foreign', line: FIRST_LINE + 10 } },
    'half of it',
  );
  t.match(
    verifyText(
      directory,
      textOf(after.head, [
        ...after.lines.slice(0, 11),
        forge(linkOf(after.lines[10]), ['12', 'x', 'other']),
      ]),
      anchors,
    ),
    { ok: false },
    'something else of it',
  );
});

t.test('a log that grows while it is read is not taken for a changed one', async (t) => {
  const directory = t.testdir();
  const path = join(directory, 'log.md');
  const [before, after] = [sampleLog(10), sampleLog(12)];
  writeFileSync(path, textOf(after.head, after.lines));
  let asked = 0;
  t.ok(
    verifyLog(path, { file: LOG, anchors: () => [asked++ === 0 ? before.anchor : after.anchor] })
      .ok,
    'appended before the anchors were read again',
  );
  writeFileSync(path, textOf(before.head, before.lines));
  asked = 0;
  const growing = () => {
    if (asked++ === 0) return [before.anchor];
    writeFileSync(path, textOf(after.head, after.lines));
    return [after.anchor];
  };
  writeFileSync(path, textOf(before.head, sampleLog(11).lines));
  t.ok(verifyLog(path, { file: LOG, anchors: growing }).ok, 'appended to in between');
});

t.test('a log in blocks, with rows longer than a block, is read whole', async (t) => {
  const directory = t.testdir();
  const rows = Array.from({ length: 4000 }, (_, i) => [
    String(i + 1),
    i % 1000 === 7 ? 'y'.repeat(1_500_000) : `detail${'z'.repeat(i % 700)}`,
  ]);
  const log = buildLog(rows, ['Seq', 'Detail']);
  const text = textOf(log.head, log.lines);
  t.match(verifyText(directory, text, [log.anchor]), { ok: true, rows: 4000 });
  t.match(verifyText(directory, text.replace('| 3500 |', '| 3501 |'), [log.anchor]).firstBad, {
    problem: 'edited',
    line: FIRST_LINE + 3499,
  });
});

t.test(
  'a log without an anchor is believed only while it has no rows, unless it is being anchored',
  async (t) => {
    const directory = t.testdir();
    const log = sampleLog(3);
    const text = textOf(log.head, log.lines);
    t.match(verifyText(directory, text, []).firstBad, { problem: 'foreign', line: FIRST_LINE });
    t.match(verifyText(directory, text, undefined), { ok: true, end: log.anchor });
    t.match(verifyText(directory, textOf(log.head, swap(log.lines, 0, 1)), undefined).firstBad, {
      problem: 'reordered',
    });
  },
);

t.test('the beginning of a log is part of it', async (t) => {
  const directory = t.testdir();
  const { head, lines, anchor } = sampleLog(2);
  t.match(verifyText(directory, 'no table here\n', [anchor]), {
    ok: false,
    firstBad: { problem: 'edited', line: 1 },
  });
  t.match(verifyText(directory, textOf(head.replace('Chain', 'Hash'), lines), [anchor]), {
    ok: false,
    firstBad: { message: /Chain/ },
  });
  t.match(verifyText(directory, '', [anchor]), { ok: false });
  t.equal(
    link(genesis(LOG), ['1', '2026-11-21T01:00:00Z', 'what happened 1']),
    linkOf(lines[0]),
    'the chain begins with the log’s own path',
  );
  t.equal(formatRow(['a']), '| a |');
});
