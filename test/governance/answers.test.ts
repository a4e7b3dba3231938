/**
 * What the owner's answers, and the owner's silence, lead to. Every bundle that is named is really
 * accepted.
 */
import t from 'tap';
import { pendingAnswers } from '../../src/governance/answers.js';
import type { BundleCall } from '../../src/governance/bundle-call.js';
import { mendedIncidents } from '../../src/governance/mended-incidents.js';
import { transitionSteps } from '../../src/governance/transition.js';
import { bundleChanges } from '../../src/workspace/bundle.js';
import type { Snapshot } from '../../src/workspace/types.js';
import {
  dispatchTable,
  longrunner,
  notifications,
  PHASES,
  smallWorkspace,
} from './small-workspace.js';
import type { NoticeFields } from './small-workspace.js';

type Test = Parameters<typeof smallWorkspace>[0] & Pick<typeof t, 'doesNotThrow'>;

/** The bundles' names; each of them has been accepted by the registry with these arguments. */
function accepted(t: Test, snapshot: Snapshot, calls: readonly BundleCall[]): string[] {
  for (const call of calls)
    t.doesNotThrow(
      () => bundleChanges(snapshot, call.bundle, call.args),
      `${call.bundle} ${JSON.stringify(call.args)}`,
    );
  return calls.map((call) => call.bundle);
}

type Held = {
  readonly asked?: readonly Partial<NoticeFields>[];
  readonly transition?: Record<string, string>;
  readonly phase?: Record<string, string>;
  readonly phases?: string;
};

function held(
  t: Test,
  { asked = [{}], transition = {}, phase = {}, phases = PHASES }: Held,
): Snapshot {
  return smallWorkspace(t, {
    'ACTIVE-PROJECTS.md': dispatchTable([
      { slug: 'inventory', status: 'transition-hold', escalation: 'Go on?' },
    ]),
    'PROJECTS/inventory/LONGRUNNER.md': longrunner({
      phase: { status: 'complete', ...phase },
      transition: {
        triggered_at: '2026-11-20T20:00:00Z',
        expires_at: '2026-11-23T20:00:00Z',
        reescalations: '0',
        ...transition,
      },
    }),
    'PROJECTS/inventory/PHASES.md': phases,
    'NOTIFICATIONS.md': notifications(
      asked.map((one, i) => ({
        id: `N-20261120-00${i + 1}`,
        kind: 'transition',
        project: 'inventory',
        time: '2026-11-20T20:00:00Z',
        ...one,
      })),
    ),
  });
}

const CHOICE =
  PHASES.replace('**Successors:** review', '**Successors:** review, publish') +
  '\n## publish\n\n- **Objective:** Publish the list\n';
const OVER = { expires_at: '2026-11-21T02:00:00Z' };

t.test('a project on hold moves on a clear yes alone', async (t) => {
  type Case = readonly [
    name: string,
    given: Held,
    kind: string,
    bundles: readonly string[],
    why?: RegExp,
  ];
  const cases: readonly Case[] = [
    ['no answer, time left', {}, 'wait', [], /until 2026-11-23T20:00:00Z/],
    [
      'yes',
      { asked: [{ answer: 'yes' }] },
      'advance',
      ['phase_advance', 'notification_close'],
      /approved by N-20261120-001: collect → review/,
    ],
    [
      'approved by status',
      { asked: [{ status: 'approved' }] },
      'advance',
      ['phase_advance', 'notification_close'],
    ],
    [
      'no',
      { asked: [{ answer: 'no' }] },
      'reopen',
      ['phase_reopen', 'notification_close'],
      /declined/,
    ],
    [
      'declined by status',
      { asked: [{ status: 'declined' }] },
      'reopen',
      ['phase_reopen', 'notification_close'],
    ],
    [
      'a contradiction',
      { asked: [{ status: 'approved', answer: 'no' }] },
      'wait',
      [],
      /until 2026-11-23T20:00:00Z/,
    ],
    ['neither', { asked: [{ answer: 'good work' }] }, 'wait', []],
    ['a yes with a condition', { asked: [{ answer: 'yes, but only zod' }] }, 'wait', []],
    ['dealt with already', { asked: [{ status: 'done', answer: 'yes' }] }, 'wait', []],
    [
      'an answer from before the transition',
      { asked: [{ answer: 'yes', time: '2026-11-19T20:00:00Z' }] },
      'wait',
      [],
    ],
    [
      'an answer about another project',
      { asked: [{ answer: 'yes', project: 'other' }] },
      'wait',
      [],
    ],
    [
      'an answer to another kind of question',
      { asked: [{ answer: 'yes', kind: 'escalation' }] },
      'wait',
      [],
    ],
    [
      'asked twice, the second answered',
      { asked: [{}, { answer: 'yes', time: '2026-11-20T23:00:00Z' }] },
      'advance',
      ['phase_advance', 'notification_close', 'notification_close'],
    ],
    [
      'the newest answer counts',
      { asked: [{ answer: 'yes' }, { answer: 'no', time: '2026-11-20T23:00:00Z' }] },
      'reopen',
      ['phase_reopen', 'notification_close', 'notification_close'],
    ],
    [
      'no time of the transition',
      { asked: [{ answer: 'yes' }], transition: { triggered_at: '~' } },
      'wait',
      [],
    ],
    [
      'the last phase',
      { asked: [{ answer: 'yes' }], phase: { name: 'review' } },
      'advance',
      ['project_complete', 'notification_close'],
      /last phase/,
    ],
    [
      'several could follow',
      { asked: [{ answer: 'yes' }], phases: CHOICE },
      'wait',
      [],
      /until 2026-11-23T20:00:00Z/,
    ],
    [
      'one of several is named',
      { asked: [{ answer: 'publish' }], phases: CHOICE },
      'advance',
      ['phase_advance', 'notification_close'],
      /collect → publish/,
    ],
    [
      'one of several is named after a yes',
      { asked: [{ answer: 'Yes, publish.' }], phases: CHOICE },
      'advance',
      ['phase_advance', 'notification_close'],
      /collect → publish/,
    ],
    [
      'one of several is named and approved by status',
      { asked: [{ status: 'approved', answer: 'publish' }], phases: CHOICE },
      'advance',
      ['phase_advance', 'notification_close'],
      /collect → publish/,
    ],
    [
      'asked twice at the same time, the later id counts',
      { asked: [{ answer: 'yes' }, { answer: 'no' }] },
      'reopen',
      ['phase_reopen', 'notification_close', 'notification_close'],
    ],
    [
      'time over to the second',
      { transition: { expires_at: '2026-11-21T03:00:00Z' } },
      'ask-again',
      ['notification_close', 'transition_reescalate'],
    ],
    [
      'one of several was named before',
      { asked: [{ answer: 'yes' }], phases: CHOICE, phase: { successor: 'publish' } },
      'advance',
      ['phase_advance', 'notification_close'],
      /collect → publish/,
    ],
    [
      'a phase that does not follow is named',
      { asked: [{ answer: 'collect' }], phases: CHOICE },
      'stuck',
      ['notification_close', 'transition_reescalate'],
      /"collect" does not follow/,
    ],
    [
      'the phase is not declared',
      { asked: [{ answer: 'yes' }], phase: { name: 'lost' } },
      'stuck',
      ['notification_close', 'transition_reescalate'],
      /"lost" is not declared/,
    ],
    [
      'time over',
      { transition: OVER },
      'ask-again',
      ['notification_close', 'transition_reescalate'],
      /asked for the 2. time/,
    ],
    [
      'time over, but answered',
      { transition: OVER, asked: [{ answer: 'yes' }] },
      'advance',
      ['phase_advance', 'notification_close'],
    ],
    [
      'time over for the third time',
      { transition: { ...OVER, reescalations: '2' } },
      'ask-again',
      ['notification_close', 'transition_reescalate'],
      /4. time/,
    ],
    [
      'asked three times in vain',
      { transition: { ...OVER, reescalations: '3' } },
      'pause',
      ['transition_pause', 'notification_close'],
      /asked 4 times/,
    ],
    [
      'no deadline: the usual one',
      { transition: { expires_at: '~' } },
      'wait',
      [],
      /2026-11-23T20:00:00Z/,
    ],
    [
      'no deadline, a shorter one of the project',
      { transition: { expires_at: '~', timeout_days: '1', triggered_at: '2026-11-19T20:00:00Z' } },
      'ask-again',
      ['notification_close', 'transition_reescalate'],
    ],
    ['nobody was asked', { asked: [], transition: OVER }, 'ask-again', ['transition_reescalate']],
  ];
  for (const [name, given, kind, bundles, why] of cases) {
    const snapshot = held(t, given);
    const [step] = transitionSteps(snapshot);
    t.equal(step?.kind, kind, name);
    t.same(accepted(t, snapshot, step?.calls ?? []), bundles, name);
    if (why !== undefined) t.match(step?.why, why, name);
  }
});

t.test('what is handed to the bundles', async (t) => {
  const [advance] = transitionSteps(held(t, { asked: [{ answer: 'yes' }] }));
  t.same(advance?.calls[0]?.args, {
    slug: 'inventory',
    phase: 'review',
    objective: 'Look at the licences',
    next_objective: 'Look at the licences',
    authorisation: 'N-20261120-001',
  });
  const chain =
    PHASES.replace('**Successors:** -', '**Successors:** publish') +
    '\n## publish\n\n- **Objective:** Publish\n';
  t.equal(
    transitionSteps(held(t, { asked: [{ answer: 'yes' }], phases: chain }))[0]?.calls[0]?.args[
      'successor'
    ],
    'publish',
    'the only phase that can follow the next one',
  );
  const fork =
    PHASES.replace('**Successors:** -', '**Successors:** publish, collect') +
    '\n## publish\n\n- **Objective:** Publish\n';
  t.equal(
    transitionSteps(held(t, { asked: [{ answer: 'yes' }], phases: fork }))[0]?.calls[0]?.args[
      'successor'
    ],
    undefined,
    'the owner has to choose',
  );
  const [reopen] = transitionSteps(
    held(t, { asked: [{ answer: 'no, list the dev dependencies too' }] }),
  );
  t.match(reopen?.calls[0]?.args, {
    next_objective: 'list the dev dependencies too',
    authorisation: 'N-20261120-001',
  });
  const [plain] = transitionSteps(held(t, { asked: [{ answer: 'no' }] }));
  t.match(plain?.calls[0]?.args, { next_objective: 'List the first twelve' });
  const [again] = transitionSteps(held(t, { transition: OVER, asked: [] }));
  t.match(again?.calls[0]?.args, {
    count: 1,
    expires_at: '2026-11-24T03:00:00Z',
    question: /Begin "review"/,
  });
  const [unread] = transitionSteps(held(t, { transition: OVER, asked: [{ answer: 'hm' }] }));
  t.match(unread?.calls[1]?.args, {
    count: 1,
    question: /^Your answer "hm" is not clear: .*Begin "review"/,
  });
});

t.test('what cannot go on is told once', async (t) => {
  const first = held(t, { asked: [{ answer: 'yes' }], phase: { name: 'lost' } });
  const topic = String(transitionSteps(first)[0]?.calls[1]?.args['topic']);
  t.equal(topic, 'phase-undeclared');
  const second = held(t, { asked: [{ topic }], phase: { name: 'lost' } });
  t.match(transitionSteps(second), [{ kind: 'wait', calls: [] }]);
  const both = held(t, {
    asked: [
      { answer: 'yes' },
      { topic, question: 'In other words?', time: '2026-11-20T23:00:00Z' },
    ],
    phase: { name: 'lost' },
  });
  t.match(transitionSteps(both), [
    { kind: 'stuck', calls: [{ bundle: 'notification_close', args: { id: 'N-20261120-001' } }] },
  ]);
  t.equal(
    transitionSteps(both)[0]?.calls.length,
    1,
    'the question that stands is left open and not asked again',
  );
});

t.test('projects that are not on hold have no step', async (t) => {
  t.same(
    transitionSteps(
      smallWorkspace(t, {
        'ACTIVE-PROJECTS.md': dispatchTable([
          { slug: 'a' },
          { slug: 'gone', status: 'transition-hold' },
        ]),
      }),
    ),
    [],
  );
});

type Row = { readonly status: string; readonly escalation?: string };

function asked(
  t: Test,
  notice: Partial<NoticeFields>,
  row: Row = { status: 'active', escalation: 'Which?' },
): Snapshot {
  return smallWorkspace(t, {
    'ACTIVE-PROJECTS.md': dispatchTable([{ slug: 'inventory', ...row }]),
    'PROJECTS/inventory/LONGRUNNER.md': longrunner({
      phase: { status: row.status === 'blocked' ? 'blocked' : 'active' },
    }),
    'PROJECTS/idea/LONGRUNNER-DRAFT.md':
      '---\nmission: An idea\nphase:\n  name: look\n  objective: Look\n  stop_condition:\n    - file_exists: outputs/a.md\n    - links_resolve: outputs/a.md\nnext_pass: { objective: Look once }\n---\n',
    'PROJECTS/half/LONGRUNNER-DRAFT.md':
      '---\nmission: Half an idea\nphase:\n  name: look\n  objective: Look\n---\n',
    'NOTIFICATIONS.md': notifications([
      {
        id: 'N-20261120-001',
        kind: 'escalation',
        project: 'inventory',
        question: 'Is a missing licence an error?',
        ...notice,
      },
    ]),
  });
}

t.test('each kind of question has its own consequences', async (t) => {
  type Case = readonly [
    name: string,
    notice: Partial<NoticeFields>,
    row: Row | undefined,
    verdict: string | undefined,
    bundles: readonly string[],
    effects?: readonly object[],
  ];
  const cases: readonly Case[] = [
    ['not answered', {}, undefined, undefined, []],
    ['done', { status: 'done', answer: 'yes' }, undefined, undefined, []],
    [
      'an escalation, answered in words',
      { answer: 'an error' },
      undefined,
      'text',
      ['escalation_clear', 'notification_close'],
    ],
    [
      'an escalation, no',
      { answer: 'no' },
      undefined,
      'no',
      ['escalation_clear', 'project_pause', 'notification_close'],
    ],
    [
      'an escalation of a blocked project, yes',
      { answer: 'yes' },
      { status: 'blocked', escalation: 'No tool' },
      'yes',
      ['route_unblock', 'notification_close'],
    ],
    [
      'an escalation of a blocked project, in words',
      { answer: 'use npm ls instead' },
      { status: 'blocked', escalation: 'No tool' },
      'text',
      ['route_unblock', 'notification_close'],
    ],
    [
      'an escalation of a blocked project, no',
      { answer: 'no' },
      { status: 'blocked', escalation: 'No tool' },
      'no',
      ['project_pause', 'notification_close'],
    ],
    [
      'a paused project, yes',
      { answer: 'yes' },
      { status: 'paused', escalation: 'Asked in vain' },
      'yes',
      ['project_resume', 'notification_close'],
    ],
    [
      'a paused project, no',
      { answer: 'no' },
      { status: 'paused', escalation: 'Asked in vain' },
      'no',
      ['notification_close'],
    ],
    [
      'nothing waits any more',
      { answer: 'yes' },
      { status: 'active' },
      'yes',
      ['notification_close'],
    ],
    [
      'the project is gone',
      { answer: 'yes', project: 'gone' },
      undefined,
      'yes',
      ['notification_close'],
    ],
    [
      'a transition that is over',
      { kind: 'transition', answer: 'yes' },
      undefined,
      'yes',
      ['notification_close'],
    ],
    [
      'a draft, yes',
      { kind: 'draft', project: 'idea', answer: 'yes' },
      undefined,
      'yes',
      ['notification_close'],
      [{ kind: 'accept-draft', slug: 'idea' }],
    ],
    [
      'a draft that is not complete, yes',
      { kind: 'draft', project: 'half', answer: 'yes' },
      undefined,
      'yes',
      ['notification_close'],
      [],
    ],
    [
      'a draft, no',
      { kind: 'draft', project: 'idea', answer: 'no' },
      undefined,
      'no',
      ['notification_close'],
      [],
    ],
    [
      'a draft that is gone',
      { kind: 'draft', project: 'gone', answer: 'yes' },
      undefined,
      'yes',
      ['notification_close'],
      [],
    ],
    [
      'a draft that is a project already',
      { kind: 'draft', project: 'inventory', answer: 'yes' },
      undefined,
      'yes',
      ['notification_close'],
      [],
    ],
    [
      'a proposal, yes',
      { kind: 'proposal', status: 'approved' },
      undefined,
      'yes',
      ['notification_close'],
      [{ kind: 'apply-proposal', id: 'N-20261120-001' }],
    ],
    [
      'a proposal, no',
      { kind: 'proposal', status: 'declined' },
      undefined,
      'no',
      ['notification_close'],
      [],
    ],
    [
      'an incident, seen',
      { kind: 'incident', answer: 'ok' },
      undefined,
      'yes',
      ['notification_close'],
      [],
    ],
  ];
  for (const [name, notice, row, verdict, bundles, effects] of cases) {
    const snapshot = row === undefined ? asked(t, notice) : asked(t, notice, row);
    const [answer, second] = pendingAnswers(snapshot);
    t.equal(second, undefined);
    t.equal(answer?.verdict, verdict, name);
    t.same(accepted(t, snapshot, answer?.calls ?? []), bundles, name);
    if (effects !== undefined) t.same(answer?.effects, effects, name);
  }
});

t.test('an answer is the objective where one was asked for, whole, and nowhere else', async (t) => {
  const long = `list the dev dependencies ${'and their licences '.repeat(30)}too`;
  const cases: readonly (readonly [string, string, string | undefined])[] = [
    ['objective', 'list the dev dependencies', 'list the dev dependencies'],
    ['objective', 'yes, list the dev dependencies', 'list the dev dependencies'],
    ['objective', long, long],
    ['', 'list the dev dependencies', undefined],
    ['', 'yes', undefined],
  ];
  for (const objective of ['TBD', 'List the first twelve'])
    for (const [topic, answer, expected] of cases) {
      const snapshot = smallWorkspace(t, {
        'ACTIVE-PROJECTS.md': dispatchTable([{ slug: 'inventory', escalation: 'x' }]),
        'PROJECTS/inventory/LONGRUNNER.md': longrunner({ next_pass: { objective } }),
        'NOTIFICATIONS.md': notifications([
          {
            id: 'N-20261120-002',
            kind: 'escalation',
            project: 'inventory',
            question: 'What is the next pass to do?',
            answer,
            topic,
          },
        ]),
      });
      const calls = pendingAnswers(snapshot)[0]?.calls ?? [];
      const set = calls.find(({ bundle }) => bundle === 'objective_set');
      t.equal(set?.args['next_objective'], expected, answer.slice(0, 40));
      t.ok(
        calls.some(({ bundle }) => bundle === 'escalation_clear'),
        'and the project goes on',
      );
    }
});

t.test('a no with an instruction does what it says; one with a reason is a no', async (t) => {
  type Case = readonly [
    topic: string,
    status: string,
    answer: string,
    bundles: readonly string[],
    objective?: string | undefined,
    language?: string,
  ];
  const pause = ['escalation_clear', 'project_pause', 'notification_close'];
  const set = ['objective_set', 'escalation_clear', 'notification_close'];
  const write = 'write section 3 instead';
  const cases: readonly Case[] = [
    ['rest', 'active', 'No, write section 3 instead', set, write],
    ['rest', 'active', 'no - write section 3 instead', set, write],
    ['objective', 'active', 'No, write section 3 instead', set, write],
    ['rest', 'active', 'Nein, schreib Abschnitt 3', set, 'schreib Abschnitt 3', 'German'],
    ['rest', 'active', 'Non, écris la section 3', set, 'écris la section 3', 'French'],
    ['rest', 'active', 'No, escribe la sección 3', set, 'escribe la sección 3', 'Spanish'],
    ['rest', 'active', 'Não, escreva a seção 3', set, 'escreva a seção 3', 'Portuguese'],
    ['rest', 'active', 'No, scrivi la sezione 3', set, 'scrivi la sezione 3', 'Italian'],
    ['rest', 'active', 'Nee, schrijf deel 3', set, 'schrijf deel 3', 'Dutch'],
    ['rest', 'active', '不，写第三节的内容', set, '写第三节的内容', 'Chinese'],
    ['rest', 'active', 'いいえ、第三節を書いてください', set, '第三節を書いてください', 'Japanese'],
    ['rest', 'active', 'no', pause],
    ['rest', 'active', 'No, thank you', pause],
    ['rest', 'active', 'No, pause it', pause],
    ['rest', 'active', 'no, please leave it for now', pause],
    ['rest', 'active', "No, it's too expensive", pause],
    ['rest', 'active', 'No, I have no time this week', pause],
    ['rest', 'active', 'No, do not continue', pause],
    ['rest', 'active', 'Nein, das ist zu teuer', pause, undefined, 'German'],
    ['rest', 'active', "Non, c'est trop cher", pause, undefined, 'French'],
    ['rest', 'active', 'No, es demasiado caro', pause, undefined, 'Spanish'],
    ['rest', 'active', 'No, è troppo caro', pause, undefined, 'Italian'],
    ['rest', 'active', 'Nee, dat is te duur', pause, undefined, 'Dutch'],
    ['rest', 'active', '不，太贵了没有必要', pause, undefined, 'Chinese'],
    // The agent asked: it reads the answer in its brief.
    ['', 'active', 'No, use the other licence', ['escalation_clear', 'notification_close']],
    ['', 'active', 'No, that is wrong', pause],
    // Only a yes or a no: the words are in the brief of the pass after the pause.
    ['decision', 'active', 'No, write section 3 instead', pause],
    [
      'rest',
      'blocked',
      'No, write section 3 instead',
      ['route_unblock', 'notification_close'],
      write,
    ],
    ['rest', 'blocked', 'No, it is too late', ['project_pause', 'notification_close']],
    [
      'rest',
      'paused',
      'No, write section 3 instead',
      ['project_resume', 'objective_set', 'notification_close'],
      write,
    ],
    ['rest', 'paused', 'No, leave it', ['notification_close']],
    ['decision', 'paused', 'No, write section 3 instead', ['notification_close']],
  ];
  for (const [topic, status, answer, bundles, objective, language = 'English'] of cases) {
    const question = {
      id: 'N-20261120-002',
      kind: 'escalation',
      project: 'inventory',
      question: 'x',
    };
    const snapshot = smallWorkspace(t, {
      'USER.md': `# User\n\n## Owner\n\n- **Language:** ${language}\n`,
      'ACTIVE-PROJECTS.md': dispatchTable([{ slug: 'inventory', status, escalation: 'x' }]),
      'PROJECTS/inventory/LONGRUNNER.md': longrunner({}),
      'NOTIFICATIONS.md': notifications([{ ...question, topic, answer }]),
    });
    const calls = pendingAnswers(snapshot)[0]?.calls ?? [];
    const name = `${topic || 'words'}, ${status}: ${answer}`;
    t.same(
      calls.map(({ bundle }) => bundle),
      bundles,
      name,
    );
    const next = calls.find(({ args }) => args['next_objective'] !== undefined);
    if (objective !== undefined) t.equal(next?.args['next_objective'], objective, name);
  }
});

t.test('every clear answer is dealt with once, and an unclear one stays', async (t) => {
  const snapshot = held(t, {
    asked: [
      { answer: 'good work' },
      { kind: 'incident', answer: 'seen' },
      { kind: 'proposal', answer: 'no' },
    ],
  });
  const closed = pendingAnswers(snapshot).flatMap((answer) =>
    answer.calls
      .filter((call) => call.bundle === 'notification_close')
      .map((call) => call.args['id']),
  );
  t.same(closed.sort(), ['N-20261120-002', 'N-20261120-003']);
});

t.test('an answered transition is one answer, with all its questions', async (t) => {
  const snapshot = held(t, {
    asked: [{ answer: 'yes' }, { answer: 'yes', time: '2026-11-20T23:00:00Z' }],
  });
  t.match(pendingAnswers(snapshot), [
    {
      id: 'N-20261120-002',
      kind: 'transition',
      calls: [
        { bundle: 'phase_advance' },
        { bundle: 'notification_close' },
        { bundle: 'notification_close' },
      ],
    },
  ]);
  t.equal(pendingAnswers(snapshot).length, 1);
});

t.test('a notice that a project cannot be read is closed once it can be', async (t) => {
  const notice = (slug: string, kind = 'incident'): Partial<NoticeFields> => ({
    kind,
    topic: `load-${slug}`,
  });
  const cases: readonly (readonly [string, Partial<NoticeFields>, number])[] = [
    ['it is back', notice('inventory'), 1],
    ['its row is gone', notice('gone'), 1],
    ['closed already', { ...notice('inventory'), status: 'done' }, 0],
    ['another kind', notice('inventory', 'escalation'), 0],
    ['another topic', { kind: 'incident', topic: 'other' }, 0],
  ];
  for (const [name, fields, count] of cases) {
    const snapshot = asked(t, fields);
    t.equal(accepted(t, snapshot, mendedIncidents(snapshot)).length, count, name);
  }
  const lost = smallWorkspace(t, {
    'ACTIVE-PROJECTS.md': dispatchTable([{ slug: 'inventory' }]),
    'NOTIFICATIONS.md': notifications([
      { id: 'N-20261120-001', kind: 'incident', project: 'inventory', topic: 'load-inventory' },
    ]),
  });
  t.same(mendedIncidents(lost), [], 'still missing');
});
