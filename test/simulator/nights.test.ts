/** Twenty nights of the simulator, and what makes its findings worth something. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { DELIBERATE_FAULTS } from '../../simulator/deliberate-faults.js';
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
  const { status, text } = simulate('--nights', '20', '--seed', '1', '--jobs', '2');
  t.equal(status, 0, text);
});

t.test('the same seed gives the same story and the same night', async (t) => {
  t.strictSame(writeStory(7), writeStory(7));
  const traces = [1, 2].map(() => {
    const { text } = simulate('--nights', '2', '--seed', '7', '--verbose');
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
