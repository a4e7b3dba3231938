import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { fieldText } from '../../src/project/field-text.js';
import { worker } from '../../src/passes/worker/worker.js';
import { livePasses } from '../../src/workspace/pass-lock.js';
import { environment, placeWithProject, REPORT, WRITES_PAGE } from './pass-workspace.js';

t.setTimeout(180_000);

t.test('an agent that fails is recorded with its class, and the next pass runs', async (t) => {
  const cases: readonly (readonly [string, string, RegExp])[] = [
    ['dies', 'process.exit(3)', /crashed/],
    ['kills itself', "process.kill(process.pid, 'SIGKILL')", /crashed/],
    ['asks for a login', 'process.exit(77)', /auth-required/],
    ['has nothing now', 'process.exit(75)', /transient/],
    [
      'floods its output',
      "const line = 'x'.repeat(65536); const go = () => { while (process.stdout.write(line)); process.stdout.once('drain', go); }; go();",
      /output-flood/,
    ],
  ];
  for (const [name, agent, expected] of cases) {
    const place = placeWithProject(t.testdir({ [name.replaceAll(' ', '-')]: {} }), agent);
    const report = await worker(environment(place), { role: 'worker' });
    t.equal(report.exit, 1, name);
    t.match(report.outcome, expected, name);
    t.same(livePasses(place.root, place.workspace.clock), [], `${name}: the claim has ended`);
    writeFileSync(join(place.root, 'PROJECTS/pages/pass.mjs'), `${WRITES_PAGE}${REPORT}`);
    const next = await worker(environment(place), { role: 'worker' });
    t.equal(next.exit, 0, `${name}: ${next.outcome}`);
  }
});

t.test(
  'an unknown runner, an unknown program and a missing tool each say what is missing',
  async (t) => {
    const runner = placeWithProject(t.testdir({ a: {} }), REPORT, { runner: 'nobody' });
    t.match((await worker(environment(runner), { role: 'worker' })).outcome, /nobody/);
    const tool = placeWithProject(t.testdir({ b: {} }), REPORT, { requires: '[teleporter]' });
    const blocked = await worker(environment(tool), { role: 'worker' });
    t.match(blocked.outcome, /teleporter/);
    t.equal(fieldText(tool.workspace.snapshot().record('DISPATCH', 'pages'), 'status'), 'blocked');
  },
);
