/**
 * `plan run`: programs of a plan four at a time, compared with a bare pool of the same processes;
 * and what one transition of a plan costs on the disk.
 */
import { spawn } from 'node:child_process';
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { advance } from '../src/modules/plans/page/advance.js';
import { module } from '../src/modules/plans/module.js';
import { drive } from '../src/modules/plans/run/drive.js';
import type { PlanEvent } from '../src/modules/plans/types.js';
import type { Workspace } from '../src/workspace/types.js';
import { environment } from '../test/passes/pass-workspace.js';
import { placeWithPlan, planOf, planPage } from '../test/modules/plans/run/plan-place.js';
import { byTurns } from './measure.js';
import { atMost, type Bench, ms, type Result, times } from './result.js';

const LANES = 4;
/** Seconds that a program takes, how many there are, and the limit in times of the pool. */
const RATES = [
  { seconds: 30, steps: 8, limit: 1.176 },
  { seconds: 5, steps: 16, limit: 2 },
  { seconds: 1, steps: 24, limit: undefined },
];
const STEPS = 300;
const TRANSITIONS = 21;

export const planRun: Bench = {
  name: 'plan-run',
  async run(directory) {
    const results: Result[] = [await transition(join(directory, 'transition'))];
    for (const rate of RATES) {
      const figure = await timeOfPlan(join(directory, `${rate.seconds}`), rate);
      const floor = await timeOfPool(rate);
      const name = `a plan of ${rate.seconds}-second programs`;
      results.push(
        rate.limit === undefined
          ? {
              name,
              figure: ms(figure),
              against: `a bare pool ${ms(floor)}`,
              ratio: times(figure / floor),
              limit: '-',
              met: undefined,
            }
          : atMost(name, { figure, floor, floorName: 'a bare pool', limit: rate.limit }),
      );
    }
    return results;
  },
};

type Rate = (typeof RATES)[number];

async function timeOfPlan(directory: string, { seconds, steps }: Rate): Promise<number> {
  const place = placeWithPlan(directory, planPage(stepsOf(steps, `sleep ${seconds}`)));
  const wait = (time: number): Promise<void> => new Promise((done) => setTimeout(done, time));
  const env = environment(place, { modules: [module], wait });
  const start = performance.now();
  await drive(env, { project: 'pages', lanes: LANES, most: 1000, pause: () => undefined });
  const taken = performance.now() - start;
  const { status } = planOf(place);
  if (status !== 'done') throw new Error(`the plan is ${status}`);
  place.workspace.close();
  return taken;
}

function stepsOf(count: number, work: string): string {
  return Array.from(
    { length: count },
    (_, i) => `
- id: s${i}
  title: Step ${i}
  run: command
  command: [sh, -c, "${work}; mkdir -p outputs; echo ${i} > outputs/s${i}.txt"]
  produces: [outputs/s${i}.txt]
`,
  ).join('');
}

async function timeOfPool({ seconds, steps }: Rate): Promise<number> {
  let left = steps;
  const lane = async (): Promise<void> => {
    while (left-- > 0)
      await new Promise((done) => spawn('sleep', [`${seconds}`]).once('exit', done));
  };
  const start = performance.now();
  await Promise.all(Array.from({ length: LANES }, lane));
  return performance.now() - start;
}

const FILES = [
  'PROJECTS/pages/PLAN.md',
  'audit/plan-log.jsonl',
  'audit/CHANGE-LOG.md',
  'audit/AUDIT-LOG.md',
];

/** A step starts, and is proved: each with its row in the log and the page. */
async function transition(directory: string): Promise<Result> {
  const { workspace, root } = placeWithPlan(directory, planPage(stepsOf(STEPS, 'true')));
  commitEvents(workspace, []);
  let done = 0;
  const ours = (): number => {
    const step = `s${done >> 1}`;
    const runId = `RUN-20261121-${100 + (done >> 1)}`;
    const time = workspace.snapshot().now.toISOString();
    const event: PlanEvent =
      done++ % 2 === 0
        ? { kind: 'started', time, step, runId, consumed: {} }
        : { kind: 'proved', time, step, runId, produced: {} };
    const start = performance.now();
    commitEvents(workspace, [event]);
    return performance.now() - start;
  };
  const bare = (): number => {
    const contents = FILES.map((file) => readFileSync(join(root, file)));
    const start = performance.now();
    for (const [i, file] of FILES.entries())
      writeBare(join(directory, file.replaceAll('/', '_')), contents[i] ?? Buffer.alloc(0));
    return performance.now() - start;
  };
  const [figure = 0, floor = 0] = await byTurns([ours, bare], TRANSITIONS);
  workspace.close();
  return {
    name: `a transition of a plan of ${STEPS} steps`,
    figure: ms(figure),
    against: `write, fsync, rename ${ms(floor)}`,
    ratio: times(figure / floor),
    limit: '-',
    met: undefined,
  };
}

function commitEvents(workspace: Workspace, events: readonly PlanEvent[]): void {
  workspace.commit([
    (view) => {
      const change = advance(view, 'pages', { events, by: 'bench' })?.change;
      if (change === undefined) throw new Error('nothing changed');
      return { ...change, actor: { kind: 'nocturne', name: 'bench' }, runId: '' };
    },
  ]);
}

function writeBare(path: string, content: Buffer): void {
  const descriptor = openSync(`${path}.new`, 'w');
  writeSync(descriptor, content);
  fsyncSync(descriptor);
  closeSync(descriptor);
  renameSync(`${path}.new`, path);
}
