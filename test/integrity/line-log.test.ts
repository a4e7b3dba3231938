/**
 * Logs of JSON lines: appended through the one commit, verified like any other log, and named where
 * they were tampered with.
 */
import { appendFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { verifyGate } from '../../src/integrity/gate.js';
import { cutLine, genesis, link, linkedLine } from '../../src/kernel/chain.js';
import { readAnchors } from '../../src/workspace/anchors.js';
import { recover } from '../../src/workspace/recover.js';
import { writePending } from '../../src/workspace/anchors.js';
import { type MadeWorkspace, makeWorkspace } from '../support/make-workspace.js';

const LOG = 'audit/task-log.jsonl';

function withEvents(made: MadeWorkspace, count: number): MadeWorkspace {
  for (let n = 1; n <= count; n++) {
    made.workspace.commit({
      actor: { kind: 'nocturne', name: 'completion' },
      runId: '',
      reason: 'test',
      changes: [
        {
          kind: 'append',
          object: 'TASK-EVENT',
          fields: {
            schema: 1,
            time: '2026-11-21T01:30:00.000Z',
            event: 'progress',
            child: `agent:${n}`,
            detail: `"quoted" | piped\nsecond line — ${n}`,
          },
        },
      ],
    });
  }
  return made;
}

const lines = (made: MadeWorkspace): string[] =>
  readFileSync(join(made.root, LOG), 'utf8').trimEnd().split('\n');
const write = (made: MadeWorkspace, all: readonly string[]): void =>
  writeFileSync(join(made.root, LOG), all.map((line) => `${line}\n`).join(''));
const verdict = (made: MadeWorkspace) =>
  verifyGate(made.root, made.home).chains.find((chain) => chain.file === LOG);

t.test(
  'each line is an object with its number and a link over the whole of the line before',
  async (t) => {
    const made = withEvents(makeWorkspace(t.testdir()), 3);
    let head = genesis(LOG);
    for (const [i, line] of lines(made).entries()) {
      const cut = cutLine(line);
      t.equal(cut?.link, link(head, [cut?.body ?? '']));
      t.match(JSON.parse(line), {
        seq: i + 1,
        schema: 1,
        event: 'progress',
        detail: `"quoted" | piped\nsecond line — ${i + 1}`,
      });
      head = cut?.link ?? '';
    }
    t.match(readAnchors(made.workspace.state).logs[LOG], { head, rows: 3 });
    t.match(verdict(made), { ok: true, rows: 3 });
  },
);

t.test('what was done to the log is named with its line', async (t) => {
  const cases: Record<
    string,
    { change: (all: string[]) => string[]; problem: string; line: number }
  > = {
    edited: {
      change: (all) => all.map((line, i) => (i === 1 ? line.replace('agent:2', 'agent:9') : line)),
      problem: 'edited',
      line: 2,
    },
    'a blank more': {
      change: (all) => all.map((line, i) => (i === 1 ? line.replace('{', '{ ') : line)),
      problem: 'edited',
      line: 2,
    },
    'no object any more': {
      change: (all) => all.map((line, i) => (i === 1 ? 'nothing' : line)),
      problem: 'edited',
      line: 2,
    },
    missing: { change: (all) => all.filter((_, i) => i !== 1), problem: 'missing', line: 2 },
    truncated: { change: (all) => all.slice(0, 3), problem: 'truncated', line: 4 },
    reordered: {
      change: ([a, b, c, d]) => [a ?? '', c ?? '', b ?? '', d ?? ''],
      problem: 'reordered',
      line: 2,
    },
    'added with a right link': {
      change: (all) => [
        ...all,
        linkedLine(cutLine(all.at(-1) ?? '')?.link ?? '', { seq: 5, event: 'completed' }).line,
      ],
      problem: 'foreign',
      line: 5,
    },
    'written twice': {
      change: (all) => [...all.slice(0, 2), all[1] ?? '', ...all.slice(2)],
      problem: 'inserted',
      line: 3,
    },
  };
  for (const [name, { change, problem, line }] of Object.entries(cases)) {
    const made = withEvents(makeWorkspace(t.testdir()), 4);
    write(made, change(lines(made)));
    t.match(verdict(made), { ok: false, firstBad: { problem, line } }, name);
  }
});

t.test('a torn last line is cut off where an append was announced, and only there', async (t) => {
  const made = withEvents(makeWorkspace(t.testdir()), 2);
  appendFileSync(join(made.root, LOG), '{"seq":3,"ev');
  t.same(recover(made.root, made.workspace.state).torn, [], 'nobody announced anything');
  t.match(verdict(made), { ok: false });
  writePending(made.workspace.state, {
    journal: 'tx-1',
    logs: { [LOG]: { head: 'x', rows: 3, bytes: 9999 } },
  });
  t.match(recover(made.root, made.workspace.state).torn, [{ path: LOG, bytes: 12 }]);
  t.match(verdict(made), { ok: true, rows: 2 });
});

t.test(
  'a line that was announced and is there whole counts, although its commit never said so',
  async (t) => {
    const made = withEvents(makeWorkspace(t.testdir()), 1);
    const { line, link: head } = linkedLine(cutLine(lines(made)[0] ?? '')?.link ?? '', {
      seq: 2,
      event: 'progress',
    });
    appendFileSync(join(made.root, LOG), `${line}\n`);
    const bytes = readFileSync(join(made.root, LOG)).length;
    writePending(made.workspace.state, {
      journal: 'tx-1',
      logs: { [LOG]: { head, rows: 2, bytes } },
    });
    recover(made.root, made.workspace.state);
    t.match(readAnchors(made.workspace.state).logs[LOG], { head, rows: 2, bytes });
  },
);

t.test('it is a table of SQL with places, and nothing but an append changes it', async (t) => {
  const made = withEvents(makeWorkspace(t.testdir()), 2);
  const snapshot = made.workspace.snapshot();
  t.same(snapshot.sql().query('SELECT seq, event, child, line FROM task_event').rows, [
    { seq: 1, event: 'progress', child: 'agent:1', line: 1 },
    { seq: 2, event: 'progress', child: 'agent:2', line: 2 },
  ]);
  const cell = snapshot.record('TASK-EVENT', '2')?.fields.get('child');
  t.equal(snapshot.text(LOG)?.slice(cell?.start, cell?.end), '"agent:2"');
  const commit = (
    change: Parameters<typeof made.workspace.commit>[0] extends infer Source
      ? Source extends { changes: infer C }
        ? C
        : never
      : never,
  ): void =>
    void made.workspace.commit({
      actor: { kind: 'owner', name: 'o' },
      runId: '',
      reason: 'x',
      changes: change,
    });
  t.throws(() => commit([{ kind: 'set', address: `${LOG}#2.child`, value: 'x' }]), {
    code: 'REFUSED',
  });
  t.throws(() => commit([{ kind: 'write', path: LOG, content: '' }]), { code: 'REFUSED' });
  t.throws(() => commit([{ kind: 'delete', path: LOG }]), { code: 'REFUSED' });
  t.throws(() => commit([{ kind: 'append', object: 'TASK-EVENT', fields: { nonsense: 1 } }]), {
    code: 'BAD_VALUE',
  });
  truncateSync(join(made.root, LOG), 10);
  t.throws(
    () => withEvents(made, 1),
    { code: 'GATE' },
    'a log that differs from its anchor is not appended to',
  );
});
