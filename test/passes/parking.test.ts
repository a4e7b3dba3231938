/** A pass that reaches a limit on spending is parked, asks, and goes on where it stopped. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { worker } from '../../src/passes/worker/worker.js';
import { fieldText } from '../../src/project/field-text.js';
import {
  answer,
  callsIn,
  LIMIT,
  LOOKS,
  openQuestions,
  placeAsking,
  project,
  run,
  SAID,
  writes,
} from './parking.js';
import { bundleChanges } from '../../src/workspace/bundle.js';
import { environment, restsAfter, trail } from './pass-workspace.js';

t.setTimeout(180_000);

const KEY = `ghp_${'a1B2'.repeat(9)}`;

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
    [/used 1.98 of 2.00. Yes: 1.00 more tonight, and it goes on where it stopped. No: /],
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

t.test('a night that is used up asks once, and a yes lets passes begin again', async (t) => {
  const { server, place } = await placeAsking(
    t,
    [{ say: SAID, usage: { prompt_tokens: 290_000, completion_tokens: 100 } }],
    { 'USER.md': restsAfter(99).replace('tokens:** -', 'tokens:** 300000') },
  );
  const env = environment(place);
  await worker(env, { role: 'worker' });
  for (let i = 0; i < 2; i++) {
    const over = await worker(env, { role: 'worker' });
    t.match(over.outcome, /did not begin/);
  }
  t.equal(server.requests.length, 1);
  const asked = openQuestions(place).filter((question) => fieldText(question, 'project') === '');
  t.match(
    asked.map((question) => fieldText(question, 'action_needed')),
    [
      /^No pass begins: this night used 290,\d+ of 300,000 tokens. Yes: 150,000 tokens more tonight/,
    ],
  );
  answer(place, 'yes');
  const begins = await worker(env, { role: 'worker' });
  t.equal(begins.data.project, 'pages', begins.outcome);
});

t.test('work that cannot be read, or of another model, starts over and says so', async (t) => {
  const { server, place } = await placeAsking(t, [
    { ...LOOKS, say: `I use ${KEY}.` },
    LIMIT,
    { say: SAID },
  ]);
  const env = environment(place);
  await worker(env, { role: 'worker' });
  const file = join(place.workspace.state, 'unfinished', 'pages.jsonl');
  const text = readFileSync(file, 'utf8');
  t.notMatch(text, KEY, 'a credential is not kept');
  writeFileSync(file, text.replace('"kind":"answer"', '"kind":"answEr"'));
  answer(place, 'yes');
  const over = await worker(env, { role: 'worker' });
  t.match(over.data.prompt, /Unfinished work.*what was kept of it is damaged/s);
  t.same(callsIn(server.requests[2]), []);
  t.ok(trail(place, over.data.runId).includes('T4 resume  skipped'));
  t.notOk(existsSync(file), 'nothing is left to go on with');
});

t.test('a file that somebody changed since is named, and a no pauses the project', async (t) => {
  const { server, place } = await placeAsking(t, [writes('page'), LIMIT, { say: SAID }]);
  const env = environment(place);
  await worker(env, { role: 'worker' });
  answer(place, 'no');
  const paused = await worker(env, { role: 'worker' });
  t.equal(paused.data.project, undefined);
  const row = place.workspace.snapshot().record('DISPATCH', 'pages');
  t.equal(fieldText(row, 'status'), 'paused');
  writeFileSync(join(place.root, 'PROJECTS/pages/outputs/page.md'), '# Mine\n');
  place.workspace.commit((snapshot) => ({
    actor: { kind: 'owner', name: 'owner' },
    runId: '',
    reason: 'resumed',
    changes: bundleChanges(snapshot, 'project_resume', { slug: 'pages' }).changes,
  }));
  await worker(env, { role: 'worker' });
  t.match(
    server.requests[2]?.body.messages.at(-1)?.content,
    /outputs\/page.md was changed. Read it/,
  );
  t.same(callsIn(server.requests[2]), ['write'], 'it goes on where it stopped');
});
