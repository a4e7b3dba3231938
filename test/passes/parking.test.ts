/** A pass that reaches a limit on spending is parked, asks, and goes on where it stopped. */
import t, { type Test } from 'tap';
import type { Rec } from '../../src/markdown/types.js';
import { worker } from '../../src/passes/worker/worker.js';
import { fieldText } from '../../src/project/field-text.js';
import { isOpenQuestion } from '../../src/project/question-state.js';
import { bundleChanges } from '../../src/workspace/bundle.js';
import { scriptedOpenai, type Scripted, type SeenRequest } from '../support/scripted-openai.js';
import {
  chatRunnerAt,
  environment,
  type Place,
  placeWithProject,
  read,
  runnersPage,
  trail,
} from './pass-workspace.js';

t.setTimeout(120_000);

const pageOf = (name: string): string =>
  `# Page\n\n## Entries\n\n- name: first of ${name}\n- name: second of ${name}\n`;
const SAID =
  '```nocturne-report\nsummary: the page is written\noutputs: [outputs/page.md]\nanswers: { non_obvious: true, durable: true, compounding: true }\n```';
const LOOKS: Scripted = {
  call: [{ name: 'read', arguments: { path: 'PROJECTS/pages/PHASES.md' } }],
};
const writes = (name: string): Scripted => ({
  call: [
    {
      name: 'write',
      arguments: { path: `PROJECTS/pages/outputs/${name}.md`, content: pageOf(name) },
    },
  ],
});
const LIMIT: Scripted = {
  status: 402,
  headers: {
    'x-nocturne-limit': 'pass',
    'x-nocturne-limit-unit': 'EUR',
    'x-nocturne-limit-used': '1.98',
    'x-nocturne-limit-amount': '2.00',
  },
  body: { error: { message: 'The pass has used 1.98 of 2.00 EUR.', code: 'limit_reached' } },
};

async function placeAsking(t: Test, script: readonly Scripted[]) {
  const server = await scriptedOpenai(script);
  t.teardown(() => server.close());
  const place = placeWithProject(t.testdir(), '', {
    runner: 'boxed',
    stop: '- entries: { in: "outputs/*.md", under: "## Entries", at_least: 4, each_has: [name] }',
    criteria: '[{ file_exists: outputs/page.md }]',
    files: { 'orchestration-os/RUNNERS.md': runnersPage(chatRunnerAt(server.endpoint)) },
  });
  return { server, place };
}

const openQuestions = (place: Place): readonly Rec[] => {
  const snapshot = place.workspace.snapshot();
  return snapshot.records('NOTIFICATION').filter((asked) => isOpenQuestion(snapshot, asked));
};

function answer(place: Place, text: string): void {
  place.workspace.commit((snapshot) => {
    const changes = openQuestions(place).flatMap(
      ({ key }) =>
        bundleChanges(snapshot, 'notification_answer', { id: key, answer: text, status: 'open' })
          .changes,
    );
    return { actor: { kind: 'owner', name: 'owner' }, runId: '', reason: 'answered', changes };
  });
}

const callsIn = (request: SeenRequest | undefined): readonly string[] =>
  (request?.body.messages ?? []).flatMap(({ tool_calls: calls = [] }) =>
    calls.map((call) => call.function.name),
  );
const project = (place: Place, field: string): string =>
  fieldText(place.workspace.snapshot().record('PROJECT', 'pages'), field);
const run = (place: Place, runId = ''): Rec | undefined =>
  place.workspace.snapshot().record('RUN', runId);

t.test('a chat pass at its limit parks, asks once, and goes on after a yes', async (t) => {
  const { server, place } = await placeAsking(t, [
    LOOKS,
    writes('page'),
    LIMIT,
    writes('other'),
    { say: SAID },
  ]);
  const env = environment(place);

  const parked = await worker(env, { role: 'worker' });
  t.equal(parked.exit, 0, parked.outcome);
  t.match(parked.outcome, /^parked: The pass has used 1.98 of 2.00 EUR/);
  t.equal(fieldText(run(place, parked.data.runId), 'grade'), 'PARKED');
  t.same(parked.data.outputs, ['PROJECTS/pages/outputs/page.md'], 'its work is kept');
  t.equal(project(place, 'last_pass.stalled'), '0');
  t.match(
    openQuestions(place).map((asked) => fieldText(asked, 'action_needed')),
    [/used 1.98 of 2.00 EUR. Yes: 1.00 EUR more tonight, and it goes on where it stopped. No: /],
  );

  const waits = await worker(env, { role: 'worker' });
  t.equal(waits.data.project, undefined, 'the project takes no turn until it is answered');
  t.equal(server.requests.length, 3);

  answer(place, 'maybe');
  await worker(env, { role: 'worker' });
  t.equal(openQuestions(place).length, 1, 'an unclear answer leaves it open');

  answer(place, 'yes');
  const done = await worker(env, { role: 'worker' });
  t.equal(done.data.quality, 'STRONG', done.outcome);
  t.same(callsIn(server.requests[3]), ['read', 'write'], 'it knows what it did');
  t.same(callsIn(server.requests[4]), ['read', 'write', 'write'], 'and did each thing once');
  t.match(server.requests[3]?.body.messages.at(-1), {
    role: 'user',
    content: /You stopped because a limit.*a cost of 1.00.*No file that you know of has changed/s,
  });
  t.same(
    server.requests[3]?.body.messages.slice(0, 6),
    server.requests[2]?.body.messages,
    'the conversation is the same to the letter',
  );
  const rows = trail(place, done.data.runId);
  const resumed = `T4 resume ${parked.data.runId} ok`;
  for (const row of ['T1 limit_raise pages ok', 'T2.5 limit_raise pages used', resumed])
    t.ok(rows.includes(row), row);
  t.equal(project(place, 'phase.status'), 'complete');
});
