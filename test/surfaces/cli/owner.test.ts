import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { recordIncident } from '../../../src/workspace/incident.js';
import { stamp, systemClock } from '../../../src/kernel/clock.js';
import { fieldText } from '../../../src/project/field-text.js';
import { bundleChanges } from '../../../src/workspace/bundle.js';
import { openWorkspace } from '../../../src/workspace/open-workspace.js';
import type { Snapshot } from '../../../src/workspace/types.js';
import { type Place, placeWithProject } from '../../passes/pass-workspace.js';
import { type CliCase, runCases } from './cases.js';
import { callCommand, callForText, type CliPlace } from './run-cli.js';

const place = (directory: string): Place => placeWithProject(directory, '');
const open = (at: CliPlace): Snapshot =>
  openWorkspace(at.root, { home: at.home, clock: systemClock }).snapshot();
const text = (at: CliPlace, object: string, key: string, field: string): string =>
  fieldText(open(at).record(object, key), field);
const inside = { NOCTURNE_RUN: 'RUN-20261121-001' };

function ask(at: Place, slug: string, question: string): void {
  at.workspace.commit((snapshot) => ({
    actor: { kind: 'owner', name: 'owner' },
    runId: '',
    reason: 'test',
    bundle: 'surface_escalation',
    ...bundleChanges(snapshot, 'surface_escalation', {
      slug,
      reason: 'test',
      priority: 'high',
      question,
    }),
  }));
}

function closePass(at: Place, seconds: number): void {
  const { clock } = at.workspace;
  at.workspace.commit((snapshot) => ({
    actor: { kind: 'nocturne', name: 'nocturne' },
    runId: 'RUN-20261120-001',
    reason: 'test',
    bundle: 'session_close',
    changes: bundleChanges(snapshot, 'session_close', {
      run_id: 'RUN-20261120-001',
      role: 'worker',
      started: stamp(new Date(clock.now().getTime() - seconds * 1000)),
      integrity: 'pass',
      outcome: 'STRONG: done',
      failures: 0,
    }).changes.filter((change) => change.kind === 'append'),
  }));
}

t.test('status says how long each of the last passes took', async (t) => {
  for (const [seconds, text] of [
    [0, 'under 1 s'],
    [90, '90 s'],
    [1500, '25 min'],
  ] as const) {
    const at = place(t.testdir({ [seconds]: {} }) + `/${seconds}`);
    closePass(at, seconds);
    t.match((await callCommand(at, ['status'])).json, { runs: [{ seconds }] });
    t.match(
      (await callForText(at, ['status'])).text,
      new RegExp(`ended +took +run .*\\n.* ${text} +RUN-20261120-001`),
    );
  }
});

const first = (at: Place): string => open(at).records('NOTIFICATION')[0]?.key ?? '';
const second = (at: Place): string => open(at).records('NOTIFICATION')[1]?.key ?? '';

const questions: readonly CliCase<Place>[] = [
  {
    that: 'nothing waits in a new workspace',
    words: ['status'],
    exit: 0,
    json: {
      incidents: [],
      owned: true,
      lockReadable: true,
      passes: [],
      projects: [{ slug: 'pages', status: 'active', state: 'active' }],
      questions: [],
      answered: [],
      runs: [],
      next: { slug: 'pages' },
    },
  },
  {
    that: 'an answer to nothing finds nothing',
    words: ['approve', 'pages'],
    exit: 2,
    json: { error: { code: 'NOT_FOUND', hint: 'no question is open' } },
  },
  {
    that: 'a question is shown',
    first: (at) => ask(at, 'pages', 'Go on?'),
    words: ['status'],
    exit: 0,
    json: {
      questions: [{ id: /^N-\d{8}-001$/, project: 'pages', question: 'Go on?' }],
      next: null,
    },
  },
  {
    that: 'inside a pass nobody answers',
    env: inside,
    words: ['approve', 'pages'],
    exit: 5,
    json: { error: { code: 'REFUSED', message: /owner only/ } },
    then: (t, at) => t.equal(text(at, 'NOTIFICATION', first(at), 'status'), 'open'),
  },
  {
    that: 'the project with one question is enough',
    words: ['approve', 'pages'],
    exit: 0,
    json: { status: 'approved', then: /pages/ },
    then: (t, at) =>
      t.same(
        [
          text(at, 'NOTIFICATION', first(at), 'status'),
          text(at, 'NOTIFICATION', first(at), 'answer'),
        ],
        ['approved', 'yes'],
      ),
  },
  {
    that: 'what was answered waits for the next pass',
    words: ['status'],
    exit: 0,
    json: { questions: [], answered: [{ project: 'pages', answer: 'yes' }] },
  },
  {
    that: 'an exact id can be answered again',
    words: (at) => ['decline', first(at)],
    exit: 0,
    json: { status: 'declined' },
  },
  {
    that: 'two questions of a project are ambiguous',
    first: (at) => ['One?', 'Two?'].forEach((question) => ask(at, 'pages', question)),
    words: ['approve', 'pages'],
    exit: 2,
    json: { error: { code: 'AMBIGUOUS', hint: /-002 .*One\?.*-003 .*Two\?/ } },
  },
  {
    that: 'the end of an id is enough when it is one',
    words: ['answer', '002', 'use', 'the', 'other', 'list'],
    exit: 0,
    json: { status: 'open', answer: 'use the other list', then: /pages goes on/ },
    then: (t, at) => t.equal(text(at, 'NOTIFICATION', second(at), 'answer'), 'use the other list'),
  },
  {
    that: 'a plain yes in words is a yes',
    words: ['answer', '003', 'Yes.'],
    exit: 0,
    json: { status: 'approved' },
  },
  {
    that: 'an empty answer is none',
    words: ['answer', '003', ' '],
    exit: 2,
    json: { error: { code: 'USAGE' } },
  },
  {
    that: 'what is done is done',
    first: close,
    words: (at) => ['approve', first(at)],
    exit: 5,
    json: { error: { code: 'REFUSED', message: /is already done/ } },
  },
];

function close(at: Place): void {
  at.workspace.commit((snapshot) => ({
    actor: { kind: 'owner', name: 'owner' },
    runId: '',
    reason: 'test',
    ...bundleChanges(snapshot, 'notification_close', { id: first(at) }),
  }));
}

t.test('questions and answers', async (t) => runCases(t, place, questions));

t.test(
  'the briefing is the page while nothing happened since, and made anew afterwards',
  async (t) => {
    const at = place(t.testdir());
    t.match(await callCommand(at, ['briefing']), {
      exit: 0,
      json: { current: false, written: null },
      text: /No pass worked/,
    });
    at.workspace.commit((snapshot) => ({
      actor: { kind: 'nocturne', name: 'nocturne' },
      runId: '',
      reason: 'test',
      ...bundleChanges(snapshot, 'briefing_write', { body: 'The page of this morning.' }),
    }));
    t.match(await callCommand(at, ['briefing']), {
      json: { current: true, briefing: 'The page of this morning.' },
    });
    t.match(await callCommand(at, ['briefing', '--since', '2020-01-01']), {
      json: { current: false, since: '2020-01-01T00:00:00.000Z' },
      text: /No pass worked/,
    });
    recordIncident(at.workspace.state, {
      kind: 'gate',
      at: '2026-11-21T03:00:00Z',
      message: 'the gate refused a worker pass',
      findings: [],
    });
    appendFileSync(join(at.root, 'SOUL.md'), 'Somebody was here.\n');
    t.match(await callCommand(at, ['briefing']), {
      json: { current: false, incidents: [{ message: /gate refused/ }] },
      text: /^\*\*Integrity\.\*\*/,
    });
    const { text: shown } = await callForText(at, ['status']);
    t.match(
      shown,
      /^Incident at 2026-11-21 03:00: the gate refused a worker pass/,
      'status says incidents first',
    );
  },
);
