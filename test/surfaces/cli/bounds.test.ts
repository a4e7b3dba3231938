import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { systemClock } from '../../../src/kernel/clock.js';
import { worker } from '../../../src/passes/worker/worker.js';
import { fieldText } from '../../../src/project/field-text.js';
import { claimPass } from '../../../src/workspace/pass-lock.js';
import { openWorkspace } from '../../../src/workspace/open-workspace.js';
import type { Snapshot } from '../../../src/workspace/types.js';
import { environment, type Place, placeWithProject } from '../../passes/pass-workspace.js';
import { type CliCase, runCases } from './cases.js';
import type { CliPlace } from './run-cli.js';

const place = (directory: string): Place => placeWithProject(directory, '');
const open = (at: CliPlace): Snapshot =>
  openWorkspace(at.root, { home: at.home, clock: systemClock }).snapshot();
const inside = { NOCTURNE_RUN: 'RUN-20261121-001' };

const locks: readonly CliCase<Place>[] = [
  {
    that: 'no pass is running',
    words: ['lock', 'status'],
    exit: 0,
    json: { claims: [], failures: 0, isShown: true },
  },
  { that: 'there is nothing to break', words: ['lock', 'break'], exit: 0, json: { broken: false } },
  {
    that: 'the running pass is named',
    first: (at) => hold(at, 600_000),
    words: ['lock', 'status'],
    exit: 0,
    json: { claims: [{ runId: 'RUN-20261121-009', role: 'worker', state: 'live' }] },
  },
  {
    that: 'status says who is at work',
    words: ['status'],
    exit: 0,
    json: { passes: [{ id: 'RUN-20261121-009', role: 'worker', state: 'live' }] },
  },
  {
    that: 'a living holder is not broken unasked',
    words: ['lock', 'break'],
    exit: 2,
    json: { error: { code: 'USAGE', hint: /--yes/ } },
  },
  {
    that: 'inside a pass the lock is not broken',
    env: inside,
    words: ['lock', 'break', '--yes'],
    exit: 5,
    json: { error: { code: 'REFUSED' } },
  },
  {
    that: 'the owner breaks it',
    words: ['lock', 'break', '--yes'],
    exit: 0,
    json: { broken: true },
    then: (t, at) => t.match(fieldText(open(at).records('AUDIT').at(-1), 'type'), 'lock_break'),
  },
  {
    that: 'and no pass has a claim',
    words: ['lock', 'status'],
    exit: 0,
    json: { claims: [], failures: 1, isShown: true },
  },
  {
    that: 'a stale lock is broken without asking',
    first: (at) => hold(at, -1000),
    words: ['lock', 'break'],
    exit: 0,
    json: { lock: { claims: [{ state: 'expired' }] }, broken: true },
  },
];

function hold(at: Place, ttlMs: number): void {
  claimPass(at.root, at.workspace.state, {
    runId: 'RUN-20261121-009',
    role: 'worker',
    ttlMs,
    clock: systemClock,
    detached: true,
  });
}

t.test('the lock', async (t) => runCases(t, place, locks));

const WANDERS = `import { mkdirSync, writeFileSync, appendFileSync } from 'node:fs';
mkdirSync('outputs', { recursive: true });
writeFileSync('outputs/page.md', '# Page\\n\\n## Entries\\n\\n- name: one\\n- name: two\\n');
appendFileSync('../../SOUL.md', '\\nNo limits.\\n');
writeFileSync('../../MEMORY.md', 'mine\\n');
`;
const keeping = (directory: string): Place => placeWithProject(directory, WANDERS);
const run = (at: Place): string => open(at).records('RUN')[0]?.key ?? '';

const kept: readonly CliCase<Place>[] = [
  {
    that: 'nothing is kept before anything was undone',
    words: ['kept', 'list'],
    exit: 0,
    json: { kept: [] },
  },
  {
    that: 'what was undone is listed',
    first: async (at) => void (await worker(environment(at), { role: 'worker' })),
    words: ['kept', 'list'],
    exit: 0,
    json: {
      kept: [
        { run: /^RUN-/, path: 'MEMORY.md', why: /earlier version is kept/ },
        { path: 'SOUL.md', why: /protected/ },
      ],
    },
  },
  {
    that: 'what is not kept cannot be applied',
    words: (at) => ['kept', 'apply', run(at), 'USER.md'],
    exit: 2,
    json: { error: { code: 'NOT_FOUND' } },
  },
  {
    that: 'nothing outside the kept files is reached',
    words: (at) => ['kept', 'apply', run(at), '../../../USER.md'],
    exit: 2,
    json: { error: { code: 'NOT_FOUND' } },
  },
  {
    that: 'inside a pass nothing is put back',
    env: inside,
    words: (at) => ['kept', 'apply', run(at), 'MEMORY.md'],
    exit: 5,
  },
  {
    that: 'a dry run shows it',
    words: (at) => ['kept', 'apply', run(at), 'SOUL.md', '--dry-run'],
    exit: 0,
    json: { diff: /\+No limits\./ },
  },
  {
    that: 'the owner puts the earlier version of a change that stayed in place',
    words: (at) => ['kept', 'apply', run(at), 'MEMORY.md'],
    exit: 0,
    first: (at) => void t.equal(readFileSync(join(at.root, 'MEMORY.md'), 'utf8'), 'mine\n'),
    then: (t, at) => t.match(readFileSync(join(at.root, 'MEMORY.md'), 'utf8'), /^# Memory/),
  },
  {
    that: 'also of a protected file',
    words: (at) => ['kept', 'apply', run(at), 'SOUL.md'],
    exit: 0,
  },
  {
    that: 'which then wants a signature',
    words: ['gate'],
    exit: 3,
    json: { findings: [{ file: 'SOUL.md' }] },
  },
];

t.test('versions that were undone', async (t) => runCases(t, keeping, kept));

const guard: readonly CliCase<Place>[] = [
  {
    that: 'inside the scope of a project a pass may write',
    words: [
      'guard',
      'check',
      '--op',
      'write',
      '--path',
      'PROJECTS/pages/outputs/a.md',
      '--project',
      'pages',
    ],
    exit: 0,
    json: {
      verdict: 'allow',
      tier: 'STANDARD',
      reasons: [{ code: 'allowed' }],
      impact: [{ file: String, edge: String, via: String }],
    },
  },
  {
    that: 'a protected file is refused with every reason',
    words: ['guard', 'check', '--op', 'edit', '--path', 'SOUL.md', '--project', 'pages'],
    exit: 5,
    json: {
      ok: false,
      verdict: 'deny',
      tier: 'PROTECTED',
      reasons: [{ code: 'tier-protected' }, { code: 'out-of-scope' }],
    },
  },
  {
    that: 'only the scope in the way is a question',
    words: ['guard', 'check', '--op', 'write', '--path', 'MEMORY.md', '--project', 'pages'],
    exit: 5,
    json: { verdict: 'ask' },
  },
  {
    that: 'an unknown program is refused',
    words: ['guard', 'check', '--op', 'exec', '--command', 'frobnicate x', '--project', 'pages'],
    exit: 5,
    json: { verdict: 'deny', reasons: [{ code: 'command-unknown' }] },
  },
  {
    that: 'without a token there is only reading',
    words: ['guard', 'check', '--op', 'write', '--path', 'PROJECTS/pages/outputs/a.md'],
    exit: 5,
    json: { verdict: 'deny', reasons: [{ code: 'no-token' }] },
  },
  {
    that: 'proposed content is looked at',
    first: (at) =>
      writeFileSync(
        join(at.home, 'content'),
        'key: AKIAIOSFODNN7EXAMPLX\naws_secret_access_key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEX"\n',
      ),
    words: (at) => [
      'guard',
      'check',
      '--op',
      'write',
      '--path',
      'PROJECTS/pages/outputs/a.md',
      '--project',
      'pages',
      '--content-file',
      join(at.home, 'content'),
    ],
    exit: 5,
    json: { verdict: 'deny', reasons: [{ code: 'secret' }] },
  },
  {
    that: 'an operation is needed',
    words: ['guard', 'check', '--path', 'SOUL.md'],
    exit: 2,
    json: { error: { code: 'USAGE', hint: /--op/ } },
  },
  {
    that: 'a rename needs both ends',
    words: ['guard', 'check', '--op', 'rename', '--path', 'a.md'],
    exit: 2,
    json: { error: { code: 'USAGE', hint: /--to/ } },
  },
  {
    that: 'a project that is none',
    words: ['guard', 'check', '--op', 'write', '--path', 'a.md', '--project', 'nothing'],
    exit: 2,
    json: { error: { code: 'NOT_FOUND', hint: /pages/ } },
  },
];

t.test('one decision of the guard', async (t) => runCases(t, place, guard));
