/** A draft of a plan for the pages: programs, a question, a step with measured attempts. */
import { LoopRecord } from '../../../src/modules/plans/loop/loop-record.js';
import { PLACE, placeWithLoop } from '../../modules/plans/loop/loop-place.js';
import { simulate } from '../../modules/plans/loop/simulated-loop.js';
import type { Place } from '../../passes/pass-workspace.js';

const SCORES = [10, 12, 9, 15];

const STEPS = [
  {
    id: 'names',
    title: 'Collect the names',
    run: 'command',
    command: ['sh', '-c', 'mkdir -p outputs; echo rivers > outputs/names.txt'],
    produces: ['outputs/names.txt'],
  },
  {
    id: 'count',
    title: 'Count the names',
    run: 'command',
    command: ['sh', '-c', 'wc -w < outputs/names.txt > outputs/count.txt'],
    consumes: ['outputs/names.txt'],
    produces: ['outputs/count.txt'],
  },
  {
    id: 'check',
    title: 'Check the number',
    run: 'command',
    command: ['sh', '-c', 'test "$(cat outputs/count.txt)" -gt 3'],
    consumes: ['outputs/count.txt'],
  },
  { id: 'look', title: 'Look at it', run: 'human', needs: ['names'], question: 'Is it good?' },
  {
    id: 'publish',
    title: 'Publish it',
    run: 'command',
    command: ['true'],
    needs: ['check', 'look'],
  },
];

/** @param status of PLAN.md. */
export function placeForPages(directory: string, status = 'draft'): Place {
  const place = placeWithLoop(directory, '', { others: STEPS, status, needs: ['look'] });
  const settings = {
    metric: { direction: 'higher', attempts: 3, repeats: 7 },
    budget: {},
  } as const;
  const noise = [0, 0.3, -0.2, 0.1];
  let turn = 0;
  const { rows } = simulate(
    settings,
    (state) => (SCORES[state] ?? 0) + (noise[turn++ % noise.length] ?? 0),
  );
  const record = new LoopRecord({ state: place.workspace.state, ...PLACE });
  for (const row of rows)
    record.append(row.kind === 'attempted' ? { ...row, tried: `Tried ${row.attempt}` } : row);
  record.close();
  return place;
}
