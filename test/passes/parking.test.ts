/** A pass that reaches a limit on spending is parked, asks, and goes on where it stopped. */
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
import { environment, trail } from './pass-workspace.js';

t.setTimeout(120_000);

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
