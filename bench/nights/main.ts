/**
 * `npm run bench:nights [-- --nights 200 --seed 1 --verbose]`: ten kinds of agent on six kinds of
 * project, counted by the script's own truth. Exits with 1 if an invariant failed.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { installMachine } from '../../simulator/machine.js';
import { checkNight } from './check.js';
import { planOf } from './plan.js';
import { type PlayedNight, playNight } from './play.js';
import { agentTable, tally } from './tally.js';

const { values } = parseArgs({
  options: {
    nights: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
    step: { type: 'string', default: '1' },
    passes: { type: 'string' },
    'manager-every': { type: 'string', default: '5' },
    verbose: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
const [first, count, step] = [values.seed, values.nights, values.step].map(Number) as [
  number,
  number,
  number,
];
installMachine();
const memory = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
const scratch = mkdtempSync(join(memory, 'nocturne-agents-'));
const nights: PlayedNight[] = [];
const violations: string[] = [];
for (let seed = first; seed < first + count * step; seed += step) {
  const plan = planOf(seed, {
    managerEvery: Number(values['manager-every']),
    passes: values.passes === undefined ? undefined : Number(values.passes),
  });
  const night = await playNight(join(scratch, 'night'), plan);
  nights.push(night);
  const found = checkNight(night).map((text) => `night ${seed}: ${text}`);
  violations.push(...found);
  if (values.json) console.log(JSON.stringify({ ...night, briefings: [], found }));
  if (values.verbose) tell(night);
}
rmSync(scratch, { recursive: true, force: true });
for (const [name, value] of Object.entries(tally(nights))) console.log(`${name}: ${value}`);
console.log(`\n${agentTable(nights)}\n`);
console.log(violations.length === 0 ? 'Every invariant held.' : violations.join('\n'));
if (violations.length > 0) process.exitCode = 1;

function tell({ plan, passes, managers, briefings, done }: PlayedNight): void {
  console.log(JSON.stringify(plan));
  for (const pass of passes) console.log(JSON.stringify(pass));
  console.log(JSON.stringify({ managers, done }));
  console.log(briefings.join('\n----\n'));
}
