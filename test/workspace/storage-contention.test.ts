/** Many processes at once on the same files. */
import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { genesis } from '../../src/kernel/chain.js';
import { readAnchors, writeAnchors } from '../../src/workspace/anchors.js';
import { commitMutexStatus } from '../../src/workspace/mutex.js';
import { ownIdentity } from '../../src/workspace/process-identity.js';
import { recover } from '../../src/workspace/recover.js';
import { walk } from '../../src/workspace/walk.js';
import { readLog, type Place } from './crash/scenario.js';

const CONTENDER = fileURLToPath(new URL('crash/contender.js', import.meta.url));
const HEADER = '| Generation | Part | Chain |\n|---|---|---|\n';
t.setTimeout(180_000);

t.test(
  '20 processes write the same files and append to the same log: no update is lost, no row torn, the chain holds',
  async (t) => {
    const place = makeCounters(t.testdir());
    const [writers, rounds] = [20, 4];
    const ends = await Promise.all(
      Array.from({ length: writers }, (_, i) =>
        contend(place, {
          name: `writer-${i}`,
          rounds,
          mode: i % 2 === 0 ? 'locked' : 'optimistic',
        }),
      ),
    );
    t.same(
      ends.filter((end) => end !== ''),
      [],
      'every process ended well',
    );
    t.equal(readFileSync(join(place.root, 'one.md'), 'utf8'), `${writers * rounds}\n`);
    t.equal(readFileSync(join(place.root, 'two.md'), 'utf8'), `${writers * rounds}\n`);
    const rows = readLog(place, 'audit/LOG.md');
    t.equal(rows.length, writers * rounds);
    t.equal(new Set(rows.map((row) => row.join())).size, writers * rounds, 'each row once');
    t.equal(readAnchors(place.state).logs['audit/LOG.md']?.rows, writers * rounds);
    t.same(
      readdirSync(join(place.root, '.nocturne')).sort(),
      ['journal'],
      'nothing is left of the locks',
    );
    t.same(readdirSync(join(place.root, '.nocturne/journal')), ['spare']);
  },
);

t.test(
  'a dead process holds the mutex when 12 others come: exactly one breaks it, and they exclude each other',
  async (t) => {
    const place = makeCounters(t.testdir());
    mkdirSync(join(place.root, '.nocturne'));
    writeFileSync(
      join(place.root, '.nocturne/commit.lock'),
      JSON.stringify({
        ...ownIdentity(),
        started: '0',
        token: 'of-the-dead',
        at: '2026-11-21T01:00:00Z',
      }),
    );
    t.equal(commitMutexStatus(place.root)?.life, 'dead');
    const temporary = join(place.root, '.nocturne-tmp-left-by-the-dead');
    writeFileSync(temporary, 'half');
    const ends = await Promise.all(
      Array.from({ length: 12 }, (_, i) =>
        contend(place, { name: `breaker-${i}`, rounds: 40, mode: 'bare' }),
      ),
    );
    t.same(
      ends.filter((end) => end !== ''),
      [],
    );
    t.equal(readFileSync(join(place.root, 'bare.md'), 'utf8'), '480');
    t.same(
      recover(place.root, place.state).temporaries,
      ['.nocturne-tmp-left-by-the-dead'],
      'recovery learns that somebody died and looks everywhere',
    );
    t.notOk([...walk(place.root).keys()].includes('.nocturne-tmp-left-by-the-dead'));
    t.same(readdirSync(join(place.root, '.nocturne')), [], 'nothing is left of the locks');
  },
);

t.test('a holder that dies again and again, and breakers that die while breaking', async (t) => {
  const place = makeCounters(t.testdir());
  const store = join(place.root, '.nocturne');
  mkdirSync(store);
  const dead = (token: string): string =>
    JSON.stringify({ ...ownIdentity(), started: '0', token, at: '' });
  writeFileSync(join(store, 'commit.lock'), dead('first'));
  for (const claim of [0, 1, 2])
    writeFileSync(join(store, `commit.break.first.${claim}`), dead(`claimant-${claim}`));
  writeFileSync(join(store, 'commit.lock.never-taken'), dead('never-taken'));
  const ends = await Promise.all(
    Array.from({ length: 6 }, (_, i) =>
      contend(place, { name: `breaker-${i}`, rounds: 20, mode: 'bare' }),
    ),
  );
  t.same(
    ends.filter((end) => end !== ''),
    [],
  );
  t.equal(readFileSync(join(place.root, 'bare.md'), 'utf8'), '120');
  recover(place.root, place.state);
  t.same(readdirSync(store), []);
});

t.test(
  '10 processes want the lease: one at a time has it, and no fence is given twice',
  async (t) => {
    const place = makeCounters(t.testdir());
    const ends = await Promise.all(
      Array.from({ length: 10 }, (_, i) =>
        contend(place, { name: `pass-${i}`, rounds: 3, mode: 'lease' }),
      ),
    );
    t.same(
      ends.filter((end) => end !== ''),
      [],
      'a fence given twice would have met its file',
    );
    const fences = readdirSync(place.root).filter((name) => name.startsWith('fence-'));
    t.same(
      fences.map((name) => Number(name.slice(6))).sort((a, b) => a - b),
      Array.from({ length: 30 }, (_, i) => i + 1),
    );
  },
);

function makeCounters(directory: string): Place {
  const place = { root: join(directory, 'workspace'), state: join(directory, 'state') };
  mkdirSync(join(place.root, 'audit'), { recursive: true });
  mkdirSync(place.state);
  for (const name of ['one.md', 'two.md']) writeFileSync(join(place.root, name), '0\n');
  writeFileSync(join(place.root, 'bare.md'), '0');
  writeFileSync(join(place.root, 'audit/LOG.md'), HEADER);
  writeAnchors(place.state, {
    version: 1,
    logs: { 'audit/LOG.md': { head: genesis('audit/LOG.md'), rows: 0, bytes: HEADER.length } },
  });
  return place;
}

/** What a contender had to complain about; empty when it ended well. */
function contend(
  place: Place,
  { name, rounds, mode }: { readonly name: string; readonly rounds: number; readonly mode: string },
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      [CONTENDER, place.root, place.state, name, String(rounds), mode],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    let errors = '';
    child.stderr.on('data', (chunk: Buffer) => {
      errors += chunk.toString();
    });
    child.on('error', reject);
    child.on('close', (code) => resolve(code === 0 ? '' : `${name} ended with ${code}: ${errors}`));
  });
}
