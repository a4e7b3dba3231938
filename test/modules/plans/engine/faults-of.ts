/** What does not hold of a plan after an event, as sentences. Knows the promises, not the engine. */
import type { Plan, PlanEvent, StepState } from '../../../../src/modules/plans/types.js';

const OPEN: ReadonlySet<StepState> = new Set([
  'waiting',
  'ready',
  'running',
  'review',
  'asked',
  'retry',
]);
const ASKS: ReadonlySet<StepState | undefined> = new Set(['asked', 'review']);
/** Open, and not begun. */
const IDLE: ReadonlySet<StepState> = new Set(['waiting', 'ready', 'retry']);

type Seen = {
  readonly plan: Plan;
  readonly live: ReadonlyMap<string, string>;
  readonly questions: ReadonlySet<string>;
  readonly ownerAborted: boolean;
};

export function faultsOf(seen: Seen, before: Plan, event: PlanEvent): readonly string[] {
  const { plan } = seen;
  return [
    ...endFaults(plan),
    ...blockFaults(plan),
    ...policyFaults(seen, before, event),
    ...heldFaults(seen),
    ...editFaults(plan, before, event),
    ...recoveryFaults(plan, before, event),
  ].map((fault) => `${event.kind}: ${fault}`);
}

function endFaults({ status, steps }: Plan): readonly string[] {
  const open = [...steps].filter(([, { state }]) => OPEN.has(state)).map(([id]) => id);
  const broken = [...steps.values()].some(({ state }) => state === 'failed' || state === 'blocked');
  const over = status === 'done' || status === 'failed' || status === 'aborted';
  const faults: string[] = [];
  if (over && open.length > 0) faults.push(`${status}, but ${open.join(', ')} are open`);
  if (status === 'done' && broken) faults.push('done, but a step is failed or blocked');
  if (status === 'failed' && !broken) faults.push('failed, but no step is');
  if ((status === 'running' || status === 'approved') && open.length === 0)
    faults.push(`${status}, but nothing is open`);
  return faults;
}

/**
 * The needs of each step, and the steps that produce what it consumes. The random plans name files
 * after their steps: `out/s1.md` or `out/s1.*`.
 */
function allNeeds({ definitions }: Plan): readonly { id: string; needs: readonly string[] }[] {
  const producers = new Set(
    definitions.filter(({ produces }) => produces.length > 0).map(({ id }) => id),
  );
  return definitions.map(({ id, needs, consumes }) => {
    const consumed = consumes.map((glob) => /^out\/(\w+)/.exec(glob)?.[1] ?? '');
    return { id, needs: [...needs, ...consumed.filter((step) => producers.has(step))] };
  });
}

/** What waits behind a failure is blocked, and nothing else is. */
function blockFaults(plan: Plan): readonly string[] {
  const { status, steps } = plan;
  if (status === 'aborted') return [];
  const definitions = allNeeds(plan);
  const behind = new Set<string>();
  const failed = (id: string) => steps.get(id)?.state === 'failed';
  for (let grew = true; grew; ) {
    grew = false;
    for (const { id, needs } of definitions) {
      const state = steps.get(id)?.state;
      if (behind.has(id) || state === undefined || !(IDLE.has(state) || state === 'blocked'))
        continue;
      if (!needs.some((need) => failed(need) || behind.has(need))) continue;
      behind.add(id);
      grew = true;
    }
  }
  return [...steps].flatMap(([id, { state }]) => {
    if (behind.has(id) && state !== 'blocked') return [`${id} is ${state} behind a failure`];
    return state === 'blocked' && !behind.has(id) ? [`${id} is blocked by nothing`] : [];
  });
}

function policyFaults(seen: Seen, before: Plan, event: PlanEvent): readonly string[] {
  const { plan } = seen;
  const { policy, status } = plan;
  if (policy === 'continue_best_effort')
    return status === 'aborted' && !seen.ownerAborted ? ['aborted against the policy'] : [];
  if (plan === before || status === 'draft' || before.status === 'aborted') return [];
  if (before.status === 'done' || before.status === 'failed') return [];
  const old = failuresOf(before);
  const fresh = [...failuresOf(plan)].filter((id) => !old.has(id));
  const decisive = fresh.filter(
    (id) => policy === 'abort_on_first_fail' || touchesCritical(plan, id),
  );
  if (decisive.length > 0 && status !== 'aborted')
    return [`${decisive.join(', ')} failed, but the plan is ${status}`];
  const newly = status === 'aborted';
  return newly && fresh.length === 0 && event.kind !== 'aborted' ? ['aborted for nothing'] : [];
}

/** Failed steps that nothing recovers any more. */
function failuresOf({ steps }: Plan): ReadonlySet<string> {
  const recovering = [...steps.values()].filter(({ state }) => OPEN.has(state));
  const failed = [...steps].filter(
    ([id, { state, recovers }]) =>
      state === 'failed' && recovers === undefined && recovering.every((it) => it.recovers !== id),
  );
  return new Set(failed.map(([id]) => id));
}

function touchesCritical(plan: Plan, id: string): boolean {
  const { definitions, steps } = plan;
  const all = allNeeds(plan);
  const behind = new Set([id]);
  for (let grew = true; grew; ) {
    grew = false;
    for (const { id: next, needs } of all) {
      const stopped = steps.get(next)?.state === 'blocked';
      if (behind.has(next) || !stopped || !needs.some((need) => behind.has(need))) continue;
      behind.add(next);
      grew = true;
    }
  }
  return definitions.some((definition) => behind.has(definition.id) && definition.critical);
}

/** Live runs and open questions are those of the steps. */
function heldFaults({ plan, live, questions }: Seen): readonly string[] {
  const faults: string[] = [];
  for (const [id, { state, runId }] of plan.steps) {
    if (state === 'running' && live.get(id) !== runId) faults.push(`${id} runs without a run`);
    if ((state === 'asked' || state === 'review') && !questions.has(id))
      faults.push(`${id} was never asked about`);
  }
  for (const id of live.keys())
    if (plan.steps.get(id)?.state !== 'running') faults.push(`the run of ${id} was forgotten`);
  for (const id of questions)
    if (!ASKS.has(plan.steps.get(id)?.state)) faults.push(`the question about ${id} stays open`);
  return faults;
}

function editFaults(plan: Plan, before: Plan, event: PlanEvent): readonly string[] {
  if (event.kind !== 'edited' || plan === before) return [];
  const faults: string[] = [];
  const wanted = new Set(event.definitions.map(({ id }) => id));
  for (const { id, objective } of event.definitions) {
    const old = before.definitions.find((definition) => definition.id === id);
    const was = before.steps.get(id);
    const is = plan.steps.get(id);
    if (is === undefined && was?.recovers === undefined) faults.push(`${id} was not taken in`);
    if (is?.state === 'proved' && was?.state === 'running')
      faults.push(`${id} is proved by an edit`);
    const changed = old !== undefined && old.objective !== objective;
    if (changed && is?.state === 'running') faults.push(`${id} runs on with its old objective`);
    const redone = changed && old.run !== 'plan' && was?.recovers === undefined;
    if (redone && was?.state === 'proved' && is?.state === 'proved')
      faults.push(`${id} is proved although its objective changed`);
    if (old?.objective === objective && was?.state === 'proved' && is?.state !== 'proved') {
      const same = old.consumes.length === 0 && old.run !== 'plan';
      const equal = event.definitions.find((it) => it.id === id)?.consumes.length === 0;
      if (same && equal) faults.push(`${id} runs again although nothing changed`);
    }
  }
  for (const id of plan.steps.keys()) if (!wanted.has(id)) faults.push(`${id} was not removed`);
  return faults;
}

/** A proved recovery proves its step. */
function recoveryFaults(plan: Plan, before: Plan, event: PlanEvent): readonly string[] {
  if (event.kind !== 'proved' || plan === before) return [];
  const recovers = before.steps.get(event.step)?.recovers;
  if (recovers === undefined || before.steps.get(recovers)?.state !== 'failed') return [];
  return plan.steps.get(recovers)?.state === 'proved' ? [] : [`${recovers} was not recovered`];
}
