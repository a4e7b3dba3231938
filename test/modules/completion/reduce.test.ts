import fc from 'fast-check';
import t from 'tap';
import {
  EVENTS,
  type EventFields,
  type TaskEvent,
} from '../../../src/modules/completion/events.js';
import { idempotencyKey } from '../../../src/modules/completion/idempotency-key.js';
import { reduce } from '../../../src/modules/completion/reduce.js';
import {
  isDeadLetter,
  LEGAL,
  STATES,
  type TaskState,
} from '../../../src/modules/completion/task.js';

const ID = 'TASK-20261121-001';
const numbered = (events: readonly EventFields[]): TaskEvent[] =>
  events.map((fields, i) => ({ ...fields, seq: i + 1, at: 1_000 * (i + 1) }));
const after = (...events: readonly EventFields[]) => reduce(numbered(events)).all.get(ID);

const registered: EventFields = { event: 'registered', task: ID, call: 'c1', text: 'do it' };
const linked: EventFields = { event: 'linked', call: 'c1', child: 's1' };
const ended = (outcome: 'ok' | 'failed' | 'timeout'): EventFields => ({
  event: 'ended',
  child: 's1',
  outcome,
});
const completed: EventFields = {
  event: 'completed',
  task: ID,
  artefact: 'a.md',
  artefact_sha256: 'f'.repeat(64),
};
const close = (event: 'failed' | 'timed-out' | 'dead'): EventFields => ({
  event,
  task: ID,
  detail: 'why',
});

t.test('events lead to states', async (t) => {
  const cases: readonly [string, readonly EventFields[], TaskState][] = [
    ['registered', [registered], 'registered'],
    ['the spawn took place', [registered, linked], 'running'],
    ['the session ended well: one proof only', [registered, linked, ended('ok')], 'ended'],
    ['both proofs', [registered, linked, ended('ok'), completed], 'completed'],
    ['a file, but the session goes on', [registered, linked, completed], 'running'],
    ['a file, and no child was seen', [registered, completed], 'registered'],
    [
      'completed without a file',
      [registered, linked, ended('ok'), { event: 'completed', task: ID }],
      'ended',
    ],
    ['the session failed', [registered, linked, ended('failed')], 'failed'],
    ['the host ended the session', [registered, linked, ended('timeout')], 'timed-out'],
    ['the spawn failed', [registered, { event: 'failed', call: 'c1', detail: 'no' }], 'failed'],
    ['reaped', [registered, linked, close('timed-out')], 'timed-out'],
    [
      'the call is said to have failed after the session ended',
      [registered, linked, ended('ok'), { event: 'failed', call: 'c1', detail: 'no' }],
      'ended',
    ],
    [
      'a running task has no dead end but the ceiling',
      [registered, linked, close('dead')],
      'running',
    ],
    ['an end that nobody began', [registered, ended('ok')], 'registered'],
    [
      'first terminal wins: failed, then completed',
      [registered, linked, ended('failed'), completed],
      'failed',
    ],
    [
      'first terminal wins: completed, then failed',
      [registered, linked, ended('ok'), completed, close('failed')],
      'completed',
    ],
    [
      'first terminal wins: reaped, then ended',
      [registered, linked, close('timed-out'), ended('ok'), completed],
      'timed-out',
    ],
    ['the child is linked before the call is registered', [linked, registered], 'running'],
    ['the end overtakes everything', [ended('ok'), linked, registered], 'ended'],
    [
      'the spawn failed before it was registered',
      [{ event: 'failed', call: 'c1', detail: 'no' }, registered],
      'failed',
    ],
  ];
  for (const [name, events, state] of cases) t.equal(after(...events)?.state, state, name);
});

t.test('what is not in the table of transitions changes nothing, and is told', async (t) => {
  const ways: Record<TaskState, readonly EventFields[]> = {
    registered: [registered],
    running: [registered, linked],
    ended: [registered, linked, ended('ok')],
    completed: [registered, linked, ended('ok'), completed],
    failed: [registered, linked, ended('failed')],
    'timed-out': [registered, linked, close('timed-out')],
    dead: [registered, close('dead')],
  };
  for (const state of STATES) {
    for (const event of EVENTS.filter(
      (one) =>
        !['registered', 'surfaced', 'replayed', 'delivered', 'acked'].includes(one) &&
        LEGAL[state][one] === undefined,
    )) {
      const before = after(...ways[state]);
      const then = after(...ways[state], {
        event,
        task: ID,
        call: 'c1',
        child: 's1',
        outcome: 'ok',
        artefact: 'x',
        artefact_sha256: 'f'.repeat(64),
      });
      t.same({ ...then, ignored: [] }, { ...before, ignored: [] }, `${event} in ${state}`);
      t.match(then?.ignored, [{ event }], `${event} in ${state} is told`);
    }
  }
});

t.test('a call and a session belong to one task for good', async (t) => {
  const other = 'TASK-20261121-002';
  const tasks = reduce(
    numbered([
      registered,
      { event: 'registered', task: other, call: 'c2' },
      linked,
      { event: 'linked', call: 'c2', child: 's1' },
      ended('failed'),
    ]),
  );
  t.equal(tasks.all.get(ID)?.state, 'failed');
  t.match(tasks.all.get(other), {
    state: 'registered',
    child: undefined,
    ignored: [{ event: 'linked', why: /belongs to TASK-20261121-001/ }],
  });
  t.equal(after(registered, linked, { event: 'linked', call: 'c1', child: 's2' })?.child, 's1');
});

t.test('only what is over is acknowledged, once; a replay is given once', async (t) => {
  t.equal(after(registered, { event: 'acked', task: ID, by: 'x' })?.acked, undefined);
  t.match(
    after(
      registered,
      close('dead'),
      { event: 'acked', task: ID, by: 'x' },
      { event: 'acked', task: ID, by: 'y' },
    ),
    { acked: { by: 'x' }, ignored: [{ event: 'acked' }] },
  );
  t.match(
    after(
      registered,
      close('dead'),
      { event: 'replayed', task: ID, detail: 'A' },
      { event: 'replayed', task: ID, detail: 'B' },
    ),
    { replayedAs: 'A', ignored: [{ event: 'replayed' }] },
  );
  const [unspawned, died] = [
    after(registered, { event: 'failed', call: 'c1', detail: 'no' }),
    after(registered, close('dead')),
  ];
  t.same(
    [unspawned, died].map((task) => task !== undefined && isDeadLetter(task)),
    [false, true],
    'a spawn that failed is no dead letter',
  );
});

t.test('twenty spawns whose reports come in any order end as each of them ended', async () => {
  const ends = ['ok', 'failed', 'timeout', 'spawn failed'] as const;
  const plan = Array.from({ length: 20 }, (_, i) => ({
    id: `TASK-20261121-${100 + i}`,
    call: `call-${i}`,
    child: `agent:main:subagent:${i}`,
    end: ends[i % 4] ?? 'ok',
  }));
  const events = plan.flatMap(({ id, call, child, end }): EventFields[] => [
    { event: 'registered', task: id, call, text: `part ${id}` },
    ...(end === 'spawn failed'
      ? [{ event: 'failed', call, detail: 'no room' } as const]
      : [
          { event: 'linked', call, child } as const,
          { event: 'progress', child, detail: 'at it' } as const,
          { event: 'ended', child, outcome: end } as const,
        ]),
  ]);
  const expected = {
    ok: 'ended',
    failed: 'failed',
    timeout: 'timed-out',
    'spawn failed': 'failed',
  } as const;
  fc.assert(
    fc.property(
      fc.shuffledSubarray(events, { minLength: events.length, maxLength: events.length }),
      (shuffled) => {
        const { all } = reduce(numbered(shuffled));
        return (
          all.size === 20 &&
          plan.every(
            ({ id, child, end }) =>
              all.get(id)?.state === expected[end] &&
              all.get(id)?.child === (end === 'spawn failed' ? undefined : child),
          )
        );
      },
    ),
    { numRuns: 500 },
  );
});

t.test('whatever the events are, a task that is over stays as it ended', async () => {
  const any = fc.record(
    {
      event: fc.constantFrom(...EVENTS),
      task: fc.constantFrom(ID, undefined),
      call: fc.constantFrom('c1', 'c2', undefined),
      child: fc.constantFrom('s1', 's2', undefined),
      outcome: fc.constantFrom('ok', 'failed', 'timeout'),
      artefact: fc.constantFrom('a', undefined),
      artefact_sha256: fc.constantFrom('f', undefined),
    },
    { noNullPrototype: true },
  );
  fc.assert(
    fc.property(fc.array(any, { maxLength: 30 }), (events) => {
      const all = numbered([registered, ...(events as EventFields[])]);
      let over: string | undefined;
      for (let n = 1; n <= all.length; n++) {
        const task = reduce(all.slice(0, n)).all.get(ID);
        if (over !== undefined && task?.state !== over) return false;
        if (task?.closedAt !== undefined) over = task.state;
        if (
          task?.state === 'completed' &&
          (task.endedAt === undefined || task.artefact === undefined)
        )
          return false;
      }
      return true;
    }),
    { numRuns: 500 },
  );
});

t.test('the key is made of the whole task, who asks and who is asked', async (t) => {
  const base = { task: `${'a common preamble '.repeat(20)} part one`, requester: 'a', target: 'x' };
  const key = idempotencyKey(base);
  t.equal(
    idempotencyKey({ ...base, task: ` ${base.task.replaceAll(' ', '\n  ')}\r\n` }),
    key,
    'blanks do not count',
  );
  for (const other of [
    { ...base, task: `${base.task} part two` },
    { ...base, requester: 'b' },
    { ...base, target: 'y' },
    { ...base, requester: 'ax', target: '' },
  ])
    t.not(idempotencyKey(other), key);
});
