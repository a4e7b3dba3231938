/**
 * Which steps of a task are legal, and the cases of the system that this one replaces: there,
 * anybody could start, complete, fail or release a task in any state, and cancel a completed one.
 */
import { readFileSync } from 'node:fs';
import t from 'tap';
import { recordOf } from '../../../../src/modules/mesh/tasks/judge-record.js';
import {
  STATES,
  type TaskRecord,
  type TaskState,
} from '../../../../src/modules/mesh/tasks/task.js';
import {
  hasNode,
  illegal,
  isLegal,
  isOver,
  type Party,
} from '../../../../src/modules/mesh/tasks/transitions.js';
import { CHANGE_SET, pageIn } from './sample-task.js';

type Case = {
  readonly from: TaskState;
  readonly op: string;
  readonly expected: { readonly ok: boolean; readonly to: TaskState };
};
const { cases } = JSON.parse(
  readFileSync(
    new URL('../../../../../test/vectors/task-transitions.json', import.meta.url),
    'utf8',
  ),
) as { readonly cases: readonly Case[] };

/** What each operation of that system is here: a state, and who writes it. */
const HERE: Readonly<Record<string, readonly [TaskState, Party] | undefined>> = {
  start: ['running', 'worker'],
  fail: ['failed', 'worker'],
  complete_metric: ['pending_review', 'worker'],
  release: ['released', 'worker'],
  approve: ['completed', 'owner'],
  reject: ['queued', 'owner'],
  cancel: ['cancelled', 'owner'],
  // A node names in its announcements what it has; that writes nothing.
  heartbeat: undefined,
  attempt: undefined,
};
/** Accepted there from anybody, refused here. */
const ILLEGAL_HERE = [
  'queued heartbeat',
  'proposed heartbeat',
  'claimed release',
  'pending_review release',
  'queued start',
  'queued fail',
  'claimed complete_metric',
  'running start',
  'pending_review complete_metric',
  'completed cancel',
  'proposed start',
  'proposed fail',
];

t.test('operations of the replaced system, each as the step that it is here', (t) => {
  const refused: string[] = [];
  for (const { from, op, expected } of cases) {
    const step = HERE[op];
    const isHere = step === undefined ? hasNode(from) : isLegal(from, ...step);
    if (expected.ok && !isHere) refused.push(`${from} ${op}`);
    if (!expected.ok && isHere)
      t.match(`${from} ${op}`, /^(?:claimed|failed) reject$/, 'tried again, here only');
  }
  t.same(refused.sort(), [...ILLEGAL_HERE].sort());
  t.equal(refused.length, 12);
  t.end();
});

t.test('what is over stays so, and only the owner ends a task', (t) => {
  t.same(STATES.filter(isOver), ['completed', 'rejected', 'cancelled']);
  for (const from of STATES)
    for (const to of ['completed', 'released', 'rejected', 'cancelled', 'queued'] as const)
      t.notOk(isLegal(from, to, 'worker'), `${from} to ${to} by a worker`);
  t.end();
});

const step = (from: TaskState, to: TaskState, more: Partial<TaskRecord> = {}) => {
  const before = recordOf(pageIn(from), 'lead');
  const next: TaskRecord = { ...before, node: 'helper', state: to, changeSet: CHANGE_SET, ...more };
  return [before, next] as const;
};
const ROWS: readonly (readonly [
  string,
  readonly [TaskRecord, TaskRecord],
  string,
  RegExp | undefined,
])[] = [
  ['a claim', step('queued', 'claimed'), 'helper', undefined],
  ['a claim whose start was missed', step('queued', 'running'), 'helper', undefined],
  ['work that begins', step('claimed', 'running'), 'helper', undefined],
  ['a claim that is given back', step('claimed', 'failed'), 'helper', undefined],
  ['a result', step('running', 'pending_review'), 'helper', undefined],
  [
    'a result without a change set',
    step('running', 'pending_review', { changeSet: '' }),
    'helper',
    /no change set/,
  ],
  ['a claim in the name of another', step('queued', 'claimed'), 'other', /writes for helper/],
  [
    'a claim that takes over',
    step('claimed', 'claimed', { node: 'other' }),
    'other',
    /helper has it/,
  ],
  [
    'a completed task',
    step('running', 'completed'),
    'helper',
    /may not change running to completed/,
  ],
  ['a step back', step('running', 'claimed'), 'helper', /may not change running to claimed/],
  [
    'another attempt',
    step('queued', 'claimed', { attempt: 2 }),
    'helper',
    /attempt 2 follows attempt 1/,
  ],
  ['another package', step('queued', 'claimed', { package: 'p2' }), 'helper', /what is to be done/],
  ['another lane', step('queued', 'claimed', { lane: 'gpu' }), 'helper', /what it needs/],
  ['another owner', step('queued', 'claimed', { owner: 'helper' }), 'helper', /whose it is/],
  ['a result of a task that is over', step('cancelled', 'pending_review'), 'helper', /helper/],
];
for (const [name, [before, next], by, expected] of ROWS)
  t.test(`${name} is ${expected === undefined ? 'legal' : 'refused'}`, (t) => {
    if (expected === undefined) t.equal(illegal(before, next, by), undefined);
    else t.match(illegal(before, next, by), expected);
    t.end();
  });

t.test('a node that was left out may not claim again', (t) => {
  const before = { ...recordOf(pageIn('queued'), 'lead'), leftOut: ['helper'] };
  const next: TaskRecord = { ...before, state: 'claimed', node: 'helper' };
  t.match(illegal(before, next, 'helper'), /has failed it before/);
  t.end();
});
