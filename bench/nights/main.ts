/** `npm run bench:nights`: ten kinds of agent on six kinds of project, judged by the script's own truth. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { installMachine } from '../../simulator/machine.js';
import { randomFrom } from '../../simulator/random.js';
import { NAMES } from './characters.js';
import { checkNight } from './check.js';
import { type NightPlan, type PlayedNight, playNight } from './play.js';
import { byCharacter, tally } from './tally.js';
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
const [first, count] = [Number(values.seed), Number(values.nights)];
const nights: PlayedNight[] = [];
const violations: string[] = [];
for (let seed = first; seed < first + count; seed++) {
  const night = await playNight(join(scratch, 'night'), planOf(seed));
  nights.push(night);
  const found = checkNight(night);
  violations.push(...found.map((text) => `night ${seed}: ${text}`));
  if (values.verbose) tell(night);
}
rmSync(scratch, { recursive: true, force: true });
const { nights: played, ...numbers } = tally(nights);
console.log(`${played} nights from seed ${first}`);
for (const [name, value] of Object.entries(numbers)) console.log(`${name}: ${value}`);
console.log(
  `\n| Agent | Passes | With progress | STRONG | ADEQUATE | WEAK | FAIL | Tokens |\n|---|---|---|---|---|---|---|---|\n${byCharacter(nights).join('\n')}`,
);
console.log(violations.length === 0 ? '\nEvery invariant held.' : `\n${violations.join('\n')}`);
if (violations.length > 0) process.exitCode = 1;

function tell(night: PlayedNight): void {
  console.log(JSON.stringify(night.plan));
  for (const pass of night.passes) console.log(JSON.stringify(pass));
  console.log(night.managers, night.done);
  console.log(night.briefings.join('\n----\n'));
}

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
