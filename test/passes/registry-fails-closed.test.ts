/** With an error in REGISTRY.md nothing is signed, no pass begins and no bundle runs. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { worker } from '../../src/passes/worker/worker.js';
import { bundleChanges } from '../../src/workspace/bundle.js';
import { listIncidents } from '../../src/workspace/incident.js';
import { loadOwnerKey } from '../../src/integrity/owner-key.js';
import { signManifest } from '../../src/integrity/sign.js';
import { systemClock } from '../../src/kernel/clock.js';
import { signAnyway } from '../support/sign-anyway.js';
import { environment, placeWithProject, read, REPORT } from './pass-workspace.js';

t.setTimeout(180_000);

/** A harmless-looking edit, and where its error is. */
const FAULTS: Readonly<Record<string, readonly [from: RegExp, to: string, line: RegExp]>> = {
  'a blank line in the table of R3': [
    /^\| `audit\/AUDIT-LOG\.md` \| APPEND/m,
    '\n$&',
    /^\| `audit\/AUDIT-LOG\.md` \| APPEND/,
  ],
  'a row of R3 that is indented by four': [
    /^\| `PROJECTS\/\*\/PHASES\.md`/m,
    '    $&',
    /PHASES\.md`/,
  ],
  'a blank line in the table of a bundle': [
    /^\| append \| INVOCATION \| time/m,
    '\n$&',
    /^\| append \| INVOCATION \| time/,
  ],
  'brackets that a formatter has escaped': [
    /^(\| set \| PROJECT)\[/m,
    '$1\\[',
    /^\| set \| PROJECT/,
  ],
};

t.test('an error in REGISTRY.md is found at its line, and nothing runs', async (t) => {
  for (const [name, [from, to, line]] of Object.entries(FAULTS)) {
    const place = placeWithProject(t.testdir(), REPORT);
    const good = read(place, 'REGISTRY.md');
    t.match(good, from, name);
    const bad = good.replace(from, to);
    writeFileSync(join(place.root, 'REGISTRY.md'), bad);
    const snapshot = place.workspace.snapshot();
    const [found] = snapshot.schemaDiagnostics.filter(({ severity }) => severity === 'error');
    t.match(bad.split('\n')[(found?.range.line ?? 0) - 1]?.trim(), line, `${name}: its line`);
    t.throws(
      () => bundleChanges(snapshot, 'note_surface', {}),
      { code: 'SCHEMA', place: { file: 'REGISTRY.md', line: found?.range.line } },
      `${name}: no bundle`,
    );
    const key = loadOwnerKey(place.home);
    const signing = { files: 'all', key, signedBy: 'owner', now: systemClock.now() } as const;
    t.throws(() => signManifest(place.workspace, signing), { code: 'SCHEMA' }, `${name}: unsigned`);
    writeFileSync(join(place.root, 'REGISTRY.md'), good);
    signAnyway(place, 'REGISTRY.md', bad);
    const before = read(place, 'audit/AUDIT-LOG.md');
    const pass = await worker(environment(place), { role: 'worker' }).then(
      ({ exit }) => exit,
      (error: unknown) => error,
    );
    t.match(pass, name.includes('R3') ? 3 : { code: 'SCHEMA' }, `${name}: no pass`);
    t.equal(read(place, 'audit/AUDIT-LOG.md'), before, `${name}: nothing is written`);
    t.equal(listIncidents(place.workspace.state).length, 1, `${name}: the owner is told`);
  }
});

t.test(
  'without a page that passes write, none begins, and the owner is told what to run',
  async (t) => {
    for (const page of ['NOTIFICATIONS.md', 'ACTIVE-PROJECTS.md']) {
      const place = placeWithProject(t.testdir(), REPORT);
      rmSync(join(place.root, page));
      const before = read(place, 'audit/AUDIT-LOG.md');
      await t.rejects(worker(environment(place), { role: 'worker' }), {
        code: 'CONFIG',
        place: { file: page },
        hint: /nocturne upgrade/,
      });
      t.equal(read(place, 'audit/AUDIT-LOG.md'), before, 'nothing is written');
    }
  },
);
