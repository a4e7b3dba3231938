/** Which limit, which change, which answer: what happens to a pass that stopped at a limit. */
import t from 'tap';
import type { ReachedLimit } from '../../src/agents/reached-limit.js';
import { pendingAnswers } from '../../src/governance/answers.js';
import { partsOf } from '../../src/passes/act.js';
import { askForMore } from '../../src/passes/parking/ask-for-more.js';
import type { KeptFor, KeptWork, Parked } from '../../src/passes/parking/kept-work.js';
import { resumptionOf } from '../../src/passes/parking/resumption.js';
import { fieldText } from '../../src/project/field-text.js';
import { amountSaid } from '../../src/project/limit-question.js';
import { questionState } from '../../src/project/question-state.js';
import { bundleChanges } from '../../src/workspace/bundle.js';
import { viewAfter } from '../../src/workspace/draft-view.js';
import type { Snapshot } from '../../src/workspace/types.js';
import { placeWithProject } from './pass-workspace.js';

t.setTimeout(120_000);

const NOW = new Date('2026-11-21T03:00:00Z');
const FOR: KeptFor = {
  phase: 'write',
  objective: 'Write the first page.',
  runner: 'boxed',
  kind: 'chat',
  model: 'm',
  place: 'http://127.0.0.1:1/v1',
};
const BEGIN = {
  kind: 'begin' as const,
  version: 1,
  runId: 'RUN-20261121-001',
  at: '2026-11-21T01:30:00Z',
  for: FOR,
  prompt: 'The task.',
};
const PARKED: Parked = {
  kind: 'parked',
  runId: BEGIN.runId,
  at: BEGIN.at,
  limit: { scope: 'pass' },
  work: { outputs: [], novel: 0, words: 0, before: [] },
  files: {},
  undone: [],
};
const kept = (more: Partial<Extract<KeptWork, { kind: 'kept' }>> = {}): KeptWork => ({
  kind: 'kept',
  first: BEGIN,
  last: BEGIN,
  crashes: 0,
  entries: [],
  parked: PARKED,
  ...more,
});
const ofKind = (kind: string): KeptWork => {
  const begin = { ...BEGIN, for: { ...FOR, kind } };
  return kept({ first: begin, last: begin, parked: { ...PARKED, session: 'one' } });
};

t.test('how the next pass goes on', async (t) => {
  const { parked: _parked, ...crashed } = kept() as Extract<KeptWork, { kind: 'kept' }>;
  const cases: readonly (readonly [
    string,
    KeptWork,
    Partial<KeptFor>,
    string | undefined,
    RegExp?,
  ])[] = [
    ['nothing is kept', { kind: 'none' }, {}, undefined],
    ['chat at its limit', kept(), {}, 'talk'],
    ['chat after a crash', crashed, {}, 'talk'],
    ['chat after four crashes', { ...crashed, crashes: 4 }, {}, 'again', /crashed/],
    ['its file is damaged', { kind: 'damaged' }, {}, 'again', /damaged/],
    ['another objective', kept(), { objective: 'Rest.' }, 'again', /the objective has changed/],
    ['another phase', kept(), { phase: 'check' }, 'again', /the phase has changed/],
    ['another runner', kept(), { runner: 'other' }, 'again', /the runner has changed/],
    ['another model', kept(), { model: 'n' }, 'again', /the model has changed/],
    ['another endpoint', kept(), { place: 'http://127.0.0.1:2/v1' }, 'again', /where/],
    [
      'four days later',
      kept({ last: { ...BEGIN, at: '2026-11-17T01:00:00Z' } }),
      {},
      'again',
      /long/,
    ],
    ['claude at its limit', ofKind('claude'), { kind: 'claude' }, 'session'],
    [
      'a program',
      kept({ first: { ...BEGIN, for: { ...FOR, kind: 'command' } } }),
      { kind: 'command' },
      'again',
      /command/,
    ],
  ];
  for (const [name, work, change, kind, why = /^$/] of cases) {
    const found = resumptionOf(work, { for: { ...FOR, ...change }, at: NOW, inSandbox: false });
    t.equal(found?.kind, kind, name);
    if (found !== undefined) t.match(found.why, why, name);
  }
  const boxed = { for: { ...FOR, kind: 'claude' }, at: NOW, inSandbox: true };
  t.equal(resumptionOf(ofKind('claude'), boxed)?.kind, 'again', 'a sandbox hides its sessions');
});

const EURO = { unit: 'cost' as const, used: 2.1, limit: 2 };
const TOKENS = { unit: 'tokens' as const, used: 21_000, limit: 20_000 };

t.test('which limit asks what, and which answer does what', async (t) => {
  const place = placeWithProject(t.testdir(), '');
  const start = place.workspace.snapshot();
  const after = (view: Snapshot, limit: ReachedLimit): Snapshot =>
    viewAfter(
      view,
      partsOf({ request: { role: 'worker' }, runId: '' }, askForMore(view, 'pages', limit)),
    );
  const asked = (view: Snapshot) =>
    view.records('NOTIFICATION').filter((record) => fieldText(record, 'status') === 'open');
  const questions: readonly (readonly [ReachedLimit, RegExp | undefined, string])[] = [
    [
      { scope: 'pass', ...EURO },
      /its last pass used 2.10 of 2.00. Yes: 1.00 more tonight/,
      'pages',
    ],
    [
      { scope: 'project', ...TOKENS },
      /it used 21,000 of 20,000 tokens. Yes: 10,000 tokens/,
      'pages',
    ],
    [{ scope: 'pass', ...TOKENS, needed: 9000 }, /Yes: 18,000 tokens more/, 'pages'],
    [{ scope: 'night', project: 'pages', ...EURO }, /pages is parked: it used/, 'pages'],
    [{ scope: 'night', ...EURO }, /No pass begins: this night used 2.10 of 2.00. Yes: 1.00/, ''],
    [{ scope: 'month', ...EURO }, /this month used 2.10 of 2.00. Yes: 1.00 more this month/, ''],
    [{ scope: 'unpriced' }, /its model has no price/, 'pages'],
    [{ scope: 'stopped' }, undefined, ''],
  ];
  for (const [limit, text, project] of questions) {
    const view = after(start, limit);
    const [question, ...more] = asked(view);
    t.same(more, [], 'one question');
    if (text === undefined) t.equal(question, undefined, limit.scope);
    else t.match(fieldText(question, 'action_needed'), text, limit.scope);
    t.equal(fieldText(question, 'project'), project);
    const waits = fieldText(view.record('DISPATCH', 'pages'), 'escalation') !== '';
    t.equal(waits, project === 'pages', `${limit.scope}: the project waits or does not`);
  }
  const night = after(after(start, { scope: 'night', ...EURO }), { scope: 'night', ...EURO });
  t.equal(asked(night).length, 1, 'two passes at the limit of the night ask once');

  const answers: readonly (readonly [string, string, (number | undefined)?, string?])[] = [
    ['yes', 'answered', 1, 'escalation_clear'],
    ['Yes, 3', 'answered', 3, 'escalation_clear'],
    ['2,50', 'answered', 2.5, 'escalation_clear'],
    ['0', 'unclear'],
    ['1,000', 'unclear'],
    ['maybe', 'unclear'],
    ['5 USD', 'unclear'],
    ['no', 'answered', undefined, 'project_pause'],
  ];
  const view = after(start, { scope: 'pass', ...EURO });
  const [question] = asked(view);
  for (const [answer, state, amount, bundle] of answers) {
    const change = { id: question?.key ?? '', answer, status: 'open' };
    const answered = viewAfter(view, [
      (now) => ({
        actor: { kind: 'owner', name: 'owner' },
        runId: '',
        reason: 'answered',
        changes: bundleChanges(now, 'notification_answer', change).changes,
      }),
    ]);
    const [record] = asked(answered);
    if (record === undefined) throw new Error('the question is gone');
    t.equal(questionState(answered, record).state, state, answer);
    const [pending] = pendingAnswers(answered);
    if (state === 'unclear') t.equal(pending, undefined, answer);
    else
      t.ok(
        pending?.calls.some((call) => call.bundle === bundle),
        answer,
      );
    const raises = pending?.effects.flatMap((effect) =>
      effect.kind === 'raise-limit' ? [effect.raise.amount] : [],
    );
    t.same(raises ?? [], amount === undefined ? [] : [amount], answer);
  }
});

t.test('an amount that can be read in two ways is not one', async (t) => {
  const cases: readonly (readonly [string, 'tokens' | 'cost', number | undefined])[] = [
    ['20000', 'tokens', 20_000],
    ['20,000 tokens', 'tokens', 20_000],
    ['1.000.000', 'tokens', 1_000_000],
    ['1,5', 'tokens', undefined],
    ['1,5', 'cost', 1.5],
    ['1.50 eur', 'cost', 1.5],
    ['1.500', 'cost', undefined],
    ['-3', 'cost', undefined],
    ['', 'cost', undefined],
  ];
  for (const [text, unit, amount] of cases)
    t.equal(amountSaid(text, unit, 'EUR'), amount, `${text} ${unit}`);
});
