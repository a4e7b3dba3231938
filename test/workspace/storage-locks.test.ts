/** The commit mutex and the pass lease, one process. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { type Clock, fixedClock } from '../../src/kernel/clock.js';
import { transact } from '../../src/workspace/journal.js';
import {
  acquireLease,
  breakLease,
  checkFence,
  consecutiveFailures,
  type Lease,
  leaseStatus,
  releaseLease,
  renewLease,
} from '../../src/workspace/lease.js';
import { breakCommitMutex, commitMutexStatus, withCommitMutex } from '../../src/workspace/mutex.js';
import { isIdentity, lifeOf, ownIdentity } from '../../src/workspace/process-identity.js';

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

t.test('a lease is taken, renewed and given back; each has the next fence', async (t) => {
  const { root, state } = place(t);
  t.same(leaseStatus(root, NINE), { kind: 'free' });
  const first = acquireLease(root, state, request());
  t.match(first, {
    fence: 1,
    failures: 0,
    lease: {
      runId: 'RUN-1',
      holder: 'worker',
      pid: process.pid,
      lockedAt: '2026-11-21T09:00:00Z',
      expiresAt: '2026-11-21T09:30:00.000Z',
      detached: false,
    },
  });
  t.match(leaseStatus(root, NINE), { kind: 'held', lease: first.lease });
  t.throws(() => acquireLease(root, state, request()), {
    code: 'LOCKED',
    message:
      /^worker holds the pass lock for RUN-1 in process \d+ on .* since 2026-11-21T09:00:00Z, until 2026-11-21T09:30:00.000Z$/,
  });
  t.equal(
    renewLease(root, 1, { ttlMs: 7_200_000, clock: NINE }).expiresAt,
    '2026-11-21T11:00:00.000Z',
  );
  t.equal(leaseStatus(root, TEN).kind, 'held');
  t.same(releaseLease(root, state, { fence: 1 }), { failures: 0 });
  t.equal(acquireLease(root, state, request()).fence, 2);
});

t.test('an expired lease is broken and counted; its fence can do nothing any more', async (t) => {
  const { root, state } = place(t);
  acquireLease(root, state, request());
  t.match(leaseStatus(root, TEN), { kind: 'stale', why: 'expired' });
  checkFence(root, 1);
  const second = acquireLease(root, state, request({ runId: 'RUN-2', clock: TEN }));
  t.match(second, {
    fence: 2,
    failures: 1,
    failedAt: '2026-11-21T10:00:00Z',
    broke: { why: 'expired', lease: { runId: 'RUN-1' } },
  });
  for (const late of [
    () => checkFence(root, 1),
    () => renewLease(root, 1, { ttlMs: 1, clock: TEN }),
    () => releaseLease(root, state, { fence: 1 }),
  ]) {
    t.throws(late, {
      code: 'LEASE_LOST',
      message:
        'the pass with fence 1 has lost its lease: worker holds it now for RUN-2 with fence 2',
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

t.test('a dead holder is stale at once, unless its process was meant to end', async (t) => {
  for (const detached of [false, true]) {
    const { root, state } = place(t);
    const { lease } = acquireLease(root, state, request({ detached }));
    writeLease(root, { ...lease, pid: 2 ** 30 });
    t.match(leaseStatus(root, NINE), detached ? { kind: 'held' } : { kind: 'stale', why: 'dead' });
    t.match(leaseStatus(root, TEN), { kind: 'stale', why: 'expired' });
    rmSync(root, { recursive: true });
    rmSync(state, { recursive: true });
  }
});

t.test(
  'failures in a row are counted, also over lost leases; a pass that ends well starts the count anew',
  async (t) => {
    const { root, state } = place(t);
    const fail = (fence: number): unknown =>
      releaseLease(root, state, { fence, failedAt: NINE.now() });
    t.same(consecutiveFailures(state), { failures: 0 });
    t.same(fail(acquireLease(root, state, request()).fence), {
      failures: 1,
      failedAt: '2026-11-21T09:00:00Z',
    });
    t.same(fail(acquireLease(root, state, request()).fence), {
      failures: 2,
      failedAt: '2026-11-21T09:00:00Z',
    });
    acquireLease(root, state, request());
    const after = acquireLease(root, state, request({ clock: TEN }));
    t.match(after, { failures: 3, fence: 4 });
    t.match(consecutiveFailures(state), { failures: 3, failedAt: '2026-11-21T10:00:00Z' });
    releaseLease(root, state, { fence: 4 });
    t.same(consecutiveFailures(state), { failures: 0 });
  },
);

t.test('the owner breaks a lease', async (t) => {
  const { root, state } = place(t);
  t.same(breakLease(root, state, NINE), { kind: 'free' });
  acquireLease(root, state, request());
  t.match(breakLease(root, state, NINE), { kind: 'held', lease: { runId: 'RUN-1' } });
  t.throws(() => checkFence(root, 1), { code: 'LEASE_LOST', message: /nobody holds it now/ });
  t.match(acquireLease(root, state, request()), { fence: 2, failures: 1 });
});

t.test(
  'a lease file that cannot be read is stale, and its fence is not trusted to be the highest',
  async (t) => {
    const { root, state } = place(t);
    acquireLease(root, state, request());
    for (const [i, text] of [
      '',
      'garbage',
      '{}',
      JSON.stringify({ runId: 1 }),
      '[]',
      'null',
    ].entries()) {
      writeFileSync(join(root, '.nocturne/pass.lock'), text);
      t.match(leaseStatus(root, NINE), { kind: 'stale', why: 'unreadable' }, JSON.stringify(text));
      t.match(acquireLease(root, state, request()), { fence: i + 2, failures: i + 1 });
    }
  },
);

t.test('the fence outlives .nocturne, and the lease outlives the state directory', async (t) => {
  const { root, state } = place(t);
  acquireLease(root, state, request());
  rmSync(join(root, '.nocturne'), { recursive: true });
  t.equal(acquireLease(root, state, request()).fence, 2);
  rmSync(join(state, 'fence'));
  t.equal(acquireLease(root, state, request({ clock: TEN })).fence, 3);
  writeFileSync(join(state, 'fence'), '{"fence": "nine"}');
  t.throws(
    () => acquireLease(root, state, request({ clock: fixedClock('2026-11-22T00:00:00Z') })),
    { code: 'UNREADABLE', hint: /never be used twice/ },
  );
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
  return { runId: 'RUN-1', holder: 'worker', ttlMs: 1_800_000, clock: NINE, ...change };
}

function writeLease(root: string, lease: Lease): void {
  writeFileSync(join(root, '.nocturne/pass.lock'), JSON.stringify(lease));
  t.same(JSON.parse(readFileSync(join(root, '.nocturne/pass.lock'), 'utf8')), lease);
}

function lock(change: object): string {
  return JSON.stringify({
    ...ownIdentity(),
    token: 'somebody',
    at: '2026-11-21T01:00:00Z',
    ...change,
  });
}
