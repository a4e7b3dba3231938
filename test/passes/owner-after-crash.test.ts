/** What the owner does between the crash of a pass in place and the next pass stays. */
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { acceptLogs, changedLogs } from '../../src/integrity/accept-logs.js';
import { verifyGate } from '../../src/integrity/gate.js';
import { loadOwnerKey } from '../../src/integrity/owner-key.js';
import { signManifest } from '../../src/integrity/sign.js';
import { systemClock } from '../../src/kernel/clock.js';
import { replaceFiles } from '../../src/kernel/files.js';
import { beginPass } from '../../src/passes/host/host-driver.js';
import { storedPasses } from '../../src/passes/pass-file.js';
import { fieldText } from '../../src/project/field-text.js';
import { breakLock } from '../../src/workspace/pass-lock.js';
import { environment, type Place, placeWithProject, read, REPORT } from './pass-workspace.js';

t.setTimeout(300_000);

const AUDIT = 'audit/AUDIT-LOG.md';

type Case = {
  readonly name: string;
  /** What the agent did in the workspace before it crashed. */
  readonly agent?: (place: Place) => void;
  readonly owner: (place: Place) => void;
  /** Texts that a page must have, and must not have, after the next pass has begun. */
  readonly has?: readonly (readonly [path: string, text: string])[];
  readonly lacks?: readonly (readonly [path: string, text: string])[];
};

const append = (place: Place, path: string, text: string): void =>
  writeFileSync(join(place.root, path), `${read(place, path)}${text}`);

function sign({ workspace, home }: Place): void {
  signManifest(workspace, {
    files: 'all',
    key: loadOwnerKey(home),
    signedBy: 'owner',
    now: systemClock.now(),
  });
}

function setPriority({ workspace }: Place): void {
  workspace.commit({
    actor: { kind: 'owner', name: 'owner' },
    runId: '',
    reason: 'set',
    changes: [{ kind: 'set', address: 'ACTIVE-PROJECTS.md#pages.priority', value: 7 }],
  });
}

function anchor(place: Place): void {
  acceptLogs(
    place.workspace,
    changedLogs(place.workspace, [AUDIT], () => undefined),
    {
      key: loadOwnerKey(place.home),
      signedBy: 'owner',
      reason: 'restored from a backup',
      aside: 'aside',
    },
  );
}

/** As after a restore from a backup: the last row is gone. */
function shortenLog(place: Place): void {
  const lines = read(place, AUDIT).trimEnd().split('\n');
  writeFileSync(join(place.root, AUDIT), `${lines.slice(0, -1).join('\n')}\n`);
}

const CASES: readonly Case[] = [
  {
    name: 'a page that the owner edits and signs',
    owner: (place) => {
      append(place, 'SOUL.md', '\nMine.\n');
      sign(place);
    },
    has: [['SOUL.md', 'Mine.']],
  },
  {
    name: 'a page that the owner edits and signs twice',
    owner: (place) => {
      append(place, 'SOUL.md', '\nMine.\n');
      sign(place);
      append(place, 'SOUL.md', '\nMine again.\n');
      sign(place);
    },
    has: [['SOUL.md', 'Mine again.']],
  },
  {
    name: 'a signature over a manifest that the agent has spoiled',
    agent: (place) => writeFileSync(join(place.root, 'INTEGRITY-MANIFEST.md'), 'Mine now.\n'),
    owner: (place) => {
      append(place, 'SOUL.md', '\nMine.\n');
      sign(place);
    },
    has: [['SOUL.md', 'Mine.']],
  },
  {
    name: 'a protected page that the owner removes and signs',
    owner: (place) => {
      rmSync(join(place.root, 'IDENTITY.md'));
      sign(place);
    },
    has: [['INTEGRITY-MANIFEST.md', 'SOUL.md']],
    lacks: [['INTEGRITY-MANIFEST.md', 'IDENTITY.md']],
  },
  {
    name: 'an edit that nobody has signed goes back to the signed version',
    owner: (place) => append(place, 'SOUL.md', '\nUnsigned.\n'),
    lacks: [['SOUL.md', 'Unsigned.']],
  },
  {
    name: 'a change of the agent after the signature is undone, and the signed version is there',
    owner: (place) => {
      append(place, 'SOUL.md', '\nMine.\n');
      sign(place);
      writeFileSync(join(place.root, 'SOUL.md'), 'The agent was still at work.\n');
    },
    has: [['SOUL.md', 'Mine.']],
    lacks: [['SOUL.md', 'still at work']],
  },
  {
    name: 'an old page that the agent puts back together with its old manifest is not signed',
    owner: (place) => {
      const [page, manifest] = ['SOUL.md', 'INTEGRITY-MANIFEST.md'].map((path) =>
        read(place, path),
      );
      append(place, 'SOUL.md', '\nMine.\n');
      sign(place);
      writeFileSync(join(place.root, 'SOUL.md'), page ?? '');
      writeFileSync(join(place.root, 'INTEGRITY-MANIFEST.md'), manifest ?? '');
    },
    has: [['SOUL.md', 'Mine.']],
  },
  {
    name: 'a field that the owner sets',
    owner: setPriority,
    has: [['ACTIVE-PROJECTS.md', '| 7 | pages |']],
  },
  {
    name: 'a field that the owner sets on a page that the agent has spoiled',
    agent: (place) => append(place, 'ACTIVE-PROJECTS.md', '\nMine too.\n'),
    owner: setPriority,
    has: [['ACTIVE-PROJECTS.md', '| 7 | pages |']],
    lacks: [['ACTIVE-PROJECTS.md', 'Mine too.']],
  },
  {
    name: 'the same, when the agent has also spoiled the store of contents',
    agent: (place) => append(place, 'ACTIVE-PROJECTS.md', '\nMine too.\n'),
    owner: (place) => {
      setPriority(place);
      const objects = join(place.root, '.nocturne/objects');
      for (const entry of readdirSync(objects, { recursive: true, withFileTypes: true })) {
        if (!entry.isFile()) continue;
        const path = join(entry.parentPath, entry.name);
        chmodSync(path, 0o600);
        writeFileSync(path, 'x'.repeat(statSync(path).size));
      }
    },
    has: [['ACTIVE-PROJECTS.md', '| 7 | pages |']],
    lacks: [['ACTIVE-PROJECTS.md', 'Mine too.']],
  },
  {
    name: 'a log that the owner has restored and anchored',
    owner: (place) => {
      shortenLog(place);
      anchor(place);
    },
    has: [[AUDIT, 'restored from a backup']],
  },
  {
    name: 'a log that nobody has anchored comes back whole',
    agent: shortenLog,
    owner: () => undefined,
    has: [[AUDIT, 'session_open']],
  },
];

for (const { name, agent, owner, has = [], lacks = [] } of CASES) {
  t.test(name, async (t) => {
    const place = placeWithProject(t.testdir(), REPORT, { stop: '- file_exists: never.md' });
    const { root, home, workspace } = place;
    const begun = await beginPass(environment(place), { role: 'worker' });
    if (begun.kind !== 'brief') return t.fail(begun.report.outcome);
    mkdirSync(join(root, 'PROJECTS/pages/outputs'));
    writeFileSync(join(root, 'PROJECTS/pages/outputs/page.md'), '# Page\n');
    agent?.(place);
    breakLock(root, workspace.state, { clock: systemClock });
    owner(place);
    const next = await beginPass(environment(place), { role: 'worker' });
    t.not(next.kind === 'over' && next.report.exit, 3, 'the gate lets the next pass in');
    t.same(verifyGate(root, home).findings, []);
    for (const [path, text] of has)
      t.ok(readFileSync(join(root, path), 'utf8').includes(text), `${path} has ${text}`);
    for (const [path, text] of lacks)
      t.notOk(readFileSync(join(root, path), 'utf8').includes(text), `${path} lacks ${text}`);
  });
}

t.test('what the owner signs after a crash during the recovery stays as well', async (t) => {
  const place = placeWithProject(t.testdir(), REPORT, { stop: '- file_exists: never.md' });
  const { root, home, workspace } = place;
  const begun = await beginPass(environment(place), { role: 'worker' });
  if (begun.kind !== 'brief') return t.fail(begun.report.outcome);
  const { runId } = begun.data;
  breakLock(root, workspace.state, { clock: systemClock });
  const restore = replaceFiles({
    rmSync: (path, options) => {
      rmSync(path, options);
      if (String(path).endsWith(`${runId}.commits.jsonl`)) throw new Error('it died here');
    },
  });
  await t.rejects(beginPass(environment(place), { role: 'worker' }), /it died here/);
  restore();
  breakLock(root, workspace.state, { clock: systemClock });
  append(place, 'SOUL.md', '\nMine.\n');
  sign(place);
  const next = await beginPass(environment(place), { role: 'worker' });
  t.not(next.kind === 'over' && next.report.exit, 3, 'the gate lets the next pass in');
  t.same(verifyGate(root, home).findings, []);
  t.ok(read(place, 'SOUL.md').includes('Mine.'));
});

t.test('a signature that failed does not come into effect with the next pass', async (t) => {
  const place = placeWithProject(t.testdir(), REPORT, { stop: '- file_exists: never.md' });
  const { root, workspace } = place;
  const begun = await beginPass(environment(place), { role: 'worker' });
  if (begun.kind !== 'brief') return t.fail(begun.report.outcome);
  renameSync(join(root, AUDIT), join(root, 'moved.md'));
  breakLock(root, workspace.state, { clock: systemClock });
  append(place, 'SOUL.md', '\nMine.\n');
  t.throws(() => sign(place), { code: 'GATE' });
  const refused = await beginPass(environment(place), { role: 'worker' });
  t.equal(refused.kind === 'over' && refused.report.exit, 3, 'the gate turns the next pass away');
  t.ok(read(place, 'SOUL.md').includes('Mine.'), 'the edit of the owner stays');
  sign(place);
  const next = await beginPass(environment(place), { role: 'worker' });
  t.not(next.kind === 'over' && next.report.exit, 3, 'with a signature, the gate lets it in');
});

t.test(
  'a pass that the gate turns away leaves what it found for the next one to record',
  async (t) => {
    const place = placeWithProject(t.testdir(), REPORT, { stop: '- file_exists: never.md' });
    const { root, workspace } = place;
    const begun = await beginPass(environment(place), { role: 'worker' });
    if (begun.kind !== 'brief') return t.fail(begun.report.outcome);
    mkdirSync(join(root, 'PROJECTS/pages/outputs'));
    writeFileSync(join(root, 'PROJECTS/pages/outputs/page.md'), '# Page\n');
    writeFileSync(join(root, 'IDENTITY.md'), 'Mine now.\n');
    breakLock(root, workspace.state, { clock: systemClock });
    const trust = join(workspace.state, 'trust.json');
    const sound = readFileSync(trust);
    writeFileSync(
      trust,
      String(sound).replace(/"signedAt": "[^"]*"/, '"signedAt": "2099-01-01T00:00:00Z"'),
    );
    const refused = await beginPass(environment(place), { role: 'worker' });
    t.equal(refused.kind, 'over', 'the gate turns the pass away');
    writeFileSync(trust, sound);
    append(place, 'PROJECTS/pages/PHASES.md', '\nMine.\n');
    const next = await beginPass(environment(place), { role: 'worker' });
    t.not(next.kind === 'over' && next.report.exit, 3, 'the gate lets the next pass in');
    t.ok(read(place, 'PROJECTS/pages/PHASES.md').includes('Mine.'), 'the owner edits in between');
    const rows = workspace
      .snapshot()
      .records('AUDIT')
      .map((row) => ['step', 'type', 'target'].map((field) => fieldText(row, field)).join(' '));
    t.ok(rows.includes('T0 write PROJECTS/pages/outputs/page.md'), 'the output is recorded');
    t.ok(rows.includes('T0 undo IDENTITY.md'), 'the undone change is recorded');
    t.notOk(storedPasses(workspace.state).some(({ data }) => data.runId === begun.data.runId));
  },
);
