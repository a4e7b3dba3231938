/** What the owner does between the crash of a pass in place and the next pass stays. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { acceptLogs, changedLogs } from '../../src/integrity/accept-logs.js';
import { verifyGate } from '../../src/integrity/gate.js';
import { loadOwnerKey } from '../../src/integrity/owner-key.js';
import { signManifest } from '../../src/integrity/sign.js';
import { systemClock } from '../../src/kernel/clock.js';
import { beginPass } from '../../src/passes/host/host-driver.js';
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
    t.not(next.kind, 'over', 'the next pass begins');
    t.same(verifyGate(root, home).findings, []);
    for (const [path, text] of has)
      t.ok(readFileSync(join(root, path), 'utf8').includes(text), `${path} has ${text}`);
    for (const [path, text] of lacks)
      t.notOk(readFileSync(join(root, path), 'utf8').includes(text), `${path} lacks ${text}`);
  });
}
