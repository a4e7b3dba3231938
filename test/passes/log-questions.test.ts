/** `nocturne log RUN` shows what a judge was asked and what it said. */
import t from 'tap';
import { manager } from '../../src/passes/manager/manager.js';
import { worker } from '../../src/passes/worker/worker.js';
import { scriptedOpenai } from '../support/scripted-openai.js';
import { callCommand } from '../surfaces/cli/run-cli.js';
import {
  chatRunnerAt,
  environment,
  placeWithProject,
  restsAfter,
  runnersPage,
  tiersWith,
} from './pass-workspace.js';

t.setTimeout(120_000);

const KEY = ['sk', 'ant', 'api03', 'k'.repeat(93)].join('-');

t.test('each question with its attempts, without credentials', async (t) => {
  const server = await scriptedOpenai([
    { say: `Let me think. The key is ${KEY}AA.\u001b[2J` },
    { say: '{"text": "Nothing came of pages.", "sure": true}' },
  ]);
  t.teardown(() => server.close());
  const place = placeWithProject(t.testdir(), "console.log('no idea');", {
    files: {
      'USER.md': restsAfter(6),
      'MODEL-TIERS.md': tiersWith('| manager | boxed | small | 5 | - | - | - | - |'),
      'orchestration-os/RUNNERS.md': runnersPage(chatRunnerAt(server.endpoint)),
    },
  });
  await worker(environment(place), { role: 'worker' });
  const { data } = await manager(environment(place), { role: 'manager' });
  const { text, exit } = await callCommand(place, ['log', data.runId]);
  t.equal(exit, 0);
  t.match(text, /^Question to small-2026: owner, the night$/m);
  t.match(text, /Answer: \{"text":"Nothing came of pages\.","sure":true\}/);
  t.match(text, /It said, attempt 1\n {2}Let me think\./);
  t.match(text, /Asked\n {2}# A question/);
  t.notMatch(text, /api03|\u001b/);
  t.notMatch(text, /before it was judged/);
});
