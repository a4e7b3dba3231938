import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { signingPlan } from '../../../src/integrity/signing-plan.js';
import { worker } from '../../../src/passes/worker/worker.js';
import { validateSnapshot } from '../../../src/validate/validate-snapshot.js';
import { environment, type Place, placeWithProject, REPORT } from '../../passes/pass-workspace.js';
import { callCommand } from './run-cli.js';

const PROGRAM = 'PROJECTS/pages/pass.mjs';
const READER = 'PROJECTS/pages/check.py';

async function warnings(place: Place): Promise<readonly string[]> {
  const found = await validateSnapshot(place.workspace.snapshot(), { home: place.home });
  return found
    .filter(({ rule }) => rule === 'program-changed')
    .map(({ severity, range }) => `${severity} ${range.file}`);
}

void t.test(
  'a program that changed since the first pass is reported until the owner accepts it',
  async (t) => {
    const place = placeWithProject(t.testdir(), REPORT);
    const program = join(place.root, PROGRAM);
    appendFileSync(program, '// before the first pass\n');
    t.same(await warnings(place), [], 'nothing has run yet');
    await worker(environment(place), { role: 'worker' });
    t.same(await warnings(place), [], 'this is what ran');

    appendFileSync(program, '// by somebody\n');
    appendFileSync(join(place.root, READER), 'print(1)\n');
    t.same(await warnings(place), [`warning ${PROGRAM}`]);
    await worker(environment(place), { role: 'worker' });
    t.same(await warnings(place), [`warning ${PROGRAM}`], 'a pass accepts nothing');
    appendFileSync(join(place.root, READER), 'print(2)\n');
    t.same(await warnings(place), [`warning ${READER}`, `warning ${PROGRAM}`]);

    const asked = await callCommand(place, ['sign', PROGRAM]);
    t.match(asked.text, /^\+\/\/ by somebody$/m, 'the owner sees the difference');
    t.same(
      await warnings(place),
      [`warning ${READER}`, `warning ${PROGRAM}`],
      'without a yes, nothing',
    );
    const inside = await callCommand(place, ['sign', PROGRAM, '--yes'], {
      env: { NOCTURNE_RUN: 'RUN-20261121-001' },
    });
    t.not(inside.exit, 0, 'an agent accepts nothing');
    const accepted = await callCommand(place, ['sign', PROGRAM, '--yes']);
    t.match(accepted, { exit: 0, json: { accepted: [PROGRAM], signed: [] } });
    t.match(accepted.text, /^\+\/\/ by somebody$/m, 'who said yes before sees it, too');
    t.same(await warnings(place), [`warning ${READER}`]);
    appendFileSync(join(place.root, 'SOUL.md'), '\nOne more line.\n');
    t.match(await callCommand(place, ['sign', '--all', '--yes']), {
      exit: 0,
      json: { accepted: [READER] },
    });
    t.same(await warnings(place), []);
    t.same(signingPlan(place.workspace.snapshot(), place.home).changed, []);
  },
);
