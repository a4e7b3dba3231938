/** The audit log and the change log as pages, newest first: nothing twice, nothing lost. */
import t from 'tap';
import { growLogs } from '../../../bench/make-logs.js';
import { systemClock } from '../../../src/kernel/clock.js';
import {
  cursorOf,
  type HistoryCursor,
  type HistoryFilter,
  historyPage,
  type HistoryRow,
  MOST_ROWS,
} from '../../../src/surfaces/dashboard/pages/history/log-page.js';
import { history } from '../../../src/surfaces/dashboard/pages/history/history.js';
import { openWorkspace } from '../../../src/workspace/open-workspace.js';
import type { Snapshot, Workspace } from '../../../src/workspace/types.js';
import { makeWorkspace } from '../../support/make-workspace.js';
import { pagesOf, textOfHtml } from '../../support/page-of.js';

const ANY: HistoryFilter = { run: '', file: '', type: '', actor: '' };

/** Short logs are in memory, long ones are read in windows. */
for (const [that, bytes] of [
  ['short logs', 250_000],
  ['long logs', 9_000_000],
] as const)
  t.test(that, async (t) => {
    const made = makeWorkspace(t.testdir());
    const workspace = openWorkspace(made.root, { home: made.home, clock: systemClock });
    growLogs(workspace, { bytes });
    const snapshot = workspace.snapshot();

    t.test('pages one after the other have each row of both logs once', async (t) => {
      const rows: HistoryRow[] = [];
      let cursor: HistoryCursor | undefined;
      for (;;) {
        const page = historyPage(snapshot, ANY, cursor);
        t.ok(page.rows.length <= MOST_ROWS);
        rows.push(...page.rows);
        cursor = page.next;
        if (cursor === undefined || (bytes > 1_000_000 && rows.length > 2000)) break;
      }
      const audit = rows.filter(({ log }) => log === 'AUDIT').map(keyOf);
      const change = rows.filter(({ log }) => log === 'CHANGE').map(keyOf);
      t.strictSame(audit, newest(snapshot, 'AUDIT', audit.length));
      t.strictSame(change, newest(snapshot, 'CHANGE', change.length));
      if (bytes < 1_000_000)
        t.equal(rows.length, count(snapshot, 'AUDIT') + count(snapshot, 'CHANGE'), 'all of them');
    });

    t.test('rows that are added meanwhile move nothing', async (t) => {
      const first = historyPage(snapshot, ANY);
      note(workspace);
      const later = workspace.snapshot();
      t.strictSame(
        historyPage(later, ANY, first.next).rows.map(keyOf),
        historyPage(snapshot, ANY, first.next).rows.map(keyOf),
      );
      t.match(historyPage(later, ANY).rows[0], { type: 'note', target: 'here' });
    });

    t.test('a filter finds its rows, however long ago', async (t) => {
      const run = 'RUN-20120101-003';
      const ofRun = historyPage(snapshot, { ...ANY, run });
      t.equal(ofRun.rows.length, 16, 'twelve steps and four changes');
      t.ok(ofRun.rows.every((row) => row.run === run));
      const file = 'PROJECTS/project-00003/LONGRUNNER.md';
      t.ok(
        historyPage(snapshot, { ...ANY, file }).rows.every(({ target }) =>
          target.startsWith(`${file}#`),
        ),
      );
      const folder = historyPage(snapshot, { ...ANY, file: 'PROJECTS/project-00003/' });
      t.ok(folder.rows.some(({ log }) => log === 'AUDIT'));
      const writes = historyPage(snapshot, { ...ANY, type: 'write', actor: 'worker' });
      t.ok(writes.rows.length > 0 && writes.rows.every(({ type }) => type === 'write'));
      t.strictSame(historyPage(snapshot, { ...ANY, actor: 'nobody' }).rows, []);
    });
  });

t.test('a place in an address that is none is the newest', async (t) => {
  for (const text of [undefined, '', '12', '1.2.3', '-1.4', 'a.b', '1e5.2'])
    t.equal(cursorOf(text), undefined, String(text));
  t.strictSame(cursorOf('120.34'), { audit: 120, change: 34 });
});

function keyOf({ time, run, type, target, detail }: HistoryRow): string {
  return [time, run, type, target, detail].join(' ');
}

function newest(snapshot: Snapshot, log: HistoryRow['log'], most: number): readonly string[] {
  const keys: string[] = [];
  for (const row of snapshot.rows(log, { newestFirst: true })) {
    if (keys.length === most) break;
    const text = (name: string): string => row.fields.get(name)?.value ?? '';
    keys.push(
      log === 'AUDIT'
        ? [text('time'), text('run_id'), text('type'), text('target'), text('detail')].join(' ')
        : [text('t_written'), text('run_id'), 'change', text('address'), text('reason')].join(' '),
    );
  }
  return keys;
}

function count(snapshot: Snapshot, log: string): number {
  return [...snapshot.rows(log)].length;
}

function note(workspace: Workspace): void {
  workspace.commit({
    actor: { kind: 'owner', name: 'owner' },
    runId: '',
    reason: 'a note',
    changes: [],
    audit: [
      { step: '', type: 'note', target: 'here', authorisation: '', result: 'ok', detail: '' },
    ],
  });
}

t.test('what was undone says so, and who undid it', async (t) => {
  const made = makeWorkspace(t.testdir());
  made.workspace.commit({
    actor: { kind: 'pass', name: 'worker' },
    runId: 'RUN-20261121-001',
    reason: 'a test',
    changes: [],
    audit: [
      {
        step: 'T5',
        type: 'undo',
        target: 'SOUL.md',
        authorisation: '',
        result: 'restored',
        detail: 'protected',
      },
    ],
  });
  const page = textOfHtml(await pagesOf(t, made).of(history));
  t.match(page, /undone +as it was before +SOUL\.md +protected +Nocturne, after the worker/);
});
