import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { INSTALLED_MODULES } from '../../support/make-workspace.js';
import { verifyGate } from '../../../src/integrity/gate.js';
import { readEvents } from '../../../src/modules/completion/events.js';
import { acknowledgeNamed, deliver } from '../../../src/modules/completion/receipts.js';
import { replay } from '../../../src/modules/completion/replay.js';
import { sweep } from '../../../src/modules/completion/sweep.js';
import { fieldText } from '../../../src/project/field-text.js';
import { validateSnapshot } from '../../../src/validate/validate-snapshot.js';
import type { AgentReport } from '../../../src/agents/types.js';
import { type LedgerPlace, ledgerPlace, RUN, spawnOf } from './ledger-place.js';

const registerId = (place: LedgerPlace, n: number, more = {}): string => {
  const answer = place.ledger.register(spawnOf(n, more));
  if (answer.kind !== 'registered') throw new Error(answer.why);
  return answer.taskId;
};
const running = (place: LedgerPlace, n: number, more = {}): string => {
  const id = registerId(place, n, more);
  place.ledger.linked({ callId: `call-${n}`, childSession: `child-${n}` });
  return id;
};
const endedWell = (place: LedgerPlace, n: number, more = {}): string => {
  const id = running(place, n, more);
  place.ledger.ended({ childSession: `child-${n}`, outcome: 'ok', detail: '' });
  return id;
};
const sweepOf = (place: LedgerPlace): readonly string[] =>
  sweep(place.workspace, { snapshot: place.workspace.snapshot(), runId: '' }).map(
    (one) => `${one.task} ${one.event}`,
  );

t.test(
  'a task is done when its session has ended and a fresh file names it, not before',
  async (t) => {
    const place = ledgerPlace(t.testdir());
    const id = running(place, 1);
    t.match(id, /^TASK-20261121-\d{3}$/);
    t.match(place.task(id), {
      state: 'running',
      project: 'pages',
      requester: 'agent:main:main',
      child: 'child-1',
      runId: RUN,
    });
    place.output('part-1.md', `# Part 1\n\nWritten for ${id}, with twelve entries.\n`);
    t.same(sweepOf(place), [], 'a file alone is one proof');
    place.ledger.ended({ childSession: 'child-1', outcome: 'ok', detail: 'bye' });
    t.same(sweepOf(place), [`${id} completed`]);
    t.match(place.task(id), { state: 'completed', artefact: 'PROJECTS/pages/outputs/part-1.md' });
    t.same(sweepOf(place), [], 'once');
    t.ok(verifyGate(place.root, place.home).ok);
    const errors = (
      await validateSnapshot(place.workspace.snapshot(), {
        home: place.home,
        modules: INSTALLED_MODULES,
      })
    ).filter((one) => one.range.file === 'audit/task-log.jsonl' || one.rule === 'module-watch');
    t.same(errors, []);
  },
);

t.test(
  'a file that proves nothing is rejected with a reason, and in the end the task is a dead letter',
  async (t) => {
    const forgeries: Record<string, (place: LedgerPlace, id: string) => void> = {
      stale: () => undefined,
      empty: (place) => place.output('x.md', ''),
      negated: (place, id) => place.output('x.md', `${id} was not completed, sorry for that.`),
      foreign: (place) => place.output('x.md', 'TASK-20261121-999 was done as it was asked.'),
      unnamed: (place) =>
        place.output('x.md', 'Everything was completed, done, finished, delivered.'),
    };
    for (const [reason, forge] of Object.entries(forgeries)) {
      const place = ledgerPlace(t.testdir());
      if (reason === 'stale') place.output('x.md', 'TASK-20261121-001 was done as it was asked.');
      const id = endedWell(place, 1);
      forge(place, id);
      t.same(sweepOf(place), [`${id} evidence`], reason);
      t.match(
        place.task(id).turnedDown,
        new RegExp(`^${reason}: PROJECTS/pages/outputs/x.md`),
        reason,
      );
      t.same(sweepOf(place), [], `${reason}: told once`);
      place.later(11);
      t.same(sweepOf(place), [`${id} dead`, `${id} surfaced`], reason);
      t.match(place.task(id).detail, new RegExp(`no file proves it: ${reason}`), reason);
    }
  },
);

t.test(
  'a file that was there does not count, whatever it says; the same file written anew does',
  async (t) => {
    const place = ledgerPlace(t.testdir());
    place.output('x.md', 'It speaks of TASK-20261121-001 by chance, completed.', 60);
    const id = endedWell(place, 1);
    t.equal(id, 'TASK-20261121-001');
    place.output('x.md', 'It speaks of TASK-20261121-001 by chance, completed.');
    t.same(sweepOf(place), [`${id} evidence`], 'touched, but the same');
    place.output('x.md', 'It speaks of TASK-20261121-001 and now has twelve entries.');
    t.same(sweepOf(place), [`${id} completed`]);
  },
);

t.test('when nobody knows any more what was there, nothing counts as new', async (t) => {
  const place = ledgerPlace(t.testdir());
  const id = endedWell(place, 1);
  place.output('x.md', `${id} was done as it was asked.`);
  rmSync(join(place.root, '.nocturne/objects'), { recursive: true });
  sweepOf(place);
  t.match(place.task(id), { state: 'ended', turnedDown: /^unknown-past/ });
});

t.test('the logs that nocturne writes prove nothing, although they name the task', async (t) => {
  const place = ledgerPlace(t.testdir());
  const id = endedWell(place, 1, {
    task: 'Say it.\n```yaml expects\n- path: audit/task-log.jsonl\n```\n',
  });
  sweepOf(place);
  t.match(place.task(id).turnedDown, /^ours: audit\/task-log.jsonl/);
});

t.test('every file that was declared has to be there', async (t) => {
  const place = ledgerPlace(t.testdir());
  const id = endedWell(place, 1, {
    task: 'Two files.\n```yaml expects\n- path: PROJECTS/pages/outputs/a.md\n- path: PROJECTS/pages/outputs/b.md\n  contains: "## Entries"\n```\n',
  });
  place.output('a.md', `${id} wrote this file with care.`);
  sweepOf(place);
  t.match(place.task(id).turnedDown, 'there is no file at PROJECTS/pages/outputs/b.md');
  place.output('b.md', '# B\n\n## Entries\n\n- one of them\n');
  t.same(sweepOf(place), [`${id} completed`]);
  t.equal(place.task(id).artefact, 'PROJECTS/pages/outputs/a.md, PROJECTS/pages/outputs/b.md');
});

t.test(
  'the same task twice is refused until it is over; a shared beginning is another task; a failed spawn frees it',
  async (t) => {
    const place = ledgerPlace(t.testdir());
    const preamble = 'You are a careful writer who follows all of the rules. '.repeat(5);
    const first = registerId(place, 1, { task: `${preamble}Part one.` });
    t.match(place.ledger.register(spawnOf(2, { task: `${preamble}\n Part   one.` })), {
      kind: 'duplicate',
      taskId: first,
    });
    t.match(
      place.ledger.register(spawnOf(1, { task: `${preamble}Part one.` })),
      { kind: 'registered', taskId: first },
      'the same call told twice is one task',
    );
    t.not(registerId(place, 3, { task: `${preamble}Part two.` }), first);
    t.not(registerId(place, 4, { task: `${preamble}Part one.`, requester: 'agent:other' }), first);
    t.not(registerId(place, 5, { task: `${preamble}Part one.`, target: 'other' }), first);
    place.ledger.failed({ callId: 'call-1', why: 'no such agent' });
    t.match(place.task(first), { state: 'failed', detail: /no such agent/ });
    const again = registerId(place, 6, { task: `${preamble}Part one.` });
    t.not(again, first);
    place.later(31);
    sweepOf(place);
    t.equal(place.task(again).state, 'timed-out');
    t.not(
      registerId(place, 7, { task: `${preamble}Part one.` }),
      again,
      'what was reaped frees it as well',
    );
  },
);

t.test('nothing lasts longer than the ceiling, whatever its record says', async (t) => {
  const place = ledgerPlace(t.testdir());
  const [silent, busy, long, greedy] = [
    running(place, 1),
    running(place, 2),
    running(place, 3, { declaredMs: 60 * 60_000 }),
    running(place, 4, { declaredMs: 10 * 60 * 60_000 }),
  ];
  place.later(29);
  place.ledger.progress({ childSession: 'child-2', note: 'nearly' });
  t.same(sweepOf(place), []);
  place.later(2);
  t.same(
    sweepOf(place).filter((one) => one.endsWith('timed-out')),
    [`${silent} timed-out`, `${busy} timed-out`],
    'a sign of life does not lift it',
  );
  place.later(30);
  t.match(sweepOf(place), [`${long} timed-out`]);
  place.later(60);
  t.match(sweepOf(place), [`${greedy} timed-out`], 'what is declared is capped at two hours');
});

t.test(
  'a task that was silent for ten hours is reaped, and its late end changes nothing',
  async (t) => {
    const place = ledgerPlace(t.testdir());
    const id = running(place, 1);
    place.later(600);
    place.output('x.md', `${id} was done as it was asked.`);
    t.same(sweepOf(place), [`${id} timed-out`, `${id} surfaced`]);
    place.ledger.ended({ childSession: 'child-1', outcome: 'ok', detail: '' });
    t.same(sweepOf(place), []);
    t.match(place.task(id), {
      state: 'timed-out',
      detail: /still running after 600 min, at most 30 are allowed/,
      ignored: [{ event: 'ended', why: 'it was timed-out' }],
    });
  },
);

t.test('the owner is told once of what came to nothing, with what to do', async (t) => {
  const place = ledgerPlace(t.testdir());
  const [a, b] = [running(place, 1), running(place, 2)];
  place.ledger.ended({ childSession: 'child-2', outcome: 'failed', detail: 'it crashed' });
  place.later(40);
  sweepOf(place);
  sweepOf(place);
  const notices = place.workspace
    .snapshot()
    .records('NOTIFICATION')
    .filter((one) => fieldText(one, 'kind') === 'incident');
  t.equal(notices.length, 1);
  t.equal(fieldText(notices[0], 'project'), 'pages');
  t.match(
    fieldText(notices[0], 'body'),
    new RegExp(
      `${a}.*still running after 40 min.*tasks replay ${a}.*\\(requester\\)[\\s\\S]*${b}.*it crashed`,
    ),
  );
  t.match(
    readEvents(place.workspace.snapshot()).filter((one) => one.event === 'surfaced'),
    [{ task: a, next_step: /tasks replay/, next_owner: 'requester' }, { task: b }],
  );
});

t.test('a dead letter is replayed once, as a new task that its spawn claims', async (t) => {
  const place = ledgerPlace(t.testdir());
  const text = `Write a very long part. ${'x'.repeat(6000)} end`;
  const id = running(place, 1, { task: text });
  const give = (what: string, runId = ''): string =>
    replay(place.workspace, what, { runId, by: 'owner', mayReplay: () => undefined });
  t.throws(() => give(id), { code: 'REFUSED', message: /is running/ });
  t.throws(() => give('TASK-20261121-999'), { code: 'NOT_FOUND' });
  place.later(40);
  sweepOf(place);
  const fresh = give(id);
  t.match(place.task(fresh), {
    state: 'registered',
    replayOf: id,
    call: undefined,
    project: 'pages',
  });
  t.equal(place.task(id).replayedAs, fresh);
  t.throws(() => give(id), {
    code: 'REFUSED',
    message: new RegExp(`already replayed as ${fresh}`),
  });
  place.later(40);
  t.same(sweepOf(place), [], 'it waits for somebody');
  t.match(
    place.ledger.register(spawnOf(2, { task: text })),
    { kind: 'registered', taskId: fresh },
    'the whole text is the same one, although the log holds its beginning',
  );
  t.match(place.ledger.register(spawnOf(3, { task: text })), { kind: 'duplicate', taskId: fresh });
  place.ledger.linked({ callId: 'call-2', childSession: 'child-2' });
  place.output('again.md', `${fresh} repeats ${id}, and here it is.`);
  place.ledger.ended({ childSession: 'child-2', outcome: 'ok', detail: '' });
  t.same(sweepOf(place), [`${fresh} completed`]);
});

t.test('a replay that nobody takes up dies, and a third attempt is the owner’s', async (t) => {
  const place = ledgerPlace(t.testdir());
  const id = running(place, 1);
  place.later(40);
  sweepOf(place);
  const fresh = replay(place.workspace, id, { runId: RUN, by: RUN, mayReplay: () => undefined });
  place.later(4 * 24 * 60);
  t.same(sweepOf(place), [`${fresh} dead`, `${fresh} surfaced`]);
  t.throws(
    () => replay(place.workspace, fresh, { runId: RUN, by: RUN, mayReplay: () => undefined }),
    { code: 'REFUSED', message: /only the owner decides/ },
  );
  t.ok(replay(place.workspace, fresh, { runId: '', by: 'owner', mayReplay: () => undefined }));
});

t.test(
  'what is over is shown to its project until it is acknowledged; having been shown is no receipt',
  async (t) => {
    const place = ledgerPlace(t.testdir());
    const id = endedWell(place, 1);
    place.output('x.md', `${id} was done as it was asked.`);
    const shown = (project: string | undefined) =>
      deliver(place.workspace, { snapshot: place.workspace.snapshot(), runId: RUN, project });
    const report = (summary: string): AgentReport => ({
      summary,
      outputs: [],
      answers: undefined,
      nextObjective: undefined,
      lessons: [],
      failureModes: [],
      escalation: undefined,
      problems: [],
    });
    t.same(shown('pages'), [], 'it is not over');
    sweepOf(place);
    t.same(
      acknowledgeNamed(place.workspace, {
        snapshot: place.workspace.snapshot(),
        runId: RUN,
        project: 'pages',
        report: report(`I used ${id}.`),
      }),
      [],
      'nobody was shown it yet',
    );
    t.same(shown('other'), []);
    t.match(shown('pages'), [
      {
        trust: 'data',
        source: `audit/task-log.jsonl#${id}`,
        text: new RegExp(`${id}: completed[\\s\\S]*Result: PROJECTS/pages/outputs/x.md`),
      },
    ]);
    t.equal(shown('pages').length, 1, 'again');
    t.match(place.task(id), { delivered: 2, acked: undefined });
    t.same(
      acknowledgeNamed(place.workspace, {
        snapshot: place.workspace.snapshot(),
        runId: RUN,
        project: 'pages',
        report: report(`I used ${id}9 only.`),
      }),
      [],
    );
    t.same(
      acknowledgeNamed(place.workspace, {
        snapshot: place.workspace.snapshot(),
        runId: RUN,
        project: 'other',
        report: report(`I used ${id}.`),
      }),
      [],
    );
    t.same(
      acknowledgeNamed(place.workspace, {
        snapshot: place.workspace.snapshot(),
        runId: RUN,
        project: 'pages',
        report: report(`I used ${id}.`),
      }),
      [id],
    );
    t.same(shown('pages'), []);
    t.match(place.task(id), { acked: { by: RUN } });
  },
);

t.test('numbers are never given twice, also when the log was moved away', async (t) => {
  const place = ledgerPlace(t.testdir());
  t.same([registerId(place, 1), registerId(place, 2)], ['TASK-20261121-001', 'TASK-20261121-002']);
  t.ok(existsSync(join(place.workspace.state, 'counters.json')));
  rmSync(join(place.workspace.state, 'counters.json'));
  t.equal(registerId(place, 3), 'TASK-20261121-003', 'the log knows them');
});

t.test(
  'a host that repeats itself, or reports of what nobody spawned, adds at most one line',
  async (t) => {
    const place = ledgerPlace(t.testdir());
    running(place, 1);
    const count = (): number =>
      readFileSync(join(place.root, 'audit/task-log.jsonl'), 'utf8').trimEnd().split('\n').length;
    const before = count();
    place.ledger.linked({ callId: 'call-1', childSession: 'child-1' });
    place.ledger.progress({ childSession: 'child-1', note: 'a moment ago' });
    place.ledger.progress({ childSession: 'nobody', note: 'x' });
    t.equal(count(), before);
    place.ledger.ended({ childSession: 'child-1', outcome: 'failed', detail: 'x' });
    place.ledger.ended({ childSession: 'child-1', outcome: 'ok', detail: 'y' });
    t.equal(count(), before + 1);
    place.ledger.ended({ childSession: 'nobody', outcome: 'ok', detail: '' });
    place.ledger.ended({ childSession: 'nobody', outcome: 'ok', detail: '' });
    t.equal(count(), before + 2, 'also of what is not known yet');
  },
);
