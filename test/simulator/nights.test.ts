/** Twenty nights of the simulator, and what makes its findings worth something. */
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

t.test('no invariant fails in 20 nights', async (t) => {
  const words = ['--nights', '20', '--seed', '1', '--jobs', '2'];
  const { status, text } = simulate(...words);
  t.equal(status, 0, text);
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
  const traces = [1, 2].map(() => {
    const { text } = simulate('--nights', '2', '--seed', String(seed), '--verbose');
    return text.match(/^seed \d+: [0-9a-f]+$/gm);
  });
  t.equal(traces[0]?.length, 2);
  t.strictSame(traces[0], traces[1]);
});

t.test('each fault that is put back on purpose still applies to the code', async (t) => {
  for (const { name, file, find } of DELIBERATE_FAULTS) {
    const text = readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8');
    t.equal(text.split(find).length - 1, 1, `${name}: ${file}`);
  }
});
