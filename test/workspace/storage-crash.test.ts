/**
 * Killed processes: after any of them the workspace is wholly in one generation, and nothing
 * acknowledged is lost.
 */
import { join } from 'node:path';
import t from 'tap';
import { recover } from '../../src/workspace/recover.js';
import { runWriter } from './crash/run-writer.js';
import { generationOf, makePlace, type Place } from './crash/scenario.js';

/** Kills at random instants; set NOCTURNE_KILLS=500 for the long run. */
const KILLS = Number(process.env['NOCTURNE_KILLS'] ?? 60);
const LANES = 2;
t.setTimeout(KILLS * 2_000);

t.test('kill -9 at random instants leaves the old generation or the new one', async (t) => {
  const directory = t.testdir();
  const lanes = Array.from({ length: LANES }, async (_, lane) => {
    const place = makePlace(join(directory, `lane-${lane}`));
    let seen = 0;
    let midway = 0;
    // How many writers in a row may have committed one generation more than they could acknowledge.
    let doubt = 0;
    for (let kill = 0; kill < KILLS / LANES; kill++) {
      const killAfterMs = Math.random() * 80;
      const end = await runWriter(place, { task: 'commit', count: 1000, killAfterMs });
      const last = end.committed.at(-1) ?? seen;
      doubt = end.committed.length > 0 ? 1 : doubt + 1;
      if (end.signal !== 'SIGKILL') throw new Error(`the writer ended by itself: ${end.errors}`);
      // Every third time the next writer finds the remains itself, and may be killed while it
      // clears them up.
      if (kill % 3 === 2 && kill + LANES < KILLS) {
        seen = last;
        continue;
      }
      const recovery = recover(place.root, place.state);
      midway += recovery.finished.length + recovery.discarded;
      seen = check(place, { last, doubt, killAfterMs });
      doubt = 0;
    }
    t.ok(
      midway > 0 || KILLS < 40,
      `lane ${lane}: some kills hit a transaction midway (${midway} did)`,
    );
    t.ok(seen > 0, `lane ${lane}: ${seen} generations were committed`);
  });
  await Promise.all(lanes);
});

function check(
  place: Place,
  at: { readonly last: number; readonly doubt: number; readonly killAfterMs: number },
): number {
  const generation = generationOf(place);
  if (generation < at.last || generation > at.last + at.doubt)
    throw new Error(
      `generation ${at.last} was acknowledged, at most ${at.doubt} more could have been committed, the workspace is in ${generation} (killed after ${at.killAfterMs} ms)`,
    );
  return generation;
}
