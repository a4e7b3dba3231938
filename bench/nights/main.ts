/** `npm run bench:nights`: ten kinds of agent on six kinds of project, judged by the script's own truth. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { installMachine } from '../../simulator/machine.js';
import { randomFrom } from '../../simulator/random.js';
import { NAMES } from './characters.js';
import { type NightPlan, playNight } from './play.js';
import { KINDS } from './work.js';

const { values } = parseArgs({
  options: {
    nights: { type: 'string', default: '12' },
    seed: { type: 'string', default: '1' },
    verbose: { type: 'boolean', default: false },
  },
});
installMachine();
const memory = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
const scratch = mkdtempSync(join(memory, 'nocturne-agents-'));
for (let i = 0; i < Number(values.nights); i++) {
  const night = await playNight(join(scratch, 'night'), planOf(Number(values.seed) + i));
  console.log(JSON.stringify(night.plan));
  for (const pass of night.passes) console.log(JSON.stringify(pass));
  console.log(night.managers, night.done, night.error);
  if (values.verbose) console.log(night.briefings.join('\n----\n'));
}
rmSync(scratch, { recursive: true, force: true });

function planOf(seed: number): NightPlan {
  const random = randomFrom(seed * 7919);
  const count = 2 + random.below(2);
  return {
    seed,
    passes: 6 + random.below(3),
    managerEvery: 5,
    cast: Array.from({ length: count }, (_, i) => {
      const kind = KINDS[(seed + i) % KINDS.length] ?? 'survey';
      const character = NAMES[(seed * 3 + i * 7) % NAMES.length] ?? 'diligent';
      return { slug: `${kind}-${i}`, kind, character };
    }),
  };
}
