/** The commit mutex and the pass lock, one process. */
import { mkdirSync, readdirSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename, join } from 'node:path';
import t from 'tap';
import { type Clock, fixedClock } from '../../src/kernel/clock.js';
import { replaceFiles } from '../../src/kernel/files.js';
import { transact } from '../../src/workspace/journal.js';
import { consecutiveFailures } from '../../src/workspace/fence-counter.js';
import {
  breakLock,
  checkWriter,
  type Claim,
  claimPass,
  claimProject,
  livePasses,
  passLock,
  releaseClaim,
  renewClaim,
} from '../../src/workspace/pass-lock.js';
import { breakCommitMutex, commitMutexStatus, withCommitMutex } from '../../src/workspace/mutex.js';
import { isIdentity, lifeOf, ownIdentity } from '../../src/workspace/process-identity.js';
import { changeClaims, changeLock } from '../support/change-claims.js';

const NINE = fixedClock('2026-11-21T09:00:00Z');
const TEN = fixedClock('2026-11-21T10:00:00Z');

// Every step is flushed to a real disk, which others may be using.
t.setTimeout(120_000);

t.test('the mutex is held during the action only, and by whoever it says', async (t) => {
  const root = t.testdir();
  const inside = withCommitMutex(root, () => commitMutexStatus(root));
  t.match(inside, { life: 'alive', holder: { pid: process.pid, host: hostname() } });
  t.equal(commitMutexStatus(root), undefined);
  t.throws(
    () =>
      withCommitMutex(root, () => {
        throw new Error('of the action');
      }),
    { message: 'of the action' },
  );
  t.equal(commitMutexStatus(root), undefined, 'also after an error');
  t.same(readdirSync(join(root, '.nocturne')), []);
});

t.test('a mutex that could not be made or removed as it should stops nobody', async (t) => {
  const directory = t.testdir({ lock: {}, ticket: {} });
  for (const [name, file] of Object.entries({
    lock: /^commit\.lock$/,
    ticket: /^commit\.lock\./,
  })) {
    const root = join(directory, name);
    const restore = replaceFiles({
      unlinkSync: (path) => {
        if (file.test(basename(String(path))))
          throw Object.assign(new Error('EIO: on purpose'), { code: 'EIO' });
        unlinkSync(path);
      },
    });
    t.teardown(restore);
    t.throws(() => withCommitMutex(root, () => 'done'), { code: 'EIO' }, name);
    restore();
    t.equal(
      withCommitMutex(root, () => 'next', { timeoutMs: 0 }),
      'next',
    );
    t.equal(commitMutexStatus(root), undefined);
  }
});

t.test('after a failure to break the lock of a dead process, the same process can', async (t) => {
  for (const isStuck of [false, true]) {
    const root = t.testdir({
      '.nocturne': { 'commit.lock': lock({ started: '0', token: 'of-the-dead' }) },
    });
    const failing = (path: unknown, name: string): void => {
      if (basename(String(path)).startsWith(name))
        throw Object.assign(new Error('EACCES: on purpose'), { code: 'EACCES' });
    };
    const restore = replaceFiles({
      writeFileSync: (path, ...rest) => {
        failing(path, 'crashed');
        writeFileSync(path, ...rest);
      },
      unlinkSync: (path) => {
        if (isStuck) failing(path, 'commit.break.');
        unlinkSync(path);
      },
    });
    t.teardown(restore);
    t.throws(() => withCommitMutex(root, () => 'done'), { code: 'EACCES' });
    restore();
    t.equal(
      withCommitMutex(root, () => 'next', { timeoutMs: 0 }),
      'next',
    );
    t.same(readdirSync(join(root, '.nocturne')), ['crashed'], 'recovery then checks everything');
  }
});

t.test('nested calls run at once, also under another spelling of the root', async (t) => {
  const root = t.testdir({ sub: {} });
  t.equal(
    withCommitMutex(root, () =>
      withCommitMutex(root, () => withCommitMutex(`${root}/sub/..`, () => 'in')),
    ),
    'in',
  );
  t.equal(commitMutexStatus(root), undefined);
});

t.test('an asynchronous action is refused: the mutex would not cover it', async (t) => {
  t.throws(() => withCommitMutex(t.testdirName, async () => 1), { code: 'INTERNAL' });
});

t.test('a mutex that stays held is an error that names the holder', async (t) => {
  const root = t.testdir({ '.nocturne': { 'commit.lock': lock({ pid: process.pid }) } });
  t.throws(() => withCommitMutex(root, () => 1, { timeoutMs: 30 }), {
    code: 'LOCKED',
    message: `process ${process.pid} on ${hostname()} since 2026-11-21T01:00:00Z is writing to the workspace; gave up after 0.03 s`,
    hint: /lock break/,
  });
  t.same(readdirSync(join(root, '.nocturne')), ['commit.lock'], 'nothing is left of the attempt');
});

t.test('a holder on another machine is never taken for dead, its owner can break it', async (t) => {
  const root = t.testdir({ '.nocturne': { 'commit.lock': lock({ host: 'another', pid: 1 }) } });
  t.equal(commitMutexStatus(root)?.life, 'unknown');
  t.throws(() => withCommitMutex(root, () => 1, { timeoutMs: 10 }), { code: 'LOCKED' });
  t.match(breakCommitMutex(root), { host: 'another' });
  t.equal(
    withCommitMutex(root, () => 1),
    1,
  );
});

t.test(
  'a living holder is not broken by one who had judged the dead holder before it',
  async (t) => {
    const root = t.testdir({
      '.nocturne': { 'commit.lock': lock({ started: '0', token: 'of-the-dead' }) },
    });
    const path = join(root, '.nocturne/commit.lock');
    const quicker = (): void => writeFileSync(path, lock({ token: 'of-the-living' }));
    t.throws(() => withCommitMutex(root, () => 1, { timeoutMs: 30, failpoint: quicker }), {
      code: 'LOCKED',
    });
    t.equal(commitMutexStatus(root)?.holder.token, 'of-the-living');
    t.same(readdirSync(join(root, '.nocturne')), ['commit.lock'], 'no claim is left');
  },
);

t.test('a lock that a power cut left empty is broken after a moment', async (t) => {
  const root = t.testdir({ '.nocturne': { 'commit.lock': '' } });
  t.throws(() => withCommitMutex(root, () => 1, { timeoutMs: 10 }), {
    code: 'LOCKED',
    message: /an unknown process/,
  });
  t.equal(
    withCommitMutex(root, () => 1),
    1,
  );
});

t.test('who lives: another boot, a reused process id, no such process, this one', async (t) => {
  const me = ownIdentity();
  t.equal(lifeOf(me), 'alive');
  t.equal(lifeOf({ ...me, host: 'another' }), 'unknown');
  t.equal(lifeOf({ ...me, pid: 2 ** 30 }), 'dead');
  t.ok(isIdentity(me));
  t.notOk(isIdentity({ pid: 'x' }));
  t.notOk(isIdentity(null));
  if (me.boot === '') return t.comment('no /proc here: boots and starts cannot be told apart');
  t.equal(lifeOf({ ...me, boot: 'an earlier one' }), 'dead');
  t.equal(lifeOf({ ...me, started: '1' }), 'dead');
});

t.test('a pass is claimed, renewed and released; each claim has the next fence', async (t) => {
  const { root, state } = place(t);
  t.same(passLock(root, NINE), { isReadable: true, claims: [] });
  const first = claimPass(root, state, request());
  t.match(first, {
    failures: 0,
    claim: {
      runId: 'RUN-1',
      role: 'worker',
      project: '',
      pid: process.pid,
      fence: 1,
      claimedAt: '2026-11-21T09:00:00Z',
      expiresAt: '2026-11-21T09:30:00.000Z',
      detached: false,
    },
  });
  t.same(passLock(root, NINE).claims, [{ ...first.claim, state: 'live', isWriter: true }]);
  t.throws(() => claimPass(root, state, request({ runId: 'RUN-2' })), {
    code: 'LOCKED',
    message:
      /^RUN-1 \(worker\) is running in process \d+ on .* since 2026-11-21T09:00:00Z, until 2026-11-21T09:30:00.000Z$/,
  });
  t.equal(
    renewClaim(root, 1, { ttlMs: 7_200_000, clock: NINE }).expiresAt,
    '2026-11-21T11:00:00.000Z',
  );
  t.equal(livePasses(root, TEN).length, 1);
  t.same(releaseClaim(root, state, { fence: 1 }), { failures: 0 });
  t.equal(claimPass(root, state, request()).claim.fence, 2);
});

t.test('an expired claim is removed and counted; its fence can do nothing any more', async (t) => {
  const { root, state } = place(t);
  claimPass(root, state, request());
  t.match(passLock(root, TEN).claims, [{ state: 'expired' }]);
  checkWriter(root, 1);
  const second = claimPass(root, state, request({ runId: 'RUN-2', clock: TEN }));
  t.match(second, { claim: { fence: 2 }, failures: 1 });
  t.same(consecutiveFailures(state), { failures: 1, failedAt: '2026-11-21T10:00:00Z' });
  for (const late of [
    () => checkWriter(root, 1),
    () => renewClaim(root, 1, { ttlMs: 1, clock: TEN }),
    () => claimProject(root, 1, { project: 'pages', clock: TEN }),
    () => releaseClaim(root, state, { fence: 1 }),
  ]) {
    t.throws(late, {
      code: 'LEASE_LOST',
      message: 'the pass with fence 1 has lost its claim: RUN-2 with fence 2 has one now',
    });
  }
  writeFileSync(join(root, 'A.md'), 'a');
  const write = {
    kind: 'write',
    path: 'B.md',
    content: Buffer.from('b'),
    before: undefined,
  } as const;
  t.throws(() => transact(root, state, [write], { runId: 'RUN-1', reason: '', fence: 1 }), {
    code: 'LEASE_LOST',
  });
  t.same(readdirSync(root).sort(), ['.nocturne', 'A.md'], 'a commit with it writes nothing');
  t.equal(transact(root, state, [write], { runId: 'RUN-2', reason: '', fence: 2 }).files.length, 1);
});

t.test('the claim of a dead process is stale at once, unless it was meant to end', async (t) => {
  for (const detached of [false, true]) {
    const { root, state } = place(t);
    claimPass(root, state, request({ detached }));
    changeClaims(root, (claim) => ({ ...claim, pid: 2 ** 30 }));
    t.match(passLock(root, NINE).claims, [{ state: detached ? 'live' : 'dead' }]);
    t.match(passLock(root, TEN).claims, [{ state: 'expired' }]);
    rmSync(root, { recursive: true });
    rmSync(state, { recursive: true });
  }
});

t.test('a claim on another machine lives until it expires', async (t) => {
  const { root, state } = place(t);
  claimPass(root, state, request());
  changeClaims(root, (claim) => ({ ...claim, host: 'elsewhere', pid: 2 ** 30 }));
  t.match(passLock(root, NINE).claims, [{ state: 'live' }]);
  t.match(passLock(root, TEN).claims, [{ state: 'expired' }]);
});

t.test('a pass that is not the writer works beside one that is, and cannot commit', async (t) => {
  const { root, state } = place(t);
  claimPass(root, state, request());
  claimProject(root, 1, { project: 'pages', clock: NINE });
  // The next step of the design: a pass whose agent works in a copy gives the writer back.
  changeLock(root, (lock) => ({ ...lock, writer: null }));
  t.match(claimPass(root, state, request({ runId: 'RUN-2' })), {
    failures: 0,
    claim: { fence: 2 },
  });
  t.match(livePasses(root, NINE), [
    { runId: 'RUN-1', project: 'pages', isWriter: false },
    { runId: 'RUN-2', project: '', isWriter: true },
  ]);
  t.throws(() => checkWriter(root, 1), { code: 'LEASE_LOST', message: /another pass may write/ });
  checkWriter(root, 2);
  t.throws(() => claimProject(root, 2, { project: 'pages', clock: NINE }), {
    code: 'LOCKED',
    message: 'RUN-1 already works on pages',
  });
  claimProject(root, 2, { project: 'letters', clock: NINE });
  renewClaim(root, 1, { ttlMs: 7_200_000, clock: NINE });
  t.match(livePasses(root, TEN), [{ runId: 'RUN-1', isWriter: false }], 'a heartbeat of its own');
  releaseClaim(root, state, { fence: 2 });
  t.match(passLock(root, TEN).claims, [{ runId: 'RUN-1', isWriter: false }], 'the other goes on');
  claimPass(root, state, request({ runId: 'RUN-3', clock: TEN }));
  t.match(breakLock(root, state, { clock: TEN, which: ({ runId }) => runId === 'RUN-1' }), {
    claims: [{ runId: 'RUN-1' }],
  });
  t.match(livePasses(root, TEN), [{ runId: 'RUN-3', isWriter: true }], 'only one is broken');
});

t.test('a lost claim of a project does not keep it from the next pass', async (t) => {
  const { root, state } = place(t);
  claimPass(root, state, request());
  claimProject(root, 1, { project: 'pages', clock: NINE });
  claimPass(root, state, request({ runId: 'RUN-2', clock: TEN }));
  t.equal(claimProject(root, 2, { project: 'pages', clock: TEN }).project, 'pages');
  t.equal(claimProject(root, 2, { project: 'pages', clock: TEN }).project, 'pages', 'also twice');
});

t.test(
  'failures in a row are counted, also of lost claims; a pass that ends well starts the count anew',
  async (t) => {
    const { root, state } = place(t);
    const fail = ({ claim }: { readonly claim: Claim }): unknown =>
      releaseClaim(root, state, { fence: claim.fence, failedAt: NINE.now() });
    t.same(consecutiveFailures(state), { failures: 0 });
    t.same(fail(claimPass(root, state, request())), { failures: 1 });
    t.same(fail(claimPass(root, state, request())), { failures: 2 });
    t.same(consecutiveFailures(state), { failures: 2, failedAt: '2026-11-21T09:00:00Z' });
    claimPass(root, state, request());
    const after = claimPass(root, state, request({ clock: TEN }));
    t.match(after, { failures: 3, claim: { fence: 4 } });
    t.match(consecutiveFailures(state), { failures: 3, failedAt: '2026-11-21T10:00:00Z' });
    releaseClaim(root, state, { fence: 4 });
    t.same(consecutiveFailures(state), { failures: 0 });
  },
);

t.test('the owner breaks the lock', async (t) => {
  const { root, state } = place(t);
  t.same(breakLock(root, state, { clock: NINE }), { isReadable: true, claims: [] });
  claimPass(root, state, request());
  t.match(breakLock(root, state, { clock: NINE }), { claims: [{ runId: 'RUN-1', state: 'live' }] });
  t.throws(() => checkWriter(root, 1), { code: 'LEASE_LOST', message: /no pass has one now/ });
  t.match(claimPass(root, state, request()), { failures: 1, claim: { fence: 2 } });
});

t.test(
  'a lock that cannot be read is stale, and its fences are not trusted to be the highest',
  async (t) => {
    const { root, state } = place(t);
    claimPass(root, state, request());
    const former = { runId: 'RUN-1', holder: 'worker@here', fence: 1 };
    for (const [i, text] of [
      '',
      'garbage',
      '{}',
      JSON.stringify(former),
      JSON.stringify({ version: 2, writer: 1, claims: [former] }),
      '[]',
      'null',
    ].entries()) {
      writeFileSync(join(root, '.nocturne/pass.lock'), text);
      t.same(passLock(root, NINE), { isReadable: false, claims: [] }, JSON.stringify(text));
      t.match(claimPass(root, state, request()), { failures: i + 1, claim: { fence: i + 2 } });
    }
  },
);

t.test('the fence outlives .nocturne, and the claims outlive the state directory', async (t) => {
  const { root, state } = place(t);
  claimPass(root, state, request());
  rmSync(join(root, '.nocturne'), { recursive: true });
  t.equal(claimPass(root, state, request()).claim.fence, 2);
  rmSync(join(state, 'fence'));
  t.equal(claimPass(root, state, request({ clock: TEN })).claim.fence, 3);
  writeFileSync(join(state, 'fence'), '{"fence": "nine"}');
  t.throws(() => claimPass(root, state, request({ clock: fixedClock('2026-11-22T00:00:00Z') })), {
    code: 'UNREADABLE',
    hint: /never be used twice/,
  });
});

function place(t: { testdir(): string }): { readonly root: string; readonly state: string } {
  const directory = t.testdir();
  const made = { root: join(directory, 'workspace'), state: join(directory, 'state') };
  mkdirSync(made.root);
  mkdirSync(made.state);
  return made;
}

function request(
  change: { readonly runId?: string; readonly clock?: Clock; readonly detached?: boolean } = {},
) {
  return { runId: 'RUN-1', role: 'worker', ttlMs: 1_800_000, clock: NINE, ...change };
}

function lock(change: object): string {
  return JSON.stringify({
    ...ownIdentity(),
    token: 'somebody',
    at: '2026-11-21T01:00:00Z',
    ...change,
  });
}
