/** Nights of the simulator, and what makes its findings worth something. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { DELIBERATE_FAULTS } from '../../simulator/deliberate-faults.js';
import { FAULT_KINDS, FILE_OPERATIONS } from '../../simulator/faults.js';
import { writeStory } from '../../simulator/write-story.js';

t.setTimeout(600_000);

const SIMULATOR = fileURLToPath(new URL('../../simulator/main.js', import.meta.url));

function simulate(...words: readonly string[]): { readonly status: number; readonly text: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [SIMULATOR, ...words], {
    encoding: 'utf8',
  });
  return { status: status ?? 1, text: `${stdout}${stderr}` };
}

/** `SIMULATOR_NIGHTS=20` for a longer run. */
const NIGHTS = Number(process.env['SIMULATOR_NIGHTS'] ?? 12);
const played = simulate('--nights', String(NIGHTS), '--seed', '1', '--jobs', '2', '--verbose');
const traceOf = (seed: number, text: string): string | undefined =>
  text.match(new RegExp(`^seed ${seed}: [0-9a-f]+$`, 'm'))?.[0];

t.test(`no invariant fails in ${NIGHTS} nights`, async (t) => {
  t.equal(played.status, 0, played.text);
});

const SEEDS = Array.from({ length: 400 }, (_, i) => i + 1);

const passesOf = (seed: number) =>
  writeStory(seed).events.flatMap((event) => (event.kind === 'pass' ? [event] : []));

t.test('the stories have every kind of fault at every operation, and passes side by side', (t) => {
  const passes = SEEDS.flatMap(passesOf);
  const faults = new Set(
    passes.flatMap(({ fault }) =>
      fault === undefined ? [] : [`${fault.kind} ${fault.operation}`],
    ),
  );
  for (const operation of [...FILE_OPERATIONS, 'spawn'])
    for (const kind of FAULT_KINDS)
      t.ok(faults.has(`${kind} ${operation}`), `${kind} ${operation}`);
  t.strictSame([...new Set(passes.map(({ beside = [] }) => beside.length))].sort(), [0, 1, 2]);
  t.end();
});

t.test('the same seed gives the same story and the same night', async (t) => {
  const seed = SEEDS.find((seed) => passesOf(seed).some(({ beside }) => beside !== undefined)) ?? 0;
  t.strictSame(writeStory(seed), writeStory(seed));
  t.ok(seed <= NIGHTS, `${seed}`);
  for (const one of [seed, seed + 1]) {
    const first = traceOf(one, played.text);
    t.ok(first);
    t.equal(
      traceOf(one, simulate('--seed', String(one), '--nights', '1', '--verbose').text),
      first,
    );
  }
});

t.test('each fault that is put back on purpose still applies to the code', async (t) => {
  for (const { name, file, find } of DELIBERATE_FAULTS) {
    const text = readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8');
    t.equal(text.split(find).length - 1, 1, `${name}: ${file}`);
  }
});
