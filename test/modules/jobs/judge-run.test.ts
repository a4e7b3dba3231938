/** The verdict as a table: what was seen before and after, how the run ended, and what follows. */
import t from 'tap';
import type { AssertionResult } from '../../../src/governance/types.js';
import type { Job } from '../../../src/modules/jobs/job.js';
import { judgeRun, type RunFacts } from '../../../src/modules/jobs/judge-run.js';
import type { Look, SeenFile } from '../../../src/modules/jobs/look-at-files.js';

const JOB: Job = {
  name: 'backup',
  title: '',
  host: 'cron',
  hostId: '',
  base: '',
  requires: [],
  proves: [],
  fresh: ['*.dump'],
  minBytes: 1,
  unchangedOk: false,
  forbids: [],
  startBy: '',
  doneBy: '',
  timeZone: '',
  graceMs: 0,
  timeLimitMs: undefined,
  onFailure: { kind: 'ask' },
};
const fileOf = (sha256: string, changed = '1 100', size = 10): SeenFile => ({
  sha256,
  changed,
  size,
});
const look = (files: Record<string, SeenFile>, checks: Record<string, string> = {}): Look => ({
  files,
  checks,
});
const result = (holds: boolean, error?: string): AssertionResult => ({
  assertion: 'file_exists: x',
  holds,
  expected: 'a file',
  found: holds ? '1 file' : 'no file',
  distance: holds ? 0 : 1,
  ...(error === undefined ? {} : { error }),
});
const OLD = look({ 'a.dump': fileOf('old') });
const NEW = look({ 'a.dump': fileOf('new', '1 200') });
const MANY = Object.fromEntries(
  Array.from({ length: 200_000 }, (_, i) => [`${i}.dump`, fileOf('new')]),
);
const GOOD: RunFacts = {
  job: JOB,
  requires: [],
  proves: [],
  before: OLD,
  after: NEW,
  forbidden: [],
  end: { kind: 'exited', code: 0 },
};

const TABLE: readonly [
  name: string,
  facts: Partial<RunFacts>,
  verdict: string,
  reasons: string[],
][] = [
  ['other bytes', {}, 'proved', []],
  ['a new file', { before: look({}) }, 'proved', []],
  ['the same bytes', { after: OLD }, 'unproved', ['fresh']],
  [
    'the same bytes written again',
    { after: look({ 'a.dump': fileOf('old', '2 200') }) },
    'unproved',
    ['fresh'],
  ],
  [
    'the same bytes written again, and that is right',
    { job: { ...JOB, unchangedOk: true }, after: look({ 'a.dump': fileOf('old', '2 200') }) },
    'proved',
    [],
  ],
  [
    'not touched, where the same bytes are right',
    { job: { ...JOB, unchangedOk: true }, after: OLD },
    'unproved',
    ['fresh'],
  ],
  [
    'an empty file',
    { after: look({ 'a.dump': fileOf('none', '1 200', 0) }) },
    'unproved',
    ['fresh'],
  ],
  [
    'an empty file and a whole one',
    { after: look({ 'a.dump': fileOf('none', '1 200', 0), 'b.dump': fileOf('b') }) },
    'proved',
    [],
  ],
  [
    'a file that is too small',
    { job: { ...JOB, minBytes: 100 }, after: look({ 'a.dump': fileOf('b', '1 200', 99) }) },
    'unproved',
    ['fresh'],
  ],
  [
    'a file that is as large as it must be',
    { job: { ...JOB, minBytes: 100 }, after: look({ 'a.dump': fileOf('b', '1 200', 100) }) },
    'proved',
    [],
  ],
  ['200,000 files', { after: look(MANY) }, 'proved', []],
  ['the file is gone', { after: look({}) }, 'unproved', ['fresh']],
  ['one of two globs', { job: { ...JOB, fresh: ['*.dump', '*.log'] } }, 'unproved', ['fresh']],
  ['a test is met', { proves: [result(true)] }, 'proved', []],
  ['a test is not met', { proves: [result(true), result(false)] }, 'unproved', ['proves']],
  [
    'a test that cannot be evaluated',
    { proves: [result(true, 'time-out')] },
    'unproved',
    ['proves'],
  ],
  [
    'an opposite that cannot be evaluated',
    { proves: [result(false, 'time-out')] },
    'unproved',
    ['proves'],
  ],
  ['a word in the output', { forbidden: ['the output matches /error/'] }, 'unproved', ['output']],
  [
    'the check itself changed',
    { before: look(OLD.files, { 'check.sh': 'a' }), after: look(NEW.files, { 'check.sh': 'b' }) },
    'unproved',
    ['check'],
  ],
  ['nothing to prove', { job: { ...JOB, fresh: [] } }, 'unproved', ['no-proof']],
  ['its own failure', { end: { kind: 'exited', code: 7 } }, 'failed', ['end']],
  [
    'its own failure, and no file',
    { end: { kind: 'exited', code: 7 }, after: OLD },
    'failed',
    ['end', 'fresh'],
  ],
  ['a signal', { end: { kind: 'signalled', signal: 'SIGKILL' } }, 'failed', ['end']],
  ['a time-out', { end: { kind: 'timed-out', afterMs: 60_000 } }, 'failed', ['end']],
  ['not found', { end: { kind: 'not-started', why: 'no such program' } }, 'failed', ['end']],
  [
    'a host that says it failed',
    { end: { kind: 'failed', why: 'model error' } },
    'failed',
    ['end'],
  ],
  [
    'held back by what it requires',
    { end: { kind: 'held-back' }, requires: [result(false)] },
    'blocked',
    ['requires'],
  ],
  [
    'held back by another run',
    { end: { kind: 'held-back' }, overlaps: 'JOB-20261128-001' },
    'overlapped',
    ['overlap'],
  ],
  ['a host that started it all the same', { requires: [result(false)] }, 'unproved', ['requires']],
  ['a host that started two at once', { overlaps: 'JOB-20261128-001' }, 'unproved', ['overlap']],
  [
    'a page that is not as signed',
    { distrust: 'JOBS.md is not as you signed it' },
    'unproved',
    ['page'],
  ],
  [
    'a failure on a page that is not as signed',
    { distrust: 'JOBS.md is not as you signed it', end: { kind: 'exited', code: 1 } },
    'failed',
    ['end', 'page'],
  ],
];

for (const [name, facts, verdict, reasons] of TABLE)
  t.test(`${name}: ${verdict}`, async (t) => {
    const judged = judgeRun({ ...GOOD, ...facts });
    t.equal(judged.verdict, verdict);
    t.same(
      judged.reasons.map(({ kind }) => kind),
      reasons,
    );
  });
