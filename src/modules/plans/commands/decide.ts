/** `plan approve | pause | resume | abort | retry`: what an owner decides about a plan. */
import { stamp } from '../../../kernel/clock.js';
import { EXIT, NocturneError } from '../../../kernel/error.js';
import type { Snapshot } from '../../../workspace/types.js';
import type { CommandResult, ModuleCommand, ModuleCommandContext, Parsed } from '../../types.js';
import { isActive } from '../engine/transition.js';
import { statusText } from '../engine/status-text.js';
import { requirePlans } from '../log/plan-log.js';
import { advance, type Advance } from '../page/advance.js';
import { restoredPage } from '../page/plan-change.js';
import { planFile } from '../page/plan-page.js';
import { type PlanRead, readPlan } from '../page/read-plan.js';
import type { PlanEvent } from '../types.js';
import { cancelDecidedRuns } from '../run/cancel-runs.js';
import { namedStep, requirePlan, STEP_WORDS, unreadable } from './named-plan.js';
import { planFacts } from './plan-facts.js';

const DRY_RUN = {
  flags: '--dry-run',
  description: 'show what would change in the plan, and write nothing',
};

type Decision = {
  readonly project: string;
  readonly options: Parsed['options'];
  /** Of the command, such as `approve`. */
  readonly word: string;
  readonly event: (time: string) => PlanEvent;
};

/** A command about the whole plan. */
function decision(
  word: string,
  kind: 'approved' | 'paused' | 'aborted',
  summary: string,
): ModuleCommand {
  return {
    summary,
    forAgents: 'never',
    args: '<project>',
    options: [DRY_RUN],
    examples: [`nocturne plan ${word} inventory`],
    run: (context, { args: [project = ''], options }) =>
      decide(context, { project, options, word, event: (time) => ({ kind, time }) }),
  };
}

export const planApprove = decision(
  'approve',
  'approved',
  'approve a plan: passes begin to work on it',
);
export const planPause = decision(
  'pause',
  'paused',
  'pause a plan: no step starts until it is resumed',
);
export const planAbort = decision(
  'abort',
  'aborted',
  'abort a plan: running steps are cancelled, and no other step starts',
);

export const planRetry: ModuleCommand = {
  summary: 'run a step again, and what comes after it',
  forAgents: 'never',
  args: STEP_WORDS,
  options: [DRY_RUN],
  examples: ['nocturne plan retry inventory survey', 'nocturne plan retry survey --dry-run'],
  run(context, { args, options }) {
    const { project, step } = namedStep(context.workspace().snapshot(), 'retry', args);
    const event = (time: string): PlanEvent => ({ kind: 'retried', time, step });
    return decide(context, { project, options, word: 'retry', event });
  },
};

export const planResume: ModuleCommand = {
  summary: 'continue a plan that is paused or aborted, or whose page is lost or old',
  forAgents: 'never',
  args: '<project>',
  options: [DRY_RUN],
  examples: ['nocturne plan resume inventory'],
  run(context, { args: [project = ''], options }) {
    const restored = options['dryRun'] !== true && restore(context, project);
    const { plan } = readPlan(context.workspace().snapshot(), project);
    if (restored && plan !== undefined && isActive(plan.status))
      return answered(context, project, 'The page is written again from the log.');
    return decide(context, {
      project,
      options,
      word: 'resume',
      event: (time) => ({ kind: 'resumed', time }),
    });
  },
};

/** Whether the page was written again. */
function restore(context: ModuleCommandContext, project: string): boolean {
  const isStale = (read: PlanRead): boolean => read.problems.some(({ stale }) => stale === true);
  const workspace = context.workspace();
  if (!isStale(readPlan(workspace.snapshot(), project))) return false;
  const { actor, runId } = context.acting();
  workspace.commit((snapshot) => {
    const read = readPlan(snapshot, project);
    const change = isStale(read) ? restoredPage(snapshot, read) : undefined;
    return { actor, runId, ...(change ?? { reason: 'nothing to restore', changes: [] }) };
  });
  return true;
}

function decide(context: ModuleCommandContext, decision: Decision): CommandResult {
  const workspace = context.workspace();
  const { project, options } = decision;
  requirePlans(workspace.snapshot());
  if (options['dryRun'] === true) return shownDecision(workspace.snapshot(), decision);
  const { actor, runId } = context.acting();
  let said = '';
  workspace.commit((snapshot) => {
    const made = allowed(snapshot, decision);
    said = `The plan ${project} ${statusText(made.plan.status)}.`;
    return { actor, runId, ...(made.change ?? { reason: 'nothing changed', changes: [] }) };
  });
  const cancelled = cancelDecidedRuns(workspace);
  return answered(context, project, [said, ...cancelled].join('\n'));
}

function shownDecision(snapshot: Snapshot, decision: Decision): CommandResult {
  const { project } = decision;
  const before = readPlan(snapshot, project).plan;
  const { plan } = allowed(snapshot, decision);
  const steps = [...plan.steps].flatMap(([id, { state }]) => {
    const old = before?.steps.get(id)?.state ?? 'waiting';
    return old === state ? [] : [{ id, from: old, to: state }];
  });
  const lines = [
    `The plan ${project} is ${before?.status ?? 'unread'} and would be ${plan.status}.`,
    ...steps.map(({ id, from, to }) => `${id}: ${from} -> ${to}`),
    '',
    'Dry run: nothing was written.',
  ];
  const status = { from: before?.status ?? null, to: plan.status };
  return { exit: EXIT.ok, text: lines.join('\n'), json: { dryRun: true, project, status, steps } };
}

/** @throws NocturneError `CONFLICT` where the plan is not in a state for it. */
function allowed(snapshot: Snapshot, { project, word, event }: Decision): Advance {
  const made = decided(snapshot, project, event(stamp(snapshot.now)));
  const [refused] = made.refused;
  if (refused === undefined) return made;
  throw new NocturneError('CONFLICT', `nothing to ${word}: ${refused.why}`, {
    file: planFile(project),
    hint: `nocturne plan show ${project}`,
  });
}

/** @throws NocturneError `NOT_FOUND`, and `BAD_VALUE` while the page cannot be read. */
function decided(snapshot: Snapshot, project: string, event: PlanEvent): Advance {
  const read = readPlan(snapshot, project);
  if (read.logged === undefined) requirePlan(snapshot, project);
  const [problem] = read.problems;
  // A plan can be stopped whatever its page says.
  const stops = event.kind === 'aborted' || event.kind === 'paused';
  if (problem !== undefined && !(stops && read.logged !== undefined)) throw unreadable(problem);
  const made = advance(snapshot, project, { events: [event], by: 'owner', read });
  if (made === undefined) throw new NocturneError('NOT_FOUND', `${project} has no plan`);
  return made;
}

function answered(context: ModuleCommandContext, project: string, text: string): CommandResult {
  const snapshot = context.workspace().snapshot();
  return {
    exit: EXIT.ok,
    text,
    json: { plan: planFacts(readPlan(snapshot, project), project) },
  };
}
