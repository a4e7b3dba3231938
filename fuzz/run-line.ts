/** What a line does: with our executor, and with bash. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { ProgramsRunner } from '../src/governance/conditions/command-runner.js';
import { runPrograms } from '../src/governance/conditions/run-programs.js';
import type { Step } from '../src/governance/guard/shell-types.js';
import { runSteps } from '../src/passes/run-command.js';
import { FOLDER, HOME, PRINTED, printedBy, RECORDS, WORLDS, workspaceOf } from './places.js';
import { readStarts, type Start } from './programs.js';
import { readWorld, type World } from './world.js';

export type Ran = World & {
  readonly starts: readonly Start[];
  readonly printed: string;
  readonly exit: string;
};

export async function runOurs(index: number, steps: readonly Step[]): Promise<Ran> {
  let printed = '';
  const run: ProgramsRunner = async (programs, limits) => {
    const result = await runPrograms(programs, limits);
    if (result.kind === 'ended') printed += result.stdout;
    return result;
  };
  const { text } = await runSteps(run, steps, { root: workspaceOf(index), signal: undefined });
  const exit = /\[exit (\d+|by a signal)\]$/.exec(text)?.[1] ?? text;
  return seen(index, printed, exit);
}

/** One bash reads every line, each in a process of its own: to start bash takes longer than a line. */
const BATCH = `mapfile -d '' -t LINES < ${HOME}/lines
for INDEX in "\${!LINES[@]}"; do
  cd ${WORLDS}/$INDEX/ws/${FOLDER} || exit 9
  ( eval "\${LINES[INDEX]}" ) < /dev/null > ${PRINTED}/$INDEX
  echo $? > ${PRINTED}/$INDEX.exit
done
`;
const LONGEST_BATCH_MS = 600_000;

/** @param lines in the order of their worlds. */
export function runInBash(lines: readonly string[]): readonly Ran[] {
  writeFileSync(`${HOME}/lines`, lines.map((line) => `${line}\0`).join(''));
  spawnSync('/bin/bash', ['-c', BATCH], { stdio: 'ignore', timeout: LONGEST_BATCH_MS });
  return lines.map((_, index) => {
    const { output, exit } = printedBy(index);
    return seen(index, textOf(output), textOf(exit).trim() || 'never ended');
  });
}

function seen(index: number, printed: string, exit: string): Ran {
  return {
    starts: readStarts(textOf(`${RECORDS}/${index}`)),
    printed,
    exit,
    ...readWorld(`${WORLDS}/${index}`),
  };
}

function textOf(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}
