/** What an owner is told before answering: what a yes and a no would do to each kind of question. */
import t from 'tap';
import { consequencesOf } from '../../src/governance/consequences.js';
import {
  dispatchTable,
  longrunner,
  type NoticeFields,
  notifications,
  PHASES,
  smallWorkspace,
} from './small-workspace.js';

type Case = {
  readonly that: string;
  readonly asked: Partial<NoticeFields>;
  readonly status?: string;
  readonly phases?: string;
  readonly yes: string | null;
  readonly no: string | null;
  readonly expected: string;
};

const CHOICE =
  PHASES.replace('**Successors:** review', '**Successors:** review, publish') +
  '\n## publish\n\n- **Objective:** Publish the list\n';
const REOPENED = 'Next pass: inventory stays in its phase and does this: List the first twelve.';

const CASES: readonly Case[] = [
  {
    that: 'the next phase',
    asked: { kind: 'transition' },
    status: 'transition-hold',
    yes: 'Next pass: inventory begins the phase "review".',
    no: REOPENED,
    expected: 'yes, no or the name of the next phase',
  },
  {
    that: 'one of two phases, which a yes does not name',
    asked: { kind: 'transition' },
    status: 'transition-hold',
    phases: CHOICE,
    yes: null,
    no: REOPENED,
    expected: 'yes, no or the name of the next phase',
  },
  {
    that: 'whether it may go on',
    asked: { kind: 'escalation', topic: 'decision' },
    yes: 'Next pass: inventory goes on.',
    no: 'Next pass: inventory is paused.',
    expected: 'yes or no',
  },
  {
    that: 'what to do, which a yes does not say',
    asked: { kind: 'escalation', topic: 'objective' },
    yes: null,
    no: 'Next pass: inventory is paused.',
    expected: 'the new objective in a few words, or no',
  },
  {
    that: 'a draft that is gone',
    asked: { kind: 'draft' },
    yes: 'The question is closed (the draft no longer exists). Nothing else changes.',
    no: 'The question is closed (declined). Nothing else changes.',
    expected: 'yes or no',
  },
  {
    that: 'an approval, which is done at once',
    asked: { kind: 'approval', question: 'AP-001: inventory wants to write docs/a.md.' },
    yes: 'At once: AP-001 is done once, if nothing has changed since it was asked.',
    no: 'At once: AP-001 is declined.',
    expected: 'yes or no',
  },
  {
    that: 'a question of a module',
    asked: { kind: 'proposal', topic: 'plan/inventory/build' },
    yes: 'The next pass tells plan/inventory/build, which asked.',
    no: 'The next pass tells plan/inventory/build, which asked.',
    expected: 'yes or no',
  },
  {
    that: 'a note',
    asked: { kind: 'note' },
    yes: 'The question is closed (seen by the owner). Nothing else changes.',
    no: 'The question is closed (seen by the owner). Nothing else changes.',
    expected: 'yes',
  },
];

for (const { that, asked, status = 'active', phases = PHASES, yes, no, expected } of CASES)
  t.test(`asked about ${that}`, async (t) => {
    const snapshot = smallWorkspace(t, {
      'ACTIVE-PROJECTS.md': dispatchTable([{ slug: 'inventory', status, escalation: 'Go on?' }]),
      'PROJECTS/inventory/LONGRUNNER.md': longrunner({
        transition: { triggered_at: '2026-11-20T20:00:00Z', expires_at: '2026-11-23T20:00:00Z' },
      }),
      'PROJECTS/inventory/PHASES.md': phases,
      'NOTIFICATIONS.md': notifications([
        { id: 'N-20261120-001', kind: 'note', project: 'inventory', ...asked },
      ]),
    });
    const [question] = snapshot.records('NOTIFICATION');
    if (question === undefined) throw new Error('there is no question');
    t.strictSame(consequencesOf(snapshot, question), { yes, no, expected });
  });
