/** What T0 makes of claims and stored passes: who is left alone, and who is reconciled. */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { RunnerKind } from '../../src/agents/runner-for.js';
import { systemClock } from '../../src/kernel/clock.js';
import { beginPass } from '../../src/passes/host/host-driver.js';
import { manager } from '../../src/passes/manager/manager.js';
import {
  forgetPass,
  passesAtWork,
  passOfSession,
  storedPass,
  storedPasses,
  storePass,
} from '../../src/passes/pass-file.js';
import type { Briefed } from '../../src/passes/types.js';
import { passOfToken } from '../../src/passes/pass-token.js';
import { worker } from '../../src/passes/worker/worker.js';
import { fieldText } from '../../src/project/field-text.js';
import { openCommitRecord, readCommitRecord } from '../../src/workspace/commit-record.js';
import { consecutiveFailures } from '../../src/workspace/fence-counter.js';
import type { Claim, StoredLock } from '../../src/workspace/lock-file.js';
import { openWorkspace } from '../../src/workspace/open-workspace.js';
import { breakLock, passLock } from '../../src/workspace/pass-lock.js';
import { changeClaims, changeLock } from '../support/change-claims.js';
import {
  BOXED,
  environment,
  type Place,
  placeWithProject,
  read,
  REPORT,
  runnersPage,
  tiersWithIdle,
} from './pass-workspace.js';

t.setTimeout(180_000);

const OTHER = 'RUN-20200101-001';
const PAST = '2020-01-01T00:00:00.000Z';
const OUTPUT = 'PROJECTS/pages/outputs/page.md';
const SESSION = { host: 'openclaw', id: 's-1' };

type Case = {
  readonly name: string;
  /** What has become of the pass whose agent wrote a page. */
  readonly then: (place: Place, pass: Briefed) => void;
  /** Which passes T0 reconciles; or the error with which it lets nobody in. */
  readonly expect:
    | { readonly reconciled: boolean; readonly claims: number; readonly failures: number }
    | 'LOCKED';
  /** What the next pass works on. */
  readonly project?: string;
};

const writer =
  (fence: number | null) =>
  (lock: StoredLock): StoredLock => ({ ...lock, writer: fence });
const every =
  (change: Partial<Claim>) =>
  ({ root }: Place): void =>
    changeClaims(root, (claim) => ({ ...claim, ...change }));
const ANOTHER: Partial<Claim> = { runId: OTHER, fence: 90 };

const CASES: readonly Case[] = [
  {
    name: 'a live writer lets nobody in, and nothing is undone',
    then: () => undefined,
    expect: 'LOCKED',
  },
  {
    name: 'a live claim of a pass that is not the writer is left alone, with its project',
    then: ({ root }) => changeLock(root, writer(null)),
    expect: { reconciled: false, claims: 1, failures: 0 },
  },
  {
    name: 'a live claim of another project does not keep the next pass from this one',
    then: ({ root, workspace }, pass) => {
      changeLock(root, writer(null));
      changeClaims(root, (claim) => ({ ...claim, ...ANOTHER, project: 'letters' }));
      forgetPass(workspace.state, pass.runId);
    },
    expect: { reconciled: false, claims: 1, failures: 0 },
    project: 'pages',
  },
  {
    name: 'an expired claim',
    then: every({ expiresAt: PAST }),
    expect: { reconciled: true, claims: 0, failures: 1 },
    project: 'pages',
  },
  {
    name: 'an expired claim of a pass that was not the writer',
    then: ({ root }) => {
      changeLock(root, writer(null));
      changeClaims(root, (claim) => ({ ...claim, expiresAt: PAST }));
    },
    expect: { reconciled: true, claims: 0, failures: 1 },
    project: 'pages',
  },
  {
    name: 'a claim whose process is dead',
    then: every({ detached: false, pid: 2 ** 22 + 1 }),
    expect: { reconciled: true, claims: 0, failures: 1 },
    project: 'pages',
  },
  {
    name: 'a claim on another machine is live until it expires',
    then: every({ detached: false, pid: 2 ** 22 + 1, host: 'elsewhere' }),
    expect: 'LOCKED',
  },
  {
    name: 'a claim of a dead process without a stored pass',
    then: ({ root, workspace }, pass) => {
      changeClaims(root, (claim) => ({ ...claim, detached: false, pid: 2 ** 22 + 1 }));
      forgetPass(workspace.state, pass.runId);
    },
    expect: { reconciled: false, claims: 0, failures: 1 },
    project: 'pages',
  },
  {
    name: 'a stored pass whose claim the owner broke',
    then: ({ root, workspace }) => void breakLock(root, workspace.state, { clock: systemClock }),
    expect: { reconciled: true, claims: 0, failures: 1 },
    project: 'pages',
  },
  {
    name: 'a stored pass of an earlier version, in its only file',
    then: ({ root, workspace }, pass) => {
      const stored = storedPass(workspace.state, pass.runId);
      breakLock(root, workspace.state, { clock: systemClock });
      forgetPass(workspace.state, pass.runId);
      writeFileSync(join(workspace.state, 'pass.json'), JSON.stringify(stored));
    },
    expect: { reconciled: true, claims: 0, failures: 1 },
    project: 'pages',
  },
  {
    name: 'a lock that cannot be read: no pass has a claim any more',
    then: ({ root }) => writeFileSync(join(root, '.nocturne/pass.lock'), '{'),
    expect: { reconciled: true, claims: 0, failures: 1 },
    project: 'pages',
  },
  {
    name: 'two claims of one project, one of them dead: the other keeps the project',
    then: ({ root }) =>
      changeLock(root, (lock) => ({
        ...lock,
        writer: null,
        claims: lock.claims.flatMap((claim) => [
          { ...claim, detached: false, pid: 2 ** 22 + 1 },
          { ...claim, ...ANOTHER },
        ]),
      })),
    expect: { reconciled: true, claims: 1, failures: 1 },
  },
  {
    name: 'two live claims of one project: neither is touched, and nobody else gets it',
    then: ({ root }) =>
      changeLock(root, (lock) => ({
        ...lock,
        writer: null,
        claims: lock.claims.flatMap((claim) => [claim, { ...claim, ...ANOTHER }]),
      })),
    expect: { reconciled: false, claims: 2, failures: 0 },
  },
  {
    name: 'a dead pass beside a live writer waits until that one is over',
    then: ({ root }) =>
      changeLock(root, (lock) => ({
        ...lock,
        writer: 90,
        claims: lock.claims.flatMap((claim) => [
          { ...claim, detached: false, pid: 2 ** 22 + 1 },
          { ...claim, ...ANOTHER, project: 'letters' },
        ]),
      })),
    expect: 'LOCKED',
  },
];

for (const { name, then, expect, project } of CASES) {
  t.test(name, async (t) => {
    const place = placeWithProject(t.testdir(), REPORT, {
      stop: '- file_exists: never.md',
      files: { 'MODEL-TIERS.md': tiersWithIdle() },
    });
    const { root, workspace } = place;
    const begun = await beginPass(environment(place), { role: 'worker' });
    if (begun.kind !== 'brief') return t.fail(begun.report.outcome);
    mkdirSync(join(root, 'PROJECTS/pages/outputs'));
    writeFileSync(join(root, OUTPUT), '# Page\n');
    then(place, begun.data);
    const next = beginPass(environment(place), { role: 'worker' });
    if (expect === 'LOCKED') {
      await t.rejects(next, { code: 'LOCKED' });
      t.same(reconciledRows(place), []);
      t.equal(storedPasses(workspace.state).length, 1, 'the stored pass is still there');
      return;
    }
    const entered = await next;
    const mine = entered.kind === 'brief' ? entered.data.runId : '';
    t.same(reconciledRows(place), expect.reconciled ? [OUTPUT] : []);
    t.equal(consecutiveFailures(workspace.state).failures, expect.failures, 'failures');
    const { claims } = passLock(root, systemClock);
    const runs = claims.map(({ runId }) => runId);
    t.equal(runs.filter((runId) => runId !== mine).length, expect.claims, 'claims that count');
    const isShown = (runId: string): boolean => runId !== OTHER;
    t.same(
      workspace
        .snapshot()
        .records('CLAIM')
        .map(({ key }) => key),
      runs.filter(isShown),
      'LOCK.md shows the claims that were made here, and no others',
    );
    t.equal(entered.kind === 'brief' ? entered.data.project : undefined, project);
  });
}

/** What T0 recorded of the agent of the pass before. */
function reconciledRows({ workspace }: Place): readonly string[] {
  return workspace
    .snapshot()
    .records('AUDIT')
    .filter((row) => fieldText(row, 'step') === 'T0' && fieldText(row, 'type') === 'write')
    .map((row) => fieldText(row, 'target'));
}

t.test('each pass has files of its own, and forgetting one leaves the others', async (t) => {
  const place = placeWithProject(t.testdir(), REPORT, { stop: '- file_exists: never.md' });
  const { state } = place.workspace;
  const begun = await beginPass(environment(place), { role: 'worker' });
  if (begun.kind !== 'brief') return t.fail(begun.report.outcome);
  const { runId } = begun.data;
  storePass(state, { ...begun.data, runId: OTHER, token: 'another', session: SESSION });
  openCommitRecord(state, OTHER);
  t.equal(passOfToken(state, begun.data.token).runId, runId);
  t.equal(passOfToken(state, 'another').runId, OTHER);
  t.equal(passOfSession(state, SESSION)?.runId, OTHER);
  t.throws(() => passOfToken(state, 'a third'), { code: 'REFUSED', message: /RUN-2020.*, RUN-/ });
  place.workspace.commit({
    actor: { kind: 'owner', name: 'owner' },
    runId: '',
    reason: 'both passes learn of it',
    changes: [{ kind: 'write', path: 'note.md', content: '# Note\n' }],
  });
  for (const run of [runId, OTHER])
    t.match(readCommitRecord(state, run).at(-1), { kind: 'append' }, `${run} knows the commit`);
  forgetPass(state, OTHER);
  t.same(readCommitRecord(state, OTHER), [], 'with the record of its commits');
  t.same(
    passesAtWork(state).map((pass) => pass.runId),
    [runId],
  );
  t.ok(existsSync(join(state, 'pass-root.json')), 'the folder stays pinned for the other');
  forgetPass(state, runId);
  t.notOk(existsSync(join(state, 'pass-root.json')));
});

t.test('a record of commits whose pass is forgotten goes with the next pass', async (t) => {
  const place = placeWithProject(t.testdir(), REPORT);
  const path = join(place.workspace.state, 'passes', `${OTHER}.commits.jsonl`);
  openCommitRecord(place.workspace.state, OTHER);
  await beginPass(environment(place), { role: 'worker' });
  t.notOk(existsSync(path));
});

t.test(
  'while the gate refuses, what a crashed pass left is undone once, and what it may write is recorded when the next pass begins',
  async (t) => {
    const place = placeWithProject(t.testdir(), REPORT, { stop: '- file_exists: never.md' });
    const { root, workspace } = place;
    const begun = await beginPass(environment(place), { role: 'worker' });
    if (begun.kind !== 'brief') return t.fail(begun.report.outcome);
    mkdirSync(join(root, 'PROJECTS/pages/outputs'));
    writeFileSync(join(root, OUTPUT), '# Page\n');
    writeFileSync(join(root, 'MODEL-TIERS.md'), 'by the agent\n');
    changeClaims(root, (claim) => ({ ...claim, expiresAt: PAST }));
    const manifest = readFileSync(join(root, 'INTEGRITY-MANIFEST.md'), 'utf8');
    storePass(workspace.state, withoutFile(begun.data, 'INTEGRITY-MANIFEST.md'));
    rmSync(join(root, 'INTEGRITY-MANIFEST.md'));
    const refused = await beginPass(environment(place), { role: 'worker' });
    t.equal(refused.kind === 'over' && refused.report.exit, 3, 'the gate refuses');
    t.notMatch(read(place, 'MODEL-TIERS.md'), /by the agent/, 'undone');
    t.equal(reconciledRows(place).length, 0, 'and not on record yet');

    writeFileSync(join(root, 'notes.md'), 'by the owner\n');
    writeFileSync(join(root, 'INTEGRITY-MANIFEST.md'), manifest);
    const entered = await beginPass(environment(place), { role: 'worker' });
    t.not(entered.kind === 'over' && entered.report.exit, 3, 'the gate lets it in');
    t.equal(read(place, 'notes.md'), 'by the owner\n', "the owner's page stays");
    t.same(reconciledRows(place), [OUTPUT]);
    t.match(
      workspace
        .snapshot()
        .records('AUDIT')
        .map((row) => `${fieldText(row, 'type')} ${fieldText(row, 'target')}`)
        .join('\n'),
      /MODEL-TIERS\.md/,
      'what was undone before is on record as well',
    );
  },
);

/** As if the pass had begun without the file, so that its end does not restore it. */
function withoutFile(pass: Briefed, path: string): Briefed {
  const { [path]: _, ...files } = pass.baseline.files;
  return { ...pass, baseline: { ...pass.baseline, files } };
}

t.test('a pass in a copy is recovered without following a link out of .nocturne', async (t) => {
  const { root, home } = placeWithProject(t.testdir({ elsewhere: {} }), REPORT, {
    runner: 'boxed',
    folder: 'workspace',
    files: { 'orchestration-os/RUNNERS.md': runnersPage(`- **Kind:** lost\n${BOXED}`) },
  });
  let now = Date.parse('2026-11-21T01:00:00Z');
  const workspace = openWorkspace(root, { home, clock: { now: () => new Date(now) } });
  const elsewhere = join(root, '../elsewhere');
  const lost: RunnerKind = {
    kind: 'lost',
    program: '',
    make: () =>
      Promise.resolve({
        name: 'lost',
        run: async () => {
          t.ok(storedPasses(workspace.state).some(({ data }) => 'copy' in data));
          rmSync(join(root, '.nocturne/objects'), { recursive: true });
          symlinkSync(elsewhere, join(root, '.nocturne/objects'));
          now += 3_600_000;
          const other = await manager(environment({ workspace }), { role: 'manager' });
          t.match(other.outcome, /1 crash/);
          throw new Error('nobody waits for it any more');
        },
      }),
  };
  const env = environment({ workspace }, { runners: [lost] });
  await t.rejects(worker(env, { role: 'worker' }), { code: 'LEASE_LOST' });
  t.same(readdirSync(elsewhere), []);
});
