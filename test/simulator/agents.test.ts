/** Twelve short nights of ten kinds of agent on six kinds of project, counted by the script's own truth. */
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { namesFor } from '../../bench/nights/plan.js';
import type { PlayedNight } from '../../bench/nights/play.js';
import { KINDS } from '../../bench/nights/work.js';

t.setTimeout(600_000);

const NIGHTS = fileURLToPath(new URL('../../bench/nights/main.js', import.meta.url));

/** @returns what each night came to, and which invariants failed. */
async function play(
  first: number,
  nights: number,
): Promise<readonly (PlayedNight & { readonly found: readonly string[] })[]> {
  const words = ['--seed', first, '--nights', nights, '--passes', 5, '--json'].map(String);
  const child = spawn(process.execPath, [NIGHTS, ...words], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const output = await text(child.stdout);
  const lines = output.split('\n').filter((line) => line.startsWith('{'));
  return lines.map((line) => JSON.parse(line) as PlayedNight & { found: string[] });
}

const [early, late] = await Promise.all([play(1, 6), play(6, 7)]);
const nights = [...early, ...late.slice(1)];

t.test('grades, turns and the morning page agree with what was really done', async (t) => {
  t.equal(nights.length, 12);
  t.strictSame(
    nights.flatMap(({ found }) => found),
    [],
  );
});

t.test('every kind of agent and of project has worked', async (t) => {
  const worked = nights.flatMap(({ plan, passes }) =>
    plan.cast.filter(({ slug }) => passes.some(({ project }) => project === slug)),
  );
  t.strictSame(
    [...new Set(worked.map(({ character }) => character))].sort(),
    [...namesFor(1)].sort(),
  );
  t.strictSame([...new Set(worked.map(({ kind }) => kind))].sort(), [...KINDS].sort());
});

t.test('the same seed gives the same night', async (t) => {
  t.strictSame(early.at(-1), late[0]);
});
