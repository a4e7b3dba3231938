/**
 * A shipped template runs to its end: with every step done, and with each step failing in turn, as
 * its policy says. `TEMPLATE=team-deploy` runs that one only.
 */
import { spawnSync } from 'node:child_process';
import t, { type Test } from 'tap';
import { graphOf } from '../../../../src/modules/plans/engine/graph.js';
import type { Plan, StepDefinition } from '../../../../src/modules/plans/types.js';
import { type Team, TeamAtWork } from './scripted-team.js';

t.setTimeout(3_600_000);

const hasSandbox = spawnSync('bwrap', ['--version']).error === undefined;
const skip = !hasSandbox && 'bubblewrap is not installed';

const only = process.env['TEMPLATE'];

/** @param fewer values for the runs in which a step fails, where the template repeats steps. */
export function runsToItsEnd(team: Team, fewer: Team['vars'] = {}): void {
  if (only !== undefined && team.template !== only) return;
  t.test(team.template, { skip }, async (t) => {
    const work = new TeamAtWork(t.testdir(), team, (step) => step);
    do await work.work();
    while (work.answer(() => 'yes') > 0);
    const { plan } = work;
    t.equal(plan.status, 'done', JSON.stringify([...plan.steps]));
    t.same(
      [...plan.steps].filter(([, { state }]) => state !== 'proved'),
      [],
    );
    work.close();
    const short = { ...team, vars: { ...team.vars, ...fewer } };
    for (const id of stepsOf(t.testdir(), short))
      await t.test(`${id} fails`, (t) => fails(t, short, id));
  });
}

function stepsOf(directory: string, team: Team): readonly string[] {
  const work = new TeamAtWork(directory, team, (step) => step);
  const ids = work.plan.definitions.map(({ id }) => id);
  work.close();
  return ids;
}

async function fails(t: Test, team: Team, id: string): Promise<void> {
  // Who gets what a role could not do is tested elsewhere: this is what the policy says.
  const alone = (step: StepDefinition): StepDefinition => ({ escalate: 'none', ...step });
  const work = new TeamAtWork(t.testdir(), team, (step) =>
    alone(step.id === id ? badly(step) : step),
  );
  const { definitions, policy } = work.plan;
  // A step that has failed may be a question, which nobody answers either.
  do await work.work();
  while (work.answer((step) => (step === id ? 'nothing' : 'yes')) > 0);
  const { plan } = work;
  t.equal(plan.status, statusAfter(definitions, policy, id), JSON.stringify([...plan.steps]));
  t.equal(plan.steps.get(id)?.state, 'failed');
  const dependants = dependantsOf(definitions, id);
  for (const [step, { state }] of plan.steps)
    if (dependants.has(step)) t.equal(state, 'blocked', `${step} waits for ${id}`);
    else if (step !== id && policy === 'continue_best_effort' && !step.includes('-recovery'))
      t.equal(state, 'proved', `${step} goes on without ${id}`);
  for (const step of [id, ...dependants]) t.match(work.why(step), /^[^\n]+[.?]$/, `why ${step}`);
  work.close();
}

/** It proves nothing, the first time and the last. */
function badly(step: StepDefinition): StepDefinition {
  switch (step.run) {
    case 'command':
      return { ...step, command: ['false'], retries: 0 };
    case 'human':
      return step;
    default:
      return { ...step, objective: `${step.objective} IDLE`, retries: 0 };
  }
}

function statusAfter(
  definitions: readonly StepDefinition[],
  policy: Plan['policy'],
  id: string,
): Plan['status'] {
  if (policy === 'continue_best_effort') return 'failed';
  const hit = new Set([id, ...dependantsOf(definitions, id)]);
  const isCritical = definitions.some((step) => hit.has(step.id) && step.critical);
  return policy === 'abort_on_first_fail' || isCritical ? 'aborted' : 'failed';
}

/** Directly or through others. */
function dependantsOf(definitions: readonly StepDefinition[], id: string): ReadonlySet<string> {
  const { needs, order } = graphOf(definitions);
  const found = new Set<string>();
  for (const step of order)
    if (needs.get(step)?.some((need) => need === id || found.has(need)) === true) found.add(step);
  return found;
}
