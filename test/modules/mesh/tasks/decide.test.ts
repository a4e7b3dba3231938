/** What the owner's node does about a task: one row for each thing that it may see. */
import t from 'tap';
import { decide, TIMING, type TaskView } from '../../../../src/modules/mesh/tasks/decide.js';
import type { TaskPage } from '../../../../src/modules/mesh/tasks/task-page.js';
import { CHANGE_SET, pageIn, recordBy, samplePage, viewOf } from './sample-task.js';

const NONE = { kind: 'none', revision: 0 } as const;
const REFUSED = { kind: 'refused', why: 'forged', revision: 9 } as const;
const { leaseMs, startMs, backoffMs, wakeMs, keepMs } = TIMING;
const unpacked = (page: TaskPage): TaskPage => {
  const { package: _, ...rest } = page;
  return rest;
};
const late = (ms: Partial<TaskView['ms']>): Pick<TaskView, 'ms'> => ({
  ms: { inState: 0, unheard: 0, sinceWake: 0, ...ms },
});
const HAS = (state: 'claimed' | 'running' | 'failed' | 'pending_review') =>
  recordBy('helper', samplePage(), { state, node: 'helper', changeSet: CHANGE_SET, why: 'broken' });

type Row = readonly [string, TaskView, unknown];
const proposed = unpacked(pageIn('proposed', { attempt: 0 }));
const ROWS: readonly Row[] = [
  ['a proposed page is packed and queued', viewOf(proposed), [{ kind: 'queue', attempt: 1 }]],
  [
    'a proposed page with a mistake is rejected with why',
    viewOf(proposed, { problem: 'no title' }),
    [{ kind: 'write', next: { state: 'rejected', why: 'no title' } }],
  ],
  [
    'a queued page without a package is packed again',
    viewOf(unpacked(samplePage({ attempt: 2 }))),
    [{ kind: 'queue', attempt: 2 }],
  ],
  [
    'a queued page that the server does not have is written there',
    viewOf(samplePage(), { seen: NONE }),
    [{ kind: 'put', record: { state: 'queued', attempt: 1, package: 'p1' }, revision: 0 }],
  ],
  [
    'an illegal value is replaced by the last legal one',
    viewOf(pageIn('running'), { seen: REFUSED }),
    [{ kind: 'put', record: { state: 'running', node: 'helper' }, revision: 9 }],
  ],
  [
    'a task that was never woken is woken',
    viewOf(samplePage(), late({ sinceWake: Number.POSITIVE_INFINITY })),
    [{ kind: 'wake' }],
  ],
  [
    'a task that nobody claims is woken again when its lane is empty',
    viewOf(samplePage(), { isDrained: true, ...late({ sinceWake: wakeMs }) }),
    [{ kind: 'wake' }],
  ],
  [
    'a task whose wake-up still waits is not woken again',
    viewOf(samplePage(), late({ sinceWake: wakeMs })),
    [],
  ],
  [
    'a claim is written to the page',
    viewOf(samplePage(), { seen: HAS('claimed') }),
    [{ kind: 'write', next: { state: 'claimed', node: 'helper', package: 'p1' } }],
  ],
  [
    'work that has begun is written to the page, though the claim was missed',
    viewOf(samplePage(), { seen: HAS('running') }),
    [{ kind: 'write', next: { state: 'running', node: 'helper' } }],
  ],
  [
    'a failure leaves its node out',
    viewOf(pageIn('running'), { seen: HAS('failed') }),
    [{ kind: 'write', next: { state: 'failed', leftOut: ['helper'], why: 'helper: broken' } }],
  ],
  [
    'a result is fetched before the page says that it is here',
    viewOf(pageIn('running'), { seen: HAS('pending_review') }),
    [{ kind: 'fetch', from: 'helper', changeSet: CHANGE_SET }],
  ],
  [
    'a result that is here is written to the page',
    viewOf(pageIn('running'), { seen: HAS('pending_review'), arrival: 'here' }),
    [{ kind: 'write', next: { state: 'pending_review', node: 'helper' } }],
  ],
  [
    'a result that is not what it should be is a failure of its node',
    viewOf(pageIn('running'), { seen: HAS('pending_review'), arrival: { refused: 'forged' } }),
    [{ kind: 'write', next: { state: 'failed', leftOut: ['helper'], why: 'forged' } }],
  ],
  [
    'a result that the store has lost leaves nobody out',
    viewOf(pageIn('running'), {
      seen: HAS('pending_review'),
      arrival: { refused: 'lost', isLost: true },
    }),
    [{ kind: 'write', next: { state: 'failed', node: 'helper', leftOut: undefined, lost: true } }],
  ],
  ['a claim that is named goes on', viewOf(pageIn('claimed'), late({ unheard: leaseMs - 1 })), []],
  [
    'a claim that is not named is taken back, and its node may try again',
    viewOf(pageIn('running'), late({ unheard: leaseMs })),
    [{ kind: 'write', next: { state: 'queued', attempt: 2, leftOut: [] } }],
  ],
  [
    'the last try that is lost releases the task',
    viewOf(pageIn('running', { attempt: 3 }), late({ unheard: leaseMs })),
    [{ kind: 'write', next: { state: 'released' } }],
  ],
  [
    'a claim on which no work begins is taken back from its node for good',
    viewOf(pageIn('claimed'), late({ inState: startMs })),
    [{ kind: 'write', next: { state: 'queued', attempt: 2, leftOut: ['helper'] } }],
  ],
  [
    'work that takes much longer than its minutes is taken back',
    viewOf(
      pageIn('running', { spec: { ...samplePage().spec, budget: { minutes: 10 } } }),
      late({ inState: 31 * 60_000 }),
    ),
    [{ kind: 'write', next: { state: 'queued', attempt: 2, leftOut: ['helper'] } }],
  ],
  [
    'a node that may not work any more loses its claim',
    viewOf(pageIn('running'), { barred: 'helper is not in the mesh' }),
    [{ kind: 'write', next: { state: 'queued', why: 'helper is not in the mesh' } }],
  ],
  [
    'a result that was lost before it was judged is worked on again',
    viewOf(pageIn('pending_review')),
    [{ kind: 'write', next: { state: 'queued', attempt: 2 } }],
  ],
  [
    'a result that waits to be judged waits',
    viewOf(pageIn('pending_review'), { arrival: 'here' }),
    [],
  ],
  ['a failed task pauses first', viewOf(pageIn('failed'), late({ inState: backoffMs - 1 })), []],
  [
    'a failed task is tried again after its pause',
    viewOf(pageIn('failed'), late({ inState: backoffMs })),
    [{ kind: 'queue', attempt: 2 }],
  ],
  [
    'the second pause is twice as long',
    viewOf(pageIn('failed', { attempt: 2 }), late({ inState: 2 * backoffMs - 1 })),
    [],
  ],
  [
    'a task that has failed as often as it may is released',
    viewOf(pageIn('failed', { attempt: 3, why: 'broken' })),
    [{ kind: 'write', next: { state: 'released', why: 'broken' } }],
  ],
  [
    'a task that no other node may try is released',
    viewOf(pageIn('failed', { why: 'broken' }), { candidates: 0 }),
    [{ kind: 'write', next: { state: 'released', why: 'broken; no other node may work on it' } }],
  ],
  [
    'a cancelled task is cancelled on the server as well',
    viewOf(pageIn('cancelled'), { seen: HAS('running') }),
    [{ kind: 'put', record: { state: 'cancelled' }, revision: 7 }],
  ],
  [
    'a task that is over and unknown to the server stays so',
    viewOf(pageIn('completed'), { seen: NONE }),
    [],
  ],
  [
    'the record of a task that is long over is removed',
    viewOf(pageIn('completed'), late({ inState: keepMs })),
    [{ kind: 'forget', revision: 7 }],
  ],
  [
    'a page that was put back from a copy goes on after the last attempt that was begun',
    viewOf(samplePage(), { seen: { kind: 'ahead', attempt: 4, revision: 7 } }),
    [{ kind: 'queue', attempt: 5 }],
  ],
];

for (const [name, view, expected] of ROWS)
  t.test(name, (t) => {
    t.match(decide(view), expected);
    t.equal(decide(view).length, (expected as readonly unknown[]).length);
    t.end();
  });
