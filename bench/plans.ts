/** The engine of plans: one transition at 300 steps, and the waves of 10,000. */
import { graphOf } from '../src/modules/plans/engine/graph.js';
import { newPlan } from '../src/modules/plans/engine/new-plan.js';
import { readySteps } from '../src/modules/plans/engine/ready-steps.js';
import { reduce } from '../src/modules/plans/engine/reduce.js';
import type { Plan, PlanEvent, StepDefinition } from '../src/modules/plans/types.js';
import { byTurns, timeOf } from './measure.js';
import { type Bench, type Result, ms } from './result.js';

const STEPS = 300;
const MANY = 10_000;
/** As many as the compiler needs to be warm. */
const EDITS = 201;
const TRANSITION_MS = 2;
const WAVES_MS = 50;
const TIME = '2026-11-21T01:00:00Z';

export const plans: Bench = {
  name: 'plans',
  async run() {
    const many = makeSteps(MANY);
    const [waves = 0] = await byTurns([() => timeOf(() => void graphOf([...many]))], 21);
    const { median, worst, events } = playThrough();
    const { edit } = await timeOfEdit();
    return [
      result(`plan, a transition at ${STEPS} steps`, median, TRANSITION_MS, `${events} events`),
      result('plan, its slowest transition', worst, undefined, 'the same events'),
      result(`plan, an edit at ${STEPS} steps`, edit, TRANSITION_MS, 'every step read afresh'),
      result(`plan, waves of ${MANY} steps`, waves, WAVES_MS, '3 needs each'),
    ];
  },
};

function result(name: string, figure: number, limit: number | undefined, against: string): Result {
  return {
    name,
    figure: ms(figure),
    against,
    ratio: '-',
    limit: limit === undefined ? '-' : `<= ${limit} ms`,
    met: limit === undefined ? undefined : figure <= limit,
  };
}

/** Every step of a plan starts and is proved, one after the other. */
function playThrough(): {
  readonly median: number;
  readonly worst: number;
  readonly events: number;
} {
  const durations: number[] = [];
  // The first plans warm the compiler up.
  for (let round = 0; round < 3; round++) {
    durations.length = 0;
    let plan = started();
    const happens = (event: PlanEvent): void => {
      const begun = performance.now();
      plan = reduce(plan, event).plan;
      durations.push(performance.now() - begun);
    };
    for (;;) {
      const [step] = readySteps(plan, TIME);
      if (step === undefined) break;
      happens({ kind: 'started', time: TIME, step, runId: step, consumed: {} });
      happens({
        kind: 'proved',
        time: TIME,
        step,
        runId: step,
        produced: { [`${step}.md`]: step },
      });
    }
    if (plan.status !== 'done') throw new Error(`the plan is ${plan.status}`);
  }
  const sorted = durations.toSorted((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
  return { median, worst: sorted.at(-1) ?? 0, events: sorted.length };
}

async function timeOfEdit(): Promise<{ readonly edit: number }> {
  const plan = started();
  const editions = Array.from({ length: EDITS }, (_, i) =>
    makeSteps(STEPS).map((step, j) => (j === i ? { ...step, objective: 'Another.' } : step)),
  );
  let next = 0;
  const [edit = 0] = await byTurns(
    [
      () => {
        const definitions = editions[next++ % editions.length] ?? [];
        return timeOf(() => void reduce(plan, { kind: 'edited', time: TIME, definitions }));
      },
    ],
    EDITS,
  );
  return { edit };
}

function started(): Plan {
  const draft = newPlan(
    {
      project: 'p',
      title: 'P',
      template: '',
      policy: 'continue_best_effort',
      definitions: makeSteps(STEPS),
    },
    TIME,
  );
  return reduce(draft, { kind: 'approved', time: TIME }).plan;
}

function makeSteps(count: number): readonly StepDefinition[] {
  return Array.from({ length: count }, (_, i): StepDefinition => {
    const needs = [1, 7, 31].map((distance) => i - distance).filter((number) => number >= 0);
    return {
      id: `s${i}`,
      title: `Step ${i}`,
      objective: `Do ${i}.`,
      needs: needs.map((number) => `s${number}`),
      run: 'runner',
      writes: [`out/s${i}.md`],
      produces: [`out/s${i}.md`],
      consumes: needs.slice(0, 1).map((number) => `out/s${number}.md`),
      criteria: [{ exists: `out/s${i}.md` }],
      budget: { minutes: 10 },
      retries: 1,
      critical: false,
      repeatable: true,
    };
  });
}
