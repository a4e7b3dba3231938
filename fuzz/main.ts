/**
 * `npm run fuzz [-- --seconds 120 --lines N --seed S]`: makes commands, and compares what the guard
 * judged with what our executor and bash do. Exits with 1 if they differ.
 */
import { parseArgs } from 'node:util';
import { openChecker, whyNot } from './checker.js';
import { fuzz } from './fuzz.js';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '120' },
    lines: { type: 'string', default: '0' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    workers: { type: 'string', default: '2' },
  },
});
const why = whyNot();
if (why !== undefined) {
  console.error(why);
  process.exit(2);
}
const started = performance.now();
const checkers = Array.from({ length: Number(values.workers) }, openChecker);
const lines = Number(values.lines);
const result = await fuzz(checkers, {
  seed: Number(values.seed),
  executed: lines > 0 ? lines : Number.POSITIVE_INFINITY,
  until: lines > 0 ? Number.POSITIVE_INFINITY : started + Number(values.seconds) * 1000,
  say: (text) => console.log(text),
});
for (const checker of checkers) checker.close();
const seconds = ((performance.now() - started) / 1000).toFixed(0);
console.log(
  `seed ${values.seed}: ${result.made} lines, ${result.executed} of them allowed and executed three ways, ${result.different} different, ${seconds} s`,
);
process.exitCode = result.different > 0 ? 1 : 0;
