/**
 * `npm run simulate:faults`: puts each deliberate fault into a copy of the build, and plays nights
 * until one fails. Exits with 1 if a fault is not found. Arguments: the most nights (60), and words
 * of the faults to look for.
 */
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformSync } from 'esbuild';
import { DELIBERATE_FAULTS, type DeliberateFault } from './deliberate-faults.js';

const REPOSITORY = fileURLToPath(new URL('../../', import.meta.url));
const [nights = '60', words = ''] = process.argv.slice(2);
const MOST_NIGHTS = Number(nights);
const FAULTS = DELIBERATE_FAULTS.filter(({ name }) => name.includes(words));

const scratch = mkdtempSync(join(tmpdir(), 'nocturne-faults-'));
try {
  for (const name of readdirSync(REPOSITORY).filter((name) => name !== '.git')) {
    const [from, to] = [join(REPOSITORY, name), join(scratch, name)];
    if (name === 'node_modules') symlinkSync(from, to);
    else cpSync(from, to, { recursive: true });
  }
  const missed = FAULTS.filter((fault) => !isFound(fault));
  console.log(`${FAULTS.length - missed.length} of ${FAULTS.length} faults found`);
  process.exitCode = missed.length === 0 ? 0 : 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

function isFound(fault: DeliberateFault): boolean {
  const compiled = join(scratch, 'dist', fault.file.replace(/\.ts$/, '.js'));
  const sound = readFileSync(compiled);
  writeFileSync(compiled, compile(fault));
  const text = play(fault.seed, MOST_NIGHTS);
  writeFileSync(compiled, sound);
  const [, seed, violation = ''] = /^FAILED: seed (\d+).*\n(.*)/m.exec(text) ?? [];
  if (seed === undefined) {
    console.log(`MISSED ${fault.name}\n${text}`);
    return false;
  }
  if (/^FAILED/m.test(play(Number(seed), 1)))
    throw new Error(`seed ${seed} fails without "${fault.name}"`);
  const nights = Number(seed) - fault.seed + 1;
  console.log(
    `found  ${fault.name} (night ${nights}, seed ${seed})\n     ${violation.slice(0, 200)}`,
  );
  return true;
}

/** @returns what the simulator of the copy prints. @throws if it does not come to an end. */
function play(seed: number, nights: number): string {
  const words = ['--nights', nights, '--seed', seed, '--shrink', 0, '--until-failure'];
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [join(scratch, 'dist/simulator/main.js'), ...words.map(String)],
    { encoding: 'utf8' },
  );
  if (!/\d+ nights failed$/m.test(stdout)) throw new Error(`the simulator broke down: ${stderr}`);
  return stdout;
}

/** @throws if the text to replace is not in the file exactly once. */
function compile({ name, file, find, replace }: DeliberateFault): string {
  const parts = readFileSync(join(REPOSITORY, file), 'utf8').split(find);
  if (parts.length !== 2)
    throw new Error(`"${name}" no longer applies: ${file} has its text ${parts.length - 1} times`);
  return transformSync(parts.join(replace), { loader: 'ts', format: 'esm', target: 'node20' }).code;
}
