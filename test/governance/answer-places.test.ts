/** Answers where people write them, to each kind of question: read rightly or left open. */
import t from 'tap';
import { questionLine } from '../../src/project/answer-places.js';
import { pendingAnswers } from '../../src/governance/answers.js';
import { isOpenQuestion, questionState } from '../../src/project/question-state.js';
import type { Snapshot } from '../../src/workspace/types.js';
import { dispatchTable, longrunner, PHASES, smallWorkspace } from './small-workspace.js';

t.setTimeout(300_000);

type Test = Parameters<typeof smallWorkspace>[0];

const ID = 'N-20261120-001';
const QUESTION = 'Is a missing licence an error? Answer yes or no.';

type Question = {
  readonly kind?: string;
  readonly topic?: string;
  readonly status?: string;
  readonly asked?: string;
  readonly body?: string;
  readonly project?: string;
  readonly row?: string;
  readonly language?: string;
};

/** `fields`: the lines from Status on. `briefing`: the lines of the question in the briefing. */
function page(
  question: Question,
  { fields, briefing }: { readonly fields?: string; readonly briefing?: string },
): string {
  const status = question.status ?? 'open';
  return [
    '# Notifications\n\n## Briefing\n\n- **Time:** 2026-11-21T02:00:00Z\n\n**Waiting for you (1)**',
    briefing ?? `- **${ID}** ${question.asked ?? QUESTION}`,
    '\n**What came out.** Nothing new.\n\n## Inbox\n',
    `### ${ID} A question\n`,
    `- **Time:** 2026-11-20T20:00:00Z\n- **Priority:** high\n- **Project:** ${question.project ?? 'inventory'}`,
    `- **Kind:** ${question.kind ?? 'proposal'}\n- **Action needed:** ${question.asked ?? QUESTION}`,
    `- **Topic:** ${question.topic ?? '-'}`,
    `- **Status:** ${status}\n${fields ?? '- **Answer:** -'}`,
    `\n${question.body ?? 'Why it is asked.'}\n`,
  ].join('\n');
}

function workspace(t: Test, question: Question, text: string): Snapshot {
  const isHeld = question.kind === 'transition';
  return smallWorkspace(t, {
    'USER.md': `# User\n\n## Owner\n\n- **Name:** Ada\n- **Language:** ${question.language ?? 'English'}\n- **Time zone:** Europe/Lisbon\n`,
    'ACTIVE-PROJECTS.md': dispatchTable([
      {
        slug: 'inventory',
        status: question.row ?? (isHeld ? 'transition-hold' : 'active'),
        escalation: 'Which?',
      },
    ]),
    'PROJECTS/inventory/LONGRUNNER.md': longrunner({
      phase: { status: isHeld ? 'complete' : 'active' },
      transition: { triggered_at: '2026-11-20T20:00:00Z', expires_at: '2026-11-23T20:00:00Z' },
    }),
    'PROJECTS/inventory/PHASES.md': PHASES,
    'PROJECTS/idea/LONGRUNNER-DRAFT.md':
      '---\nmission: An idea\nphase:\n  name: look\n  objective: Look\n  stop_condition:\n    - file_exists: outputs/a.md\n    - links_resolve: outputs/a.md\nnext_pass: { objective: Look once }\n---\n',
    'NOTIFICATIONS.md': text,
  });
}

/** The verdict, `open`, or `unclear`. */
function stateOf(snapshot: Snapshot): string {
  const question = snapshot.record('NOTIFICATION', ID);
  if (question === undefined) return 'no question';
  const found = questionState(snapshot, question);
  return found.state === 'answered' ? found.read.verdict : found.state;
}

const FIELD = '- **Answer:** -';
const line = `- **${ID}** ${QUESTION}`;
type Place = readonly [name: string, fields: string, briefing?: string];
const places = (said: string): readonly Place[] => [
  ['in the field', `- **Answer:** ${said}`],
  ['after a dash', `- **Answer:** - ${said}`],
  ['after a long dash', `- **Answer:** – ${said}`],
  ['in bold', `- **Answer:** **${said}**`],
  ['in quotes', `- **Answer:** "${said}"`],
  ['as code', `- **Answer:** \`${said}\``],
  ['on the next line, indented', `- **Answer:**\n  ${said}`],
  ['on the next line, not indented', `- **Answer:**\n${said}`],
  ['on the next line, below the dash', `- **Answer:** -\n${said}`],
  ['as a list item below', `- **Answer:** -\n- ${said}`],
  ['as an indented list item below', `- **Answer:** -\n  - ${said}`],
  ['as a ticked box below', `- **Answer:** -\n- [x] ${said}`],
  ['as a ticked box', `- **Answer:** [x] ${said}`],
  ['with the bold lost', `- Answer: ${said}`],
  ['with the bold and the dash lost', `Answer: ${said}`],
  ['with the colon lost', `- **Answer** ${said}`],
  ['with stars', `* **Answer:** ${said}`],
  ['in underscores', `- __Answer:__ ${said}`],
  ['quoted', `- **Answer:** -\n> ${said}`],
  ['twice, the same', `- **Answer:** ${said}\n${said}`],
  ['in the briefing, below', FIELD, `${line}\n${said}`],
  ['in the briefing, as an item', FIELD, `${line}\n  - ${said}`],
  ['in the briefing, as an item of the list', FIELD, `${line}\n- ${said}`],
  ['in the briefing, labelled', FIELD, `${line}\n  Answer: ${said}`],
  ['in the briefing, labelled in bold', FIELD, `${line}\n- **Answer:** ${said}`],
  ['in the briefing, at the end of the line', FIELD, `${line} ${said}`],
  ['in the briefing, after an arrow', FIELD, `${line} → ${said}`],
  ['in the briefing, after a dash', FIELD, `${line} - ${said}`],
  ['in the briefing, in bold', FIELD, `${line} **${said}**`],
  ['in the briefing, as a box', FIELD, `${line}\n  - [x] ${said}`],
];

const SAID: readonly (readonly [said: string, verdict: string, language?: string])[] = [
  ['yes', 'yes'],
  ['no thanks', 'no'],
  ['maybe later', 'unclear'],
  ['Ja, gerne', 'yes', 'Deutsch'],
  ['nein', 'no', 'Deutsch'],
  ['oui', 'yes', 'French'],
  ['よろしくお願いします', 'yes', 'Japanese'],
  ['不用了', 'no', 'Chinese'],
];

for (const [said, verdict, language = 'English'] of SAID)
  t.test(`"${said}" in every place`, async (t) => {
    for (const [name, fields, briefing] of places(said)) {
      const text = page({ language }, briefing === undefined ? { fields } : { fields, briefing });
      t.equal(stateOf(workspace(t, { language }, text)), verdict, name);
    }
  });

t.test('no text of an agent answers for the owner', async (t) => {
  const cases: readonly (readonly [string, Question, Parameters<typeof page>[1]])[] = [
    ['a body', { body: 'yes' }, {}],
    ['a labelled body', { body: 'Answer: yes' }, {}],
    ['a field in a body', { body: '- **Note:** x\nAnswer: yes' }, {}],
    ['a question', { asked: 'Go on? yes' }, {}],
    ['a question with a break', { asked: 'Go on?<br>Answer: yes' }, {}],
    ['a question on two lines', { asked: 'Go on?\n  Answer: yes' }, { briefing: line }],
    ['a comment', {}, { fields: `${FIELD}\n<!-- yes -->` }],
    ['another question below', {}, { briefing: `${line}\n- **N-20261120-002** Other? yes` }],
    ['the rest of the list', {}, { briefing: `${line}\n- and 3 more: yes` }],
    ['below the list', {}, { briefing: `${line}\n\nyes` }],
    ['above the list', {}, { briefing: `\n- **${ID}** ${QUESTION} yes` }],
    ['another text than was asked', {}, { briefing: `- **${ID}** Something else? yes` }],
  ];
  for (const [name, question, where] of cases)
    t.equal(stateOf(workspace(t, question, page(question, where))), 'open', name);
});

t.test('a question with times and run ids is found again in the briefing', async (t) => {
  const asked = `inventory (RUN-20261120-001) asks at 2026-11-20T20:00:00Z ${'and again '.repeat(40)}whether to go on?`;
  const question = { asked };
  const before = workspace(t, question, page(question, {}));
  const record = before.record('NOTIFICATION', ID);
  if (record === undefined) throw new Error('no question');
  const shown = `- **${ID}** ${questionLine(before, record)}`;
  t.notMatch(shown, /RUN-|Z /);
  for (const [briefing, verdict] of [
    [shown, 'open'],
    [`${shown} yes`, 'yes'],
    [`- **${ID}** Your answer "no?" is not clear. ${questionLine(before, record)} yes`, 'yes'],
  ] as const)
    t.equal(stateOf(workspace(t, question, page(question, { briefing }))), verdict);
});

type Expected = Readonly<Record<string, string>>;
const DECISION: Expected = {
  yes: 'yes',
  'no thanks': 'no',
  'maybe later': 'unclear',
  'yes, but only on Sundays': 'unclear',
  'use npm ls instead': 'unclear',
  'yes, cancel it': 'unclear',
  'ok, hold on': 'unclear',
  'yes?': 'unclear',
  'yes no': 'unclear',
  '[ ] yes': 'unclear',
  thanks: 'unclear',
};
const SEEN: Expected = {
  ...DECISION,
  'yes, cancel it': 'yes',
  'ok, hold on': 'yes',
  'maybe later': 'text',
  'yes, but only on Sundays': 'text',
  'use npm ls instead': 'text',
  thanks: 'text',
};
const KINDS: readonly (readonly [name: string, question: Question, expected: Expected])[] = [
  ['a draft', { kind: 'draft', project: 'idea' }, DECISION],
  ["a manager's proposal", { kind: 'proposal' }, DECISION],
  ['an approval', { kind: 'approval', asked: 'AP-001: pages wants to write' }, DECISION],
  ['what was undone', { kind: 'escalation', topic: 'decision' }, DECISION],
  ['a paused project', { kind: 'escalation', row: 'paused' }, DECISION],
  ['a transition', { kind: 'transition' }, { ...DECISION, review: 'text', 'yes, review': 'yes' }],
  [
    'a question of an agent',
    { kind: 'escalation' },
    {
      ...DECISION,
      'yes, cancel it': 'yes',
      'ok, hold on': 'yes',
      'pause it': 'unclear',
      'cancel this!': 'unclear',
      'Pause between the chapters.': 'text',
      'yes, but only on Sundays': 'text',
      'use npm ls instead': 'text',
    },
  ],
  [
    'what to do next',
    { kind: 'escalation', topic: 'objective' },
    {
      ...DECISION,
      yes: 'unclear',
      'yes, cancel it': 'unclear',
      'ok, hold on': 'unclear',
      'pause it': 'unclear',
      'Stop this for now.': 'unclear',
      'drop it, please': 'unclear',
      'Stop listing, and write about tea': 'text',
      'We need tea pages': 'text',
      continue: 'unclear',
      TBD: 'unclear',
      '...': 'unclear',
      'not sure': 'unclear',
      'what do you mean?': 'unclear',
      'use npm ls instead': 'text',
      'yes, use npm ls': 'yes',
      'yes, but only on Sundays': 'text',
    },
  ],
  ['an incident', { kind: 'incident' }, SEEN],
  ['a note', { kind: 'note' }, SEEN],
];

for (const [name, question, expected] of KINDS)
  t.test(`${name}: an unclear answer leaves it open, and the owner can correct it`, async (t) => {
    for (const [said, verdict] of Object.entries(expected)) {
      const snapshot = workspace(t, question, page(question, { fields: `- **Answer:** ${said}` }));
      t.equal(stateOf(snapshot), verdict, said);
      const record = snapshot.record('NOTIFICATION', ID);
      if (record === undefined) throw new Error('no question');
      const isOpen = verdict === 'unclear';
      t.equal(isOpenQuestion(snapshot, record), isOpen, said);
      t.equal(pendingAnswers(snapshot).length, isOpen ? 0 : 1, `${said} is acted on or not`);
      if (!isOpen) continue;
      const fields = `- **Answer:** ${said}\nno thanks`;
      t.equal(stateOf(workspace(t, question, page(question, { fields }))), 'no', 'corrected');
    }
  });

t.test('a question about a sender stays, with its sender, until the answer is clear', async (t) => {
  const snapshot = workspace(t, {}, page({}, { fields: '- **Answer:** who is that?' }));
  t.equal(stateOf(snapshot), 'unclear');
  t.same(pendingAnswers(snapshot), []);
});

t.test('a status with an answer, and answers that contradict each other', async (t) => {
  const cases: readonly (readonly [Question, string, string])[] = [
    [{ status: 'approved' }, FIELD, 'yes'],
    [{ status: 'Approved' }, FIELD, 'yes'],
    [{ status: 'yes' }, FIELD, 'yes'],
    [{ status: 'nope' }, FIELD, 'no'],
    [{ status: 'waiting' }, FIELD, 'open'],
    [{ status: 'approved' }, '- **Answer:** no', 'unclear'],
    [{ status: 'approved' }, '- **Answer:** yes, if it is cheap', 'unclear'],
    [{ status: 'declined' }, '- **Answer:** yes', 'unclear'],
    [{}, '- **Answer:** yes\nno', 'unclear'],
    [{}, '- **Answer:** no\nAnswer: yes', 'unclear'],
    [{}, '- **Answer:** maybe\nyes', 'yes'],
    [{}, '- [x] yes\n- [ ] no', 'yes'],
    [{}, '- [ ] yes\n- [x] no', 'no'],
    [{}, '- [ ] yes\n- [ ] no', 'unclear'],
    [{}, '- [x] yes\n- [x] no', 'unclear'],
  ];
  for (const [question, fields, verdict] of cases)
    t.equal(stateOf(workspace(t, question, page(question, { fields }))), verdict, fields);
});
