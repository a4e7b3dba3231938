/** LOCK.md compared with the lease itself: who holds the lock, whether he lives, and until when. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { fixedClock } from '../../src/kernel/clock.js';
import { validateSnapshot } from '../../src/validate/validate-snapshot.js';
import { acquireLease } from '../../src/workspace/lease.js';
import { openSnapshot } from '../../src/workspace/snapshot.js';
import { type MadeWorkspace, makeWorkspace } from '../support/make-workspace.js';
import { placeText } from './edit-workspace.js';

const RUN = 'RUN-20261121-001';
const HOUR = 3_600_000;

type Case = {
  readonly name: string;
  /**
   * What LOCK.md says beside what a pass wrote that took the lease; `undefined`: it was left as it
   * was.
   */
  readonly view: Readonly<Record<string, string>> | undefined;
  /** What the lease says instead. */
  readonly lease?: Readonly<Record<string, string | number>>;
  readonly hoursLater?: number;
  readonly finds: readonly string[];
  readonly says?: string;
};

const CASES: readonly Case[] = [
  { name: 'held by the run that the page names', view: {}, finds: [] },
  {
    name: 'held, and the page does not say so',
    view: undefined,
    finds: ['LOCK.md:2:9-17 warning'],
    says: `worker holds the lock for ${RUN}`,
  },
  {
    name: 'held by another run',
    view: { run_id: 'RUN-20261121-777' },
    finds: ['LOCK.md:4:9-25 error'],
    says: `it is ${RUN}`,
  },
  {
    name: 'held with another fence',
    view: { fence: '7' },
    finds: ['LOCK.md:5:8-9 error'],
    says: 'the lease has 1',
  },
  {
    name: 'its time is over',
    view: {},
    hoursLater: 2,
    finds: ['LOCK.md:9:13-33 warning'],
    says: 'ended at 2026-11-21T02:30:00',
  },
  {
    name: 'its process is dead',
    view: {},
    lease: { startedAt: '1' },
    finds: ['LOCK.md:7:6-11 warning'],
    says: 'is dead',
  },
  {
    name: 'another machine holds it: nothing is known of its process',
    view: {},
    lease: { startedAt: '1', host: 'elsewhere' },
    finds: [],
  },
  {
    name: 'a process that was meant to end',
    view: {},
    lease: { startedAt: '1', detached: 1 },
    finds: ['LOCK.md:2:9-15 warning'],
    says: 'cannot be read',
  },
];

for (const one of CASES) {
  t.test(one.name, async (t) => {
    const made = makeWorkspace(t.testdir());
    const path = join(made.root, '.nocturne', 'pass.lock');
    acquireLease(made.root, made.workspace.state, {
      runId: RUN,
      holder: 'worker',
      ttlMs: HOUR,
      clock: fixedClock(made.now),
    });
    if (one.lease !== undefined)
      writeFileSync(
        path,
        JSON.stringify({ ...(JSON.parse(readFileSync(path, 'utf8')) as object), ...one.lease }),
      );
    if (one.view !== undefined) writeFileSync(join(made.root, 'LOCK.md'), page(one.view));
    const found = await check(made, one.hoursLater ?? 0);
    t.same(
      found.map(({ range, severity }) => `${placeText(range)} ${severity}`),
      one.finds,
    );
    if (one.says !== undefined) t.match(found[0]?.message, one.says);
  });
}

function page(view: Readonly<Record<string, string>>): string {
  const fields = {
    status: 'locked',
    holder: 'worker',
    run_id: RUN,
    fence: '1',
    host: 'attic',
    pid: '40112',
    locked_at: '2026-11-21T01:30:00Z',
    expires_at: '2026-11-21T02:30:00Z',
    consecutive_failures: '0',
    ...view,
  };
  return `---\n${Object.entries(fields)
    .map(([name, value]) => `${name}: ${value}\n`)
    .join('')}---\n`;
}

async function check(made: MadeWorkspace, hoursLater: number) {
  const snapshot = openSnapshot(made.root, {
    now: new Date(made.now.getTime() + hoursLater * HOUR),
  });
  return validateSnapshot(snapshot, { only: ['lock-state'] });
}
