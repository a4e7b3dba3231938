import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { growLogs } from '../../bench/make-logs.js';
import { openSnapshot } from '../../src/workspace/snapshot.js';
import { isLongLog } from '../../src/workspace/log-windows.js';
import type { Rec } from '../../src/markdown/types.js';
import type { Snapshot } from '../../src/workspace/types.js';
import { fileFacts } from '../../src/validate/file-facts.js';
import { governedFile } from '../../src/validate/governed-file.js';
import { logFacts } from '../../src/validate/log-facts.js';
import { FILE_RULES } from '../../src/validate/rules.js';
import type { FileFacts } from '../../src/validate/fact-types.js';
import { validateSnapshot } from '../../src/validate/validate-snapshot.js';
import { makeWorkspace } from '../support/make-workspace.js';

t.setTimeout(300_000);
const made = makeWorkspace(t.testdir());
growLogs(made.workspace, { bytes: 3_600_000 });
const now = new Date('2026-11-22T00:00:00Z');
const LOGS = { AUDIT: 'audit/AUDIT-LOG.md', CHANGE: 'audit/CHANGE-LOG.md' } as const;

/** A snapshot whose long log has other bytes. */
function withLog(
  t: Pick<Test, 'teardown'>,
  file: string,
  change: (text: string) => string | Buffer,
): Snapshot {
  const path = join(made.root, file);
  const before = readFileSync(path);
  writeFileSync(path, change(before.toString()));
  t.teardown(() => writeFileSync(path, before));
  return openSnapshot(made.root, { now });
}

/** Read at once, as shorter logs are. */
function wholeFacts(snapshot: Snapshot, path: string): FileFacts {
  const file = governedFile(snapshot, path, 'APPEND');
  if (file === undefined) throw new Error(`${path} is not read`);
  return fileFacts(file, FILE_RULES);
}

const plain = (record: Rec) => ({
  object: record.object,
  key: record.key,
  file: record.file,
  range: record.range,
  start: record.start,
  end: record.end,
  fields: [...record.fields].map(([name, cell]) => [
    name,
    cell.value,
    cell.raw,
    cell.start,
    cell.end,
    cell.range,
  ]),
});

t.test('the rows of a long log are the records that reading it at once gives', async (t) => {
  const snapshot = openSnapshot(made.root, { now });
  for (const object of ['AUDIT', 'CHANGE', 'RUN', 'TASK-EVENT']) {
    const [file = ''] = snapshot.filesOf(object);
    const whole = snapshot.recordsIn(file, object);
    const rows = [...snapshot.rows(object)];
    t.equal(rows.length, whole.length, object);
    for (const i of [0, 1, 2999, whole.length - 1]) {
      const [row, record] = [rows[i], whole[i]];
      if (row !== undefined && record !== undefined) t.same(plain(row), plain(record));
    }
    t.equal(
      rows.every((row, i) => row.key === whole[i]?.key && row.range.line === whole[i]?.range.line),
      true,
      'keys and lines',
    );
  }
  t.equal(isLongLog(snapshot, LOGS.AUDIT), true, 'the audit log is long');
});

t.test('from the newest row on, the same rows come in reverse', async (t) => {
  const snapshot = openSnapshot(made.root, { now });
  const whole = snapshot.recordsIn(LOGS.AUDIT, 'AUDIT');
  let i = whole.length;
  for (const row of snapshot.rows('AUDIT', { newestFirst: true })) {
    const record = whole[--i];
    if (row.key !== record?.key) t.fail(`row ${i} is ${row.key}; expected ${record?.key}`);
    if (i % 3000 === 0 && record !== undefined) t.same(plain(row), plain(record));
  }
  t.equal(i, 0);
});

t.test('rows that contain a value are found in every window', async (t) => {
  const snapshot = openSnapshot(made.root, { now });
  const whole = snapshot.recordsIn(LOGS.AUDIT, 'AUDIT');
  for (const run of [whole[40], whole.at(-30)]) {
    const id = run?.fields.get('run_id')?.value ?? '';
    const found = [...snapshot.rows('AUDIT', { containing: id })];
    t.same(
      found.map((row) => row.key),
      whole.filter((row) => row.fields.get('run_id')?.value === id).map((row) => row.key),
    );
  }
});

t.test('SQL sees the same rows of a long log', async (t) => {
  const snapshot = openSnapshot(made.root, { now });
  const whole = snapshot.recordsIn(LOGS.CHANGE, 'CHANGE');
  const { rows } = snapshot.sql().query('SELECT count(*) n, max(line) line FROM change');
  t.same(rows[0], { n: whole.length, line: whole.at(-1)?.range.line });
});

const FAULTS: readonly {
  readonly name: string;
  readonly file: string;
  readonly change: (lines: string[]) => void;
}[] = [
  { name: 'nothing', file: LOGS.AUDIT, change: () => undefined },
  {
    name: 'a value of the wrong type in several windows',
    file: LOGS.AUDIT,
    change: (lines) => {
      for (const i of [20, 3000, 7000]) lines[i] = (lines[i] ?? '').replace(/\| 20\d\d-/, '| 20x-');
    },
  },
  {
    name: 'a key that comes twice, in windows that are far apart',
    file: LOGS.AUDIT,
    change: (lines) => {
      lines[7000] = (lines[7000] ?? '').replace(/^\| \d+ /, '| 105 ');
    },
  },
  {
    name: 'a row with too few cells',
    file: LOGS.CHANGE,
    change: (lines) => {
      lines[3500] = '| one | two |';
    },
  },
  {
    name: 'a credential and a link',
    file: LOGS.CHANGE,
    change: (lines) => {
      const token = ['ghp', 'A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8'].join('_');
      lines[3000] = (lines[3000] ?? '').replace('the pass ended', token);
      lines[3300] = (lines[3300] ?? '').replace('the pass ended', '[page](../nowhere.md)');
    },
  },
  {
    name: 'an invisible character in compared fields of many rows',
    file: LOGS.CHANGE,
    change: (lines) => {
      for (const i of [100, 3000, 3001])
        lines[i] = (lines[i] ?? '').replace('RUN-', 'RUN\u200b-').replace('the pass', 'é the pass');
    },
  },
  {
    name: 'a comment above the table that silences a rule in its rows',
    file: LOGS.AUDIT,
    change: (lines) => {
      const header = lines.findIndex((line) => line.startsWith('| Seq'));
      lines.splice(header, 0, '<!-- nocturne-ignore link-broken: rows quote other texts -->');
      lines[7000] = (lines[7000] ?? '').replace('scope', '[page](../nowhere.md)');
    },
  },
  {
    name: 'no header',
    file: LOGS.AUDIT,
    change: (lines) => {
      lines.splice(
        lines.findIndex((line) => line.startsWith('| Seq')),
        2,
      );
    },
  },
];

for (const { name, file, change } of FAULTS)
  t.test(`a long log with ${name} has the findings of one that is read at once`, async (t) => {
    const snapshot = withLog(t, file, (text) => {
      const lines = text.split('\n');
      change(lines);
      return lines.join('\n');
    });
    const [whole, windows] = [
      wholeFacts(snapshot, file),
      logFacts(snapshot, file, { rules: FILE_RULES }),
    ];
    const order = (facts: FileFacts) =>
      [...facts.diagnostics]
        .map(({ fix: _, ...found }) => found)
        .sort((a, b) => a.range.line - b.range.line || (a.message < b.message ? -1 : 1));
    t.same(order(windows), order(whole));
    t.same({ ...windows, diagnostics: [] }, { ...whole, diagnostics: [] });
  });

t.test('a byte that is not UTF-8 is found where it is', async (t) => {
  const snapshot = withLog(t, LOGS.AUDIT, (text) => {
    const bytes = Buffer.from(text);
    bytes[bytes.length - 5000] = 0xff;
    return bytes;
  });
  const found = (facts: FileFacts) => facts.diagnostics.filter(({ rule }) => rule === 'not-utf8');
  t.same(
    found(logFacts(snapshot, LOGS.AUDIT, { rules: FILE_RULES })),
    found(wholeFacts(snapshot, LOGS.AUDIT)),
  );
});

t.test('a line that is not a row is found, and so are rows below it', async (t) => {
  const snapshot = withLog(t, LOGS.AUDIT, (text) => text.replace('\n| 5100 |', '\n\n| 5100 |'));
  const [first] = logFacts(snapshot, LOGS.AUDIT, { rules: FILE_RULES }).diagnostics;
  const [whole] = wholeFacts(snapshot, LOGS.AUDIT).diagnostics;
  t.equal(first?.rule, 'record-shape');
  t.same(first?.range, whole?.range);
});

t.test(
  'of one mistake in very many rows, a thousand are listed and the others counted',
  async (t) => {
    const snapshot = withLog(t, LOGS.AUDIT, (text) => text.replaceAll(/\| 2012-/g, '| x-'));
    const found = await validateSnapshot(snapshot, { only: ['field-contract'] });
    const ofLog = found.filter(({ range }) => range.file === LOGS.AUDIT);
    t.equal(ofLog.length, 1001);
    t.match(ofLog.at(-1)?.message, /more findings of field-contract in this log/);
  },
);

t.test('a log that grows keeps the facts of its windows', async (t) => {
  const kept = new Map<string, string>();
  let asked = 0;
  const cache = {
    get: (_: string, hash: string) => {
      asked++;
      return kept.get(hash);
    },
    put: (_: string, hash: string, text: string) => void kept.set(hash, text),
  };
  const read = (): FileFacts =>
    logFacts(openSnapshot(made.root, { now }), LOGS.AUDIT, { rules: FILE_RULES, cache });
  const first = read();
  const windows = kept.size;
  t.same(read(), first, 'from the cache');
  t.equal(kept.size, windows);
  const path = join(made.root, LOGS.AUDIT);
  const before = readFileSync(path);
  t.teardown(() => writeFileSync(path, before));
  appendFileSync(path, before.subarray(before.lastIndexOf(10, before.length - 2) + 1));
  t.equal(read().diagnostics.length, 1, 'the key of the new row is one of an old window');
  t.equal(kept.size, windows + 1, 'only the last window is read');
  t.equal(asked, 3 * windows);
});
