/**
 * What happened to the steps of a plan outside of passes, asked before work is chosen: runs that
 * died, steps that are passed over, results that have changed or are gone.
 */
import { evaluateConditions, isMet } from '../../../governance/conditions/evaluate.js';
import { repositoryOf } from '../../../passes/repository/repository-record.js';
import { fileRange } from '../../../kernel/diagnostic.js';
import { parseConditions } from '../../../project/condition-parse.js';
import type { Snapshot } from '../../../workspace/types.js';
import { readySteps } from '../engine/ready-steps.js';
import { reduce } from '../engine/reduce.js';
import { isActive } from '../engine/transition.js';
import { isTask, taskOutcomes } from '../mesh/mesh-steps.js';
import type { Plan, PlanEvent } from '../types.js';
import { ownerAnswers } from './owner-answers.js';
import { inWorkspace } from './project-paths.js';

type Moment = {
  readonly snapshot: Snapshot;
  readonly time: string;
  /** Run ids of the running passes. */
  readonly live: ReadonlySet<string>;
};

/** In the order in which they are to be taken in. */
export async function eventsBefore(plan: Plan, moment: Moment): Promise<readonly PlanEvent[]> {
  if (plan.status === 'draft') return [];
  const { snapshot, time } = moment;
  const lost = [...lostSteps(plan, moment), ...taskOutcomes(plan, snapshot, time)];
  if (!isActive(plan.status)) return lost;
  const events = [...lost, ...ownerAnswers(plan, moment), ...changedResults(plan, moment)];
  let now = events.reduce((before, event) => reduce(before, event).plan, plan);
  for (;;) {
    const skipped = await skippedSteps(now, moment);
    if (skipped.length === 0) return events;
    events.push(...skipped);
    now = skipped.reduce((before, event) => reduce(before, event).plan, now);
  }
}

/** Its process died, or it ended without a verdict. */
function lostSteps({ steps }: Plan, { time, live }: Moment): readonly PlanEvent[] {
  return [...steps].flatMap(([step, { state, runId = '' }]): readonly PlanEvent[] =>
    state === 'running' && !isTask(runId) && !live.has(runId)
      ? [{ kind: 'lost', time, step, runId }]
      : [],
  );
}

/**
 * The owner who edits a result that is proved answers for it, so it is proved as it is now, and
 * what was made of it is made again. A result that is gone is made again itself. What was merged
 * into a repository is on its branch, not among the files of the workspace.
 */
function changedResults(plan: Plan, { snapshot, time }: Moment): readonly PlanEvent[] {
  const isMerged = repositoryOf(snapshot, plan.project) !== undefined;
  const proved = [...plan.steps].filter(([, { state }]) => state === 'proved');
  const known = new Map<string, Set<string>>();
  const last = new Map<string, string>();
  for (const [step, { produced = {} }] of proved)
    for (const [path, hash] of Object.entries(produced)) {
      known.set(path, (known.get(path) ?? new Set()).add(hash));
      last.set(path, step);
    }
  return proved.flatMap(([step, { produced = {} }]): readonly PlanEvent[] => {
    const now = Object.entries(produced).map(([path, hash]) => {
      const [place = ''] = inWorkspace(plan.project, [path]);
      const found = isMerged && path.startsWith('repo/') ? hash : snapshot.hash(place);
      return [path, hash, found] as const;
    });
    const gone = now.find(([, , found]) => found === undefined);
    if (gone !== undefined) return [{ kind: 'retried', time, step, why: `${gone[0]} is gone.` }];
    const isOther = now.some(
      ([path, , found = '']) => last.get(path) === step && known.get(path)?.has(found) !== true,
    );
    if (!isOther) return [];
    const hashes = now.map(([path, hash, found = hash]) => [
      path,
      last.get(path) === step ? found : hash,
    ]);
    return [
      {
        kind: 'proved',
        time,
        step,
        produced: Object.fromEntries(hashes) as Record<string, string>,
      },
    ];
  });
}

/** The condition `when` of a step that is ready is not met. Programs are not run for it. */
async function skippedSteps(plan: Plan, { snapshot, time }: Moment): Promise<readonly PlanEvent[]> {
  const ready = new Set(readySteps(plan, time));
  const events: PlanEvent[] = [];
  for (const { id, when } of plan.definitions) {
    if (!ready.has(id) || when === undefined) continue;
    const results = await evaluateConditions(
      parseConditions(Array.isArray(when) ? when : [when], { range: RANGE }).assertions,
      {
        snapshot,
        project: plan.project,
        writes: [],
        phaseStarted: '',
        lastPass: '',
        before: new Map(),
        signal: new AbortController().signal,
        command: async () => ({ kind: 'failed', why: 'no program runs here', notStarted: true }),
      },
    );
    const unmet = results.find((result) => !isMet(result));
    if (unmet === undefined) continue;
    const why = `It is done only when ${unmet.assertion}; found: ${unmet.error ?? unmet.found}.`;
    events.push({ kind: 'skipped', time, step: id, why });
  }
  return events;
}

const RANGE = fileRange('');
