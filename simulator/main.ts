/** `npm run simulate`: plays nights, and prints the shortest story of each that fails. */
import { fork } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { probeSandbox } from '../src/agents/sandbox-probe.js';
import { installMachine } from './machine.js';
import { type Night, playNight } from './night.js';
import { makePlace } from './place.js';
import { invariantOf, shrink } from './shrink.js';
import { describeEvent, type Story } from './story.js';
import { writeStory } from './write-story.js';

const { values } = parseArgs({
  options: {
    nights: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
    jobs: { type: 'string', default: '1' },
    step: { type: 'string', default: '1' },
    shrink: { type: 'string', default: '100' },
    'until-failure': { type: 'boolean', default: false },
    except: { type: 'string', default: '' },
    verbose: { type: 'boolean', default: false },
  },
});
const [nights, seed, jobs, step] = [values.nights, values.seed, values.jobs, values.step].map(
  Number,
) as [number, number, number, number];
const begun = process.hrtime.bigint();

process.exitCode = jobs > 1 ? await inProcesses() : await inThisProcess();

/** Each process plays every `jobs`-th night. */
async function inProcesses(): Promise<number> {
  const codes = await Promise.all(
    Array.from({ length: jobs }, (_, job) => {
      const words = [
        '--seed',
        seed + job,
        '--nights',
        Math.ceil((nights - job) / jobs),
        '--step',
        jobs,
        '--shrink',
        values.shrink,
        '--except',
        values.except,
        ...(values.verbose ? ['--verbose'] : []),
      ];
      const child = fork(fileURLToPath(import.meta.url), words.map(String), { stdio: 'inherit' });
      return new Promise<number>((done) => child.on('close', (code) => done(code ?? 1)));
    }),
  );
  const failed = Math.max(...codes);
  console.log(
    `${nights} nights in ${seconds()} s: ${failed === 0 ? 'no invariant failed' : 'FAILED'}`,
  );
  return failed;
}

async function inThisProcess(): Promise<number> {
  const memory = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
  const scratch = mkdtempSync(join(memory, 'nocturne-nights-'));
  try {
    return await playAll(scratch);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function playAll(scratch: string): Promise<number> {
  // What is loaded or tried for the first time takes real time, and passes side by side would see it.
  await Promise.all([
    import('../src/validate/cached-facts.js'),
    import('../src/validate/validate-snapshot.js'),
    probeSandbox(process.env['PATH']),
  ]);
  installMachine();
  const fresh = makePlace(scratch);
  const play = (story: Story): Promise<Night> => playNight(fresh(), scratch, story);
  let [passes, failed] = [0, 0];
  for (let i = 0; i < nights; i++) {
    if (values.except.split(',').includes(String(seed + i * step))) continue;
    const story = writeStory(seed + i * step);
    if (values.verbose) console.log(story.events.map(describeEvent).join('\n'));
    const night = await play(story);
    passes += night.passes;
    if (values.verbose) console.log(`seed ${story.seed}: ${night.trace.slice(0, 16)}`);
    if (night.violations.length === 0) continue;
    failed++;
    await tell(story, night, play);
    if (values['until-failure']) break;
  }
  console.log(
    `${nights} nights from seed ${seed}: ${passes} passes in ${seconds()} s, ${failed} nights failed`,
  );
  return failed === 0 ? 0 : 1;
}

async function tell(
  story: Story,
  { violations }: Night,
  play: (story: Story) => Promise<Night>,
): Promise<void> {
  const invariants = new Set(violations.map(invariantOf));
  const fails = async (shorter: Story): Promise<boolean> =>
    (await play(shorter)).violations.some((violation) => invariants.has(invariantOf(violation)));
  const shortest = await shrink(story, { fails, most: Number(values.shrink) });
  const last = await play(shortest);
  const lines = [
    `FAILED: seed ${story.seed} (npm run simulate -- --nights 1 --seed ${story.seed})`,
    ...violations.map((violation) => `  ${violation}`),
    'The shortest story that fails:',
    ...shortest.events.map((event, i) => `  ${i + 1}. ${describeEvent(event)}`),
    '  and in the morning a manager pass',
    ...last.violations.map((violation) => `  ${violation}`),
  ];
  console.log(lines.join('\n'));
}

function seconds(): string {
  return (Number(process.hrtime.bigint() - begun) / 1e9).toFixed(1);
}
