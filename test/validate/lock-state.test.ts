/** LOCK.md compared with the lock itself: which passes have claims, whether they live, who writes. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { fixedClock } from '../../src/kernel/clock.js';
import { validateSnapshot } from '../../src/validate/validate-snapshot.js';
import { claimPass, claimProject } from '../../src/workspace/pass-lock.js';
import type { Claim, StoredLock } from '../../src/workspace/lock-file.js';
import { openSnapshot } from '../../src/workspace/snapshot.js';
import { changeClaims, changeLock } from '../support/change-claims.js';
import { type MadeWorkspace, makeWorkspace } from '../support/make-workspace.js';
import { placeText } from './edit-workspace.js';

const RUN = 'RUN-20261121-001';
const OTHER = 'RUN-20261121-002';
const HOUR = 3_600_000;

type Row = Readonly<Record<string, string>>;
type Case = {
  readonly name: string;
  /** What LOCK.md says of the writer, besides what the pass wrote; `undefined`: it is untouched. */
  readonly page: Row | undefined;
  /** By default one row, of the pass that has a claim. */
  readonly rows?: readonly Row[];
  /** What the claim says instead. */
  readonly claim?: Partial<Claim>;
  readonly lock?: (lock: StoredLock) => StoredLock;
  /** A second pass has a claim, for this project. */
  readonly beside?: string;
  readonly hoursLater?: number;
  readonly finds: readonly string[];
  readonly says?: string;
};

const CASES: readonly Case[] = [
  { name: 'the writer, as the page shows it', page: {}, finds: [] },
  {
    name: 'a writer that the page does not show yet',
    page: undefined,
    finds: ['LOCK.md:2:9-17 warning'],
    says: `${RUN} is the writer`,
  },
  {
    name: 'the page names another writer',
    page: { run_id: 'RUN-20261121-777' },
    finds: ['LOCK.md:3:9-25 error'],
    says: `in the lock it is ${RUN}`,
  },
  {
    name: 'the page shows another fence of the writer',
    page: { fence: '7' },
    finds: ['LOCK.md:4:8-9 error'],
    says: 'in the lock it is 1',
  },
  {
    name: 'the page shows another fence of the claim',
    page: {},
    rows: [{ fence: '7' }],
    finds: ['LOCK.md:13:35-36 error'],
    says: 'in the lock it is 1',
  },
  {
    name: 'the page shows another project of the claim',
    page: {},
    rows: [{ project: 'pages' }],
    finds: ['LOCK.md:13:31-36 error'],
    says: 'in the lock it is empty',
  },
  {
    name: 'a claim that no pass has',
    page: {},
    rows: [{}, { run_id: OTHER, fence: '2' }],
    finds: ['LOCK.md:14:3-19 error'],
    says: `shows a claim of ${OTHER}, which has none`,
  },
  {
    name: 'the claim has expired',
    page: {},
    hoursLater: 2,
    finds: ['LOCK.md:13:78-98 warning'],
    says: 'expired at 2026-11-21T02:30:00',
  },
  {
    name: 'its process is dead',
    page: {},
    claim: { startedAt: '1' },
    finds: ['LOCK.md:13:47-52 warning'],
    says: 'is dead',
  },
  {
    name: 'it is on another machine: nothing is known of its process',
    page: {},
    claim: { startedAt: '1', host: 'elsewhere' },
    finds: [],
  },
  {
    name: 'a lock of an unknown form',
    page: {},
    lock: (lock) => ({ ...lock, version: 1 as never }),
    finds: ['LOCK.md:2:9-15 warning'],
    says: 'cannot be read',
  },
  {
    name: 'two passes on two projects',
    page: {},
    beside: 'letters',
    rows: [{}, { run_id: OTHER, project: 'letters', fence: '2' }],
    finds: [],
  },
  {
    name: 'a second pass that the page does not show',
    page: {},
    beside: 'letters',
    finds: ['LOCK.md:2:9-15 warning'],
    says: `${OTHER} is running, but has no row`,
  },
  {
    name: 'two passes on one project',
    page: {},
    claim: { project: 'letters' },
    beside: 'letters',
    rows: [{ project: 'letters' }, { run_id: OTHER, project: 'letters', fence: '2' }],
    finds: ['LOCK.md:14:31-38 error'],
    says: `works on letters, which ${RUN} has already claimed`,
  },
];

for (const one of CASES) {
  t.test(one.name, async (t) => {
    const made = makeWorkspace(t.testdir());
    claim(made, RUN);
    if (one.beside !== undefined) {
      changeLock(made.root, (lock) => ({ ...lock, writer: null }));
      const fence = claim(made, OTHER);
      const clock = fixedClock(made.now);
      claimProject(made.root, fence, { project: one.beside, clock });
      changeLock(made.root, (lock) => ({ ...lock, writer: 1 }));
    }
    changeClaims(made.root, (other) => (other.runId === RUN ? { ...other, ...one.claim } : other));
    if (one.lock !== undefined) changeLock(made.root, one.lock);
    if (one.page !== undefined)
      writeFileSync(join(made.root, 'LOCK.md'), page(one.page, one.rows ?? [{}]));
    const found = await check(made, one.hoursLater ?? 0);
    t.same(
      found.map(({ range, severity }) => `${placeText(range)} ${severity}`),
      one.finds,
    );
    if (one.says !== undefined) t.match(found[0]?.message, one.says);
  });
}

function claim({ root, workspace, now }: MadeWorkspace, runId: string): number {
  const request = { runId, role: 'worker', ttlMs: HOUR, clock: fixedClock(now) };
  return claimPass(root, workspace.state, request).claim.fence;
}

function page(writer: Row, rows: readonly Row[]): string {
  const front = {
    status: 'locked',
    run_id: RUN,
    fence: '1',
    locked_at: '2026-11-21T01:30:00Z',
    consecutive_failures: '0',
    ...writer,
  };
  const cells = {
    run_id: RUN,
    role: 'worker',
    project: '-',
    fence: '1',
    host: 'attic',
    pid: '40112',
    claimed_at: '2026-11-21T01:30:00Z',
    expires_at: '2026-11-21T02:30:00Z',
  };
  const table = [
    Object.keys(cells),
    Object.keys(cells).map(() => '---'),
    ...rows.map((row) => Object.values({ ...cells, ...row })),
  ];
  const lines = Object.entries(front).map(([name, value]) => `${name}: ${value}`);
  const text = table.map((row) => `| ${row.join(' | ')} |`);
  return ['---', ...lines, '---', '', '## Claims', '', ...text, ''].join('\n');
}

async function check(made: MadeWorkspace, hoursLater: number) {
  const snapshot = openSnapshot(made.root, {
    now: new Date(made.now.getTime() + hoursLater * HOUR),
  });
  return validateSnapshot(snapshot, { only: ['lock-state'] });
}
