/** What a worker does about its claim when the record changes: a fence that it cannot pass. */
import t from 'tap';
import {
  type ClaimView,
  followClaim,
  REPLACED_MS,
} from '../../../../src/modules/mesh/tasks/follow-claim.js';
import { mayClaim } from '../../../../src/modules/mesh/tasks/may-claim.js';
import type { ClaimResult } from '../../../../src/modules/mesh/tasks/task.js';
import type { TaskState } from '../../../../src/modules/mesh/tasks/task.js';
import { pageIn, recordBy, samplePage } from './sample-task.js';

const CLAIM = { owner: 'lead', attempt: 1, package: 'p1' };
const RUNNING = { ...CLAIM, runId: 'R1' };
const RESULT: ClaimResult = {
  ...CLAIM,
  task: 'page',
  outcome: 'proved',
  why: '',
  runId: 'R1',
  changeSet: 's',
};
const by = (who: string, state: TaskState, attempt = 1, node = 'helper') => {
  const { record } = recordBy(who, pageIn(state, { attempt, node }));
  return { by: who, record: state === 'queued' ? record : { ...record, node } };
};
type Row = readonly [string, Partial<ClaimView>, unknown];
const ROWS: readonly Row[] = [
  ['no record: its owner writes it again', { opened: undefined }, { kind: 'keep' }],
  ['a claim without work waits', {}, { kind: 'keep' }],
  ['work that has begun is told', { claim: RUNNING }, { kind: 'write', state: 'running' }],
  [
    'a result of a claim is told as work first',
    { result: RESULT },
    { kind: 'write', state: 'running' },
  ],
  [
    'a result is sent',
    { opened: by('helper', 'running'), result: RESULT },
    { kind: 'send', changeSet: 's' },
  ],
  [
    'a result is sent again when the owner has written the record again',
    { opened: by('lead', 'running'), result: RESULT },
    { kind: 'send' },
  ],
  [
    'a result of an earlier attempt is not sent',
    { opened: by('helper', 'running'), result: { ...RESULT, attempt: 0 } },
    { kind: 'keep' },
  ],
  [
    'work that proved nothing has failed',
    { opened: by('helper', 'running'), result: { ...RESULT, outcome: 'unproved', why: 'no page' } },
    { kind: 'write', state: 'failed', why: 'no page' },
  ],
  [
    'a result waits for its owner',
    { opened: by('helper', 'pending_review'), result: RESULT },
    { kind: 'keep' },
  ],
  ['a claim that was taken back is dropped', { opened: by('lead', 'queued', 2) }, { kind: 'drop' }],
  [
    'a claim of a later attempt may be an illegal value',
    { opened: by('other', 'claimed', 2, 'other') },
    { kind: 'keep' },
  ],
  [
    'a claim that another has for longer is dropped',
    { opened: by('other', 'claimed', 2, 'other'), unchangedMs: REPLACED_MS },
    { kind: 'drop' },
  ],
  ['a cancelled task is dropped', { opened: by('lead', 'cancelled') }, { kind: 'drop' }],
  ['a completed task is dropped', { opened: by('lead', 'completed') }, { kind: 'drop' }],
  [
    'a completed task that the owner did not sign is not',
    { opened: by('other', 'completed') },
    { kind: 'keep' },
  ],
  [
    'an old record that was put again changes nothing',
    { opened: by('lead', 'queued', 1) },
    { kind: 'keep' },
  ],
  [
    'what a third node writes changes nothing',
    { opened: by('other', 'claimed', 1, 'other') },
    { kind: 'keep' },
  ],
];
for (const [name, view, expected] of ROWS)
  t.test(name, (t) => {
    const base: ClaimView = {
      node: 'helper',
      claim: CLAIM,
      result: undefined,
      unchangedMs: 0,
      opened: by('helper', 'claimed'),
    };
    t.match(followClaim({ ...base, ...view }), expected);
    t.end();
  });

t.test('a node claims what its owner has queued, for it, and with its word', (t) => {
  const me = { node: 'helper', key: 'lead.page', lanes: ['any'], mayPropose: () => true };
  const queued = recordBy('lead', samplePage());
  const see = (more: object, own: object = {}) =>
    mayClaim({ by: 'lead', record: queued.record, ...more }, { ...me, ...own })?.kind ?? 'may';
  t.equal(see({}), 'may');
  t.equal(see({ by: 'other' }), 'none', 'signed by another node');
  t.equal(see({}, { key: 'lead.other' }), 'none', 'under another key');
  for (const state of ['claimed', 'running', 'completed', 'cancelled', 'released'] as const)
    t.equal(see({ record: { ...queued.record, state } }), 'none', state);
  t.equal(see({}, { node: 'lead' }), 'other', 'its own');
  t.equal(see({}, { lanes: ['gpu'] }), 'other', 'other tags');
  t.equal(see({}, { mayPropose: () => false }), 'other', 'without the word of this owner');
  t.equal(see({ record: { ...queued.record, leftOut: ['helper'] } }), 'other', 'failed before');
  t.end();
});
