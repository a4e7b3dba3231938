import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { beginPass, endPass, heartbeat } from '../../src/passes/host/host-driver.js';
import { worker } from '../../src/passes/worker/worker.js';
import { environment, placeWithProject, REPORT, trail, WRITES_PAGE } from './pass-workspace.js';

t.setTimeout(120_000);

const NONE = { tokensIn: undefined, tokensOut: undefined, cost: undefined };
const SAID =
  '```nocturne-report\nsummary: one page written\noutputs: [outputs/page.md]\nanswers: { non_obvious: true, durable: true, compounding: true }\nnext_objective: Write the second page.\n```\n';

t.test(
  'a pass in this process and a pass in two halves leave the same audit trail for the same work',
  async (t) => {
    const one = placeWithProject(t.testdir({ one: {} }), `${WRITES_PAGE}${REPORT}`);
    const whole = await worker(environment(one), { role: 'worker' });
    const two = placeWithProject(t.testdir({ two: {} }), '');
    const begun = await beginPass(environment(two), { role: 'worker' });
    if (begun.kind !== 'brief') return t.fail(begun.report.outcome);
    mkdirSync(join(two.root, 'PROJECTS/pages/outputs'), { recursive: true });
    writeFileSync(
      join(two.root, 'PROJECTS/pages/outputs/page.md'),
      '# Page\n\n## Entries\n\n- name: one\n- name: two\n',
    );
    heartbeat(environment(two), begun.data.token);
    const ended = await endPass(environment(two), {
      token: begun.data.token,
      report: SAID,
      usage: NONE,
      model: '',
    });
    t.equal(ended.exit, 0, ended.outcome);
    t.same(trail(two, ended.data?.runId ?? ''), trail(one, whole.data?.runId ?? ''));
    t.equal(ended.outcome, whole.outcome);
  },
);

t.test('only the token that began a pass can end it', async (t) => {
  const place = placeWithProject(t.testdir(), '');
  const begun = await beginPass(environment(place), { role: 'worker' });
  t.equal(begun.kind, 'brief');
  await t.rejects(
    endPass(environment(place), { token: 'guess', report: SAID, usage: NONE, model: '' }),
    { code: 'REFUSED' },
  );
  await t.rejects(
    worker(environment(place), { role: 'worker' }),
    { code: 'LOCKED' },
    'and no other pass begins meanwhile',
  );
});

t.test('the brief quotes the workspace as data and never contains the pass token', async (t) => {
  const place = placeWithProject(t.testdir(), '');
  const begun = await beginPass(environment(place), { role: 'worker' });
  if (begun.kind !== 'brief') return t.fail(begun.report.outcome);
  t.notMatch(begun.data.prompt, begun.data.token);
  t.match(begun.data.prompt, /Hard lines/);
  t.match(begun.data.prompt, /Write the first page\./);
  t.ok(begun.data.brief?.fragments.every((fragment) => /^[0-9a-f]{64}$/.test(fragment.sha256)));
});
