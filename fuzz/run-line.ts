/** What a line does: with our executor, and with bash. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { ProgramsRunner } from '../src/governance/conditions/command-runner.js';
import { runPrograms } from '../src/governance/conditions/run-programs.js';
import type { Step } from '../src/governance/guard/shell-types.js';
import { runSteps } from '../src/passes/run-command.js';
import { FOLDER, HOME, PRINTED, printedBy, RECORDS, WORLDS, workspaceOf } from './places.js';
import { readStarts, type Start } from './programs.js';
import { readTree, type Tree } from './world.js';

export type Ran = {
  readonly starts: readonly Start[];
  readonly printed: string;
  readonly exit: string;
  readonly tree: Tree;
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

const BATCH = `mapfile -d '' -t lines < ${HOME}/lines
for index in "\${!lines[@]}"; do
  [ -n "\${lines[index]}" ] || continue
  cd ${WORLDS}/$index/ws/${FOLDER} || exit 9
  /bin/bash -c "\${lines[index]}" < /dev/null > ${PRINTED}/$index 2> ${PRINTED}/$index.errors
  echo $? > ${PRINTED}/$index.exit
done
`;
const LONGEST_BATCH_MS = 60_000;

/** @param lines by world; those without one are left as they are. */
export function runInBash(lines: ReadonlyMap<number, string>): ReadonlyMap<number, Ran> {
  const last = Math.max(-1, ...lines.keys());
  const all = Array.from({ length: last + 1 }, (_, index) => lines.get(index) ?? '');
  writeFileSync(`${HOME}/lines`, all.map((line) => `${line}\0`).join(''));
  spawnSync('/bin/bash', ['-c', BATCH], { stdio: 'ignore', timeout: LONGEST_BATCH_MS });
  return new Map(
    [...lines.keys()].map((index) => {
      const { output, exit } = printedBy(index);
      return [index, seen(index, textOf(output), textOf(exit).trim() || 'never ended')];
    }),
  );
}

function seen(index: number, printed: string, exit: string): Ran {
  return {
    starts: readStarts(textOf(`${RECORDS}/${index}`)),
    printed,
    exit,
    tree: readTree(`${WORLDS}/${index}`),
  };
}

function textOf(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}
