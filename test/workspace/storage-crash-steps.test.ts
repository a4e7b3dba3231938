/** A process that dies between any two steps of a transaction, or of the recovery from that. */
import { join } from 'node:path';
import t from 'tap';
import { recover } from '../../src/workspace/recover.js';
import { transact } from '../../src/workspace/journal.js';
import { freeze } from './crash/freeze.js';
import { runWriter } from './crash/run-writer.js';
import { scratch } from './crash/scratch.js';
import { generationOf, makePlace, opsTo, type Place } from './crash/scenario.js';

const CLEAN = { finished: [], discarded: 0, conflicts: [], torn: [], temporaries: [] };
t.setTimeout(120_000);

t.test('kill -9 between any two steps of a transaction', async (t) => {
  const directory = scratch(t);
  const { steps, start } = trial(directory);
  t.ok(steps.length > 40, `${steps.length} steps`);
  const committedAt = steps.indexOf('entry renamed') + 1;
  const queue = steps.map((name, i) => ({ name, dieAtStep: i + 1 }));
  const lane = async (): Promise<void> => {
    for (let one = queue.shift(); one !== undefined; one = queue.shift()) {
      const place = freeze(start, join(directory, `killed-${one.dieAtStep}`));
      const end = await runWriter(place, { task: 'commit', dieAtStep: one.dieAtStep });
      t.equal(end.signal, 'SIGKILL', `${one.name}: killed`);
      recover(place.root, place.state);
      t.equal(generationOf(place), one.dieAtStep < committedAt ? 2 : 3, one.name);
      t.same(recover(place.root, place.state), CLEAN, `${one.name}: nothing is left to do`);
    }
  };
  await Promise.all([lane(), lane()]);
});

t.test('death between any two steps of a recovery, from whatever it was recovering', async (t) => {
  const directory = scratch(t);
  const { crashes } = trial(directory);
  let states = 0;
  for (const [step, crash] of crashes.filter((_, i) => i % 4 === 1)) {
    const copies: Place[] = [];
    recover(crash.root, crash.state, {
      failpoint: () => copies.push(freeze(crash, join(directory, `second-${states++}`))),
    });
    const expected = generationOf(crash);
    for (const copy of copies) {
      recover(copy.root, copy.state);
      if (generationOf(copy) !== expected)
        t.fail(
          `died at ${step}, then again: generation ${generationOf(copy)} instead of ${expected}`,
        );
    }
  }
  t.ok(states > 100, `${states} second deaths`);
});

/**
 * One transaction from generation 2 to 3: its steps, the place before it, and the place as a death
 * at each step leaves it.
 */
function trial(directory: string): {
  readonly steps: readonly string[];
  readonly start: Place;
  readonly crashes: readonly (readonly [string, Place])[];
} {
  const place = makePlace(join(directory, 'place'));
  for (const generation of [1, 2])
    transact(place.root, place.state, opsTo(place, generation), { runId: '', reason: '' });
  const start = freeze(place, join(directory, 'start'));
  const crashes: [string, Place][] = [];
  const failpoint = (step: string): void =>
    void crashes.push([step, freeze(place, join(directory, `crash-${crashes.length}`))]);
  transact(place.root, place.state, opsTo(place, 3), { runId: '', reason: '', failpoint });
  return { steps: crashes.map(([step]) => step), start, crashes };
}
