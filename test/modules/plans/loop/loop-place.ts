/** A workspace with one step that has a metric, and passes for it until its plan is over. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { isOver } from '../../../../src/modules/plans/engine/ready-steps.js';
import { loopFolder, readRecord } from '../../../../src/modules/plans/loop/loop-record.js';
import { type Loop, readLoop } from '../../../../src/modules/plans/loop/loop-state.js';
import { module } from '../../../../src/modules/plans/module.js';
import type { Plan } from '../../../../src/modules/plans/types.js';
import type { PassReport } from '../../../../src/passes/pass-facts.js';
import { worker } from '../../../../src/passes/worker/worker.js';
import { environment, type Place } from '../../../passes/pass-workspace.js';
import { placeWithPlan, planOf, planPage } from '../run/plan-place.js';

/** An agent that knows from its brief how often was tried, and calls `tries[number]`. */
export function agentThat(...tries: readonly string[]): string {
  return `import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
const brief = readFileSync(0, 'utf8');
const attempt = [...brief.matchAll(/^- \\d+: .* —/gm)].length;
const tries = [${tries.map((text) => `() => { ${text} }`).join(', ')}];
const write = (path, text) => { mkdirSync('src', { recursive: true }); writeFileSync(path, text); };
const read = (path) => readFileSync(path, 'utf8');
(tries[attempt] ?? tries.at(-1))();
console.log('\`\`\`nocturne-report\\nsummary: try number ' + (attempt + 1) + '\\n\`\`\`');
`;
}

/** Prints the value of the expression in `src/value.txt`. */
const SCORE = `import { readFileSync } from 'node:fs';
console.log('measuring');
console.log(eval(readFileSync('src/value.txt', 'utf8')));
`;

/** The same for sums of whole numbers, without the time that Node.js takes to start. */
export const BY_SHELL = { command: ['sh', 'bench/score.sh'] };
const SHELL_SCORE = 'echo measuring\necho $(($(cat src/value.txt)))\n';

/** The step `faster`, and `others`. @param metric as PLAN.md has it. */
export function placeWithLoop(
  directory: string,
  agent: string,
  options: {
    readonly metric?: Readonly<Record<string, unknown>>;
    readonly value?: string;
    readonly writes?: readonly string[];
    readonly files?: Readonly<Record<string, string>>;
    readonly others?: readonly Readonly<Record<string, unknown>>[];
    readonly status?: string;
    readonly needs?: readonly string[];
  } = {},
): Place {
  const step = {
    id: 'faster',
    title: 'Faster',
    objective: 'Raise the value.',
    needs: options.needs ?? [],
    writes: options.writes ?? ['src/**', 'bench/**'],
    criteria: [{ file_exists: 'src/value.txt' }],
    metric: {
      command: ['node', 'bench/score.mjs'],
      direction: 'higher',
      attempts: 3,
      files: ['bench/**'],
      repeats: 7,
      ...options.metric,
    },
  };
  return placeWithPlan(
    directory,
    planPage(stringify([step, ...(options.others ?? [])]), options.status),
    {
      agent,
      files: {
        'PROJECTS/pages/src/value.txt': options.value ?? '10',
        'PROJECTS/pages/bench/score.mjs': SCORE,
        'PROJECTS/pages/bench/score.sh': SHELL_SCORE,
        ...options.files,
      },
    },
  );
}

export const PLACE = { project: 'pages', step: 'faster' };

export function loopIn({ workspace: { state } }: Place): Loop {
  const loop = readLoop(readRecord({ state, ...PLACE }));
  if (loop === undefined) throw new Error('no loop');
  return loop;
}

export function passIn(place: Place): Promise<PassReport> {
  return worker(environment(place, { modules: [module] }), { role: 'worker', onlyUnits: true });
}

export async function runPlan(place: Place): Promise<Plan> {
  for (let passes = 0; passes < 30 && !isOver(planOf(place)); passes++) await passIn(place);
  return planOf(place);
}

/** Runs whose files are kept. */
export function onDisk({ workspace: { state } }: Place): readonly string[] {
  return readdirSync(loopFolder({ state, ...PLACE })).filter((name) => name !== 'record.jsonl');
}

export function keptText({ workspace: { state } }: Place, runId = '', path = ''): string {
  const folder = join(loopFolder({ state, ...PLACE }), runId, 'files/PROJECTS/pages');
  return readFileSync(join(folder, path), 'utf8');
}

/** What of the project is in the workspace now. */
export function projectText({ root }: Place, path: string): string {
  return readFileSync(join(root, 'PROJECTS/pages', path), 'utf8');
}
