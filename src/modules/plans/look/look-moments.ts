/** Changes that the owner has to look at: kept, shown on a page, and brought in after a yes. */
import { join } from 'node:path';
import type { Fragment } from '../../../agents/types.js';
import { findingText } from '../../../governance/rule-finding.js';
import type { Unit, UnitVerdict } from '../../../governance/unit.js';
import { defined } from '../../../kernel/defined.js';
import { sourceInCopy } from '../../../passes/copy/pass-copy.js';
import { rmSync } from '../../../kernel/files.js';
import { onFiles } from '../../../workspace/storage-error.js';
import type { LooksContext, PassModule, UnitLook, UnitWork } from '../../../passes/module.js';
import { dataFragment } from '../../../passes/worker/data-fragment.js';
import type { Change, Snapshot } from '../../../workspace/types.js';
import { reviewPage } from '../engine/review-page.js';
import { keepAttempt, keptAttempt, putAttempt } from '../loop/attempt-store.js';
import { loopMoments } from '../loop/loop-moments.js';
import { type LoopPlace, loopFolder } from '../loop/loop-record.js';
import { readPlan } from '../page/read-plan.js';
import { stepOf } from '../run/units-of-plan.js';
import type { Plan } from '../types.js';
import { changedFiles } from './changed-files.js';
import { reviewText } from './review-text.js';
import { textDifference } from './text-difference.js';
import { thresholdsOf } from './thresholds-of.js';
import { whoLooks } from './who-looks.js';

/** Those of a loop, but for what the owner looks at. */
export const lookMoments = {
  ...loopMoments,
  looks: looksOf,
  prepare(unit, context) {
    const runId = acceptedRun(unit, context);
    const kept = runId === undefined ? undefined : keptAttempt(placeOf(unit, context), runId);
    if (kept !== undefined) putAttempt(kept, context.copy.folder);
    else loopMoments.prepare(unit, context);
  },
  async perform(unit, context) {
    if (acceptedRun(unit, context) !== undefined) return 'The owner accepted its changes.';
    return loopMoments.perform(unit, context);
  },
  keep(unit, work) {
    if (unit.keepsChanges === true) loopMoments.keep(unit, work);
    else keepForReview(unit, work);
  },
  fragments(context) {
    const own = loopMoments.fragments(context);
    const sentBack = context.unit && whyAgain(context.unit, context.snapshot);
    return sentBack === undefined ? own : [...own, sentBack];
  },
} satisfies Partial<PassModule>;

type Place = { readonly snapshot: Snapshot; readonly state: string };

function looksOf(unit: Unit, context: LooksContext): UnitLook {
  const { snapshot, accepted, findings } = context;
  if (acceptedRun(unit, context) !== undefined) return { who: 'none', why: [] };
  const wanted = findings.filter(({ effect }) => effect === 'look').map(findingText);
  const thresholds = thresholdsOf(snapshot, unit.project);
  return whoLooks(changedFiles(snapshot, accepted), thresholds, wanted);
}

/** Safe to call again. */
function keepForReview(unit: Unit, work: UnitWork): void {
  const { accepted, copy, snapshot, verdict } = work;
  const { root } = snapshot;
  const place = placeOf(unit, work);
  if (keptAttempt(place, verdict.runId) !== undefined) return;
  const folder = loopFolder(place);
  onFiles(folder, 'remove', () => rmSync(folder, { recursive: true, force: true }));
  const changes = accepted.map((difference) => {
    const { path, before, after, mode } = difference;
    return {
      path,
      size: after?.size ?? 0,
      difference: textDifference(difference),
      ...defined({ before: before?.hash, after: after?.hash, mode }),
    };
  });
  keepAttempt(place, verdict.runId, changes, (path) => sourceInCopy(root, copy, join(root, path)));
}

/** The page on which the owner sees the changes, for the commit that asks about them. */
export function reviewChange(unit: Unit, verdict: UnitVerdict, place: Place): Change {
  const { project, step } = stepOf(unit);
  const { plan } = readPlan(place.snapshot, project);
  const kept = keptAttempt(placeOf(unit, place), verdict.runId);
  const page = reviewPage(project, step, plan?.steps.get(step)?.tries ?? 1);
  const content = reviewText({ unit, verdict, kept });
  return { kind: 'write', path: page, content };
}

/** What the grader found, where others changed the same, which criterion did not hold. */
function whyAgain(unit: Unit, snapshot: Snapshot): Fragment | undefined {
  const { project, step } = stepOf(unit);
  const { why, tries = 0 } = readPlan(snapshot, project).plan?.steps.get(step) ?? {};
  if (tries === 0 || why === undefined) return undefined;
  return dataFragment('Why this step has to be done again', `PROJECTS/${project}/PLAN.md`, why);
}

/** The run whose changes the owner has accepted; nothing for any other unit. */
function acceptedRun(unit: Unit, { snapshot }: Pick<Place, 'snapshot'>): string | undefined {
  const { project, step } = stepOf(unit);
  return readPlan(snapshot, project).plan?.steps.get(step)?.accepted;
}

/** The step of an accepted run needs no agent: its changes are brought in and proved once more. */
export function withAccepted(units: readonly Unit[], plans: readonly Plan[]): readonly Unit[] {
  return units.map((unit) => {
    const { project, step } = stepOf(unit);
    const status = plans.find((plan) => plan.project === project)?.steps.get(step);
    if (status?.accepted === undefined) return unit;
    const { runner: _runner, tier: _tier, role: _role, keepsChanges: _keeps, ...rest } = unit;
    return { ...rest, title: `${unit.title} (accepted)`, command: ['true'], byModule: true };
  });
}

/** A step has one review at a time, and so the changes of one run on the disk. */
function placeOf(unit: Unit, { state }: Pick<Place, 'state'>): LoopPlace {
  return { state: join(state, 'reviews'), ...stepOf(unit) };
}
