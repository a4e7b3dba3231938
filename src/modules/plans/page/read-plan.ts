/**
 * A plan as page and log tell it: the state by the log, what the owner changed on the page since,
 * and what keeps the plan from going on.
 */
import { fileRange } from '../../../kernel/diagnostic.js';
import { stamp } from '../../../kernel/clock.js';
import { plural } from '../../../kernel/words.js';
import { fieldText } from '../../../project/field-text.js';
import { CONFLICT } from '../../../workspace/commit.js';
import type { Snapshot } from '../../../workspace/types.js';
import { isOver } from '../engine/ready-steps.js';
import { newPlan } from '../engine/new-plan.js';
import { statusText } from '../engine/status-text.js';
import { type LoggedPlan, loggedPlan, loggedProjects } from '../log/plan-log.js';
import type { Problem } from '../template/problem.js';
import type { Plan, PlanEvent } from '../types.js';
import { ownerEdits } from './owner-edits.js';
import { planFile, type PlanPage, type PlanProblem, readPage } from './plan-page.js';

export type PlanRead = {
  /** By the log, without `edits`. A page that no event is about yet describes a draft. */
  readonly plan: Plan | undefined;
  /** What the log has; nothing for a new plan. */
  readonly logged: LoggedPlan | undefined;
  /** What the owner changed on the page, not taken in yet. */
  readonly edits: readonly PlanEvent[];
  /** While there is one, nothing of the plan starts and its page is not written. */
  readonly problems: readonly PlanProblem[];
  readonly warnings: readonly Problem[];
  readonly page: PlanPage | undefined;
  /** The owner saved the page during the commit that should have written it, so it is older. */
  readonly isBehind?: boolean;
};

/** The projects that have a plan on a page, or one in the log whose page is missing. */
export function plannedProjects(snapshot: Snapshot): readonly string[] {
  const pages = snapshot.filesOf('PLAN').map(projectOf);
  const lost = loggedProjects(snapshot).filter(
    (project) => !pages.includes(project) && readPlan(snapshot, project).problems.length > 0,
  );
  return [...pages, ...lost];
}

function projectOf(file: string): string {
  return file.slice('PROJECTS/'.length, -'/PLAN.md'.length);
}

const reads = new WeakMap<Snapshot, Map<string, PlanRead>>();

/** Once for each snapshot: at each step of a pass, several ask. */
export function readPlan(snapshot: Snapshot, project: string): PlanRead {
  const known = reads.get(snapshot) ?? new Map<string, PlanRead>();
  reads.set(snapshot, known);
  const read = known.get(project) ?? readAfresh(snapshot, project);
  known.set(project, read);
  return read;
}

function readAfresh(snapshot: Snapshot, project: string): PlanRead {
  const logged = loggedPlan(snapshot, project);
  const read = readPage(snapshot, project);
  const none = { plan: logged?.plan, logged, edits: [], warnings: [], page: undefined };
  switch (read.kind) {
    case 'missing': {
      const lost = logged !== undefined && !isOver(logged.plan) && logged.plan.status !== 'draft';
      return { ...none, problems: lost ? [missing(logged)] : [] };
    }
    case 'problems':
      return { ...none, problems: read.problems, warnings: read.warnings };
    case 'page': {
      const { page, warnings } = read;
      const isBehind = wasSavedDuringCommit(snapshot, page, logged);
      const problem = isBehind ? undefined : place(snapshot, page, logged);
      if (problem !== undefined) return { ...none, warnings, page, problems: [problem] };
      const isNew = page.revision === undefined && !isBehind;
      const base = isNew ? draftOf(snapshot, project, page) : logged?.plan;
      if (base === undefined) return { ...none, warnings, page, problems: [] };
      const plan = { ...base, title: page.title, template: page.template };
      const seen = isBehind ? seenRevision(snapshot, project, page) : logged?.shown;
      const shown = isNew ? base : planAt(snapshot, { logged, seen }, base);
      const { events: edits, problems } = ownerEdits(snapshot, page, { base: shown, now: base });
      const own = isNew ? undefined : logged;
      return { plan, logged: own, edits, problems, warnings, page, isBehind };
    }
  }
}

/** @param at `seen`: the event that the page showed when the owner edited it. */
function planAt(
  snapshot: Snapshot,
  at: { readonly logged: LoggedPlan | undefined; readonly seen: number | undefined },
  plan: Plan,
): Plan {
  if (at.logged === undefined || at.seen === at.logged.revision) return plan;
  return loggedPlan(snapshot, plan.project, at.seen)?.plan ?? plan;
}

/** What a page that is behind showed: by its revision, or as it was first taken in. */
function seenRevision(snapshot: Snapshot, project: string, { revision }: PlanPage): number {
  if (revision !== undefined) return revision;
  const isTakenIn = (upTo: number): boolean =>
    loggedPlan(snapshot, project, upTo)?.plan.definitions.length !== 0;
  let first = 1;
  while (!isTakenIn(first)) first++;
  return first;
}

/** Then its edits are those to the page before that commit; an old copy has none. */
function wasSavedDuringCommit(
  snapshot: Snapshot,
  { file, revision }: PlanPage,
  logged: LoggedPlan | undefined,
): boolean {
  if (logged === undefined || (revision ?? 0) >= logged.shown) return false;
  if (revision === undefined && isOver(logged.plan)) return false;
  const written = logged.shownAt;
  for (const row of snapshot.rows('AUDIT', { newestFirst: true, containing: file })) {
    if (fieldText(row, 'time') < written) return false;
    if (fieldText(row, 'type') === CONFLICT && fieldText(row, 'target') === file) return true;
  }
  return false;
}

function draftOf(snapshot: Snapshot, project: string, page: PlanPage): Plan {
  const { title, template, policy, definitions } = page;
  return newPlan({ project, title, template, policy, definitions }, stamp(snapshot.now));
}

/** What the page's place in the log says against going on. */
function place(
  snapshot: Snapshot,
  page: PlanPage,
  logged: LoggedPlan | undefined,
): PlanProblem | undefined {
  const { file, revision } = page;
  const range = rangeOf(snapshot, file, 'revision');
  if (revision === undefined) {
    if (logged === undefined || isOver(logged.plan) || logged.plan.status === 'draft')
      return undefined;
    return {
      range,
      message: `this page has no revision, but the log has a plan of this project that ${statusText(logged.plan.status)}`,
      expected: `revision: ${logged.shown}`,
      hint: `nocturne plan resume ${logged.plan.project} writes the page from the log; nocturne plan abort ${logged.plan.project} ends that plan`,
      stale: true,
    };
  }
  if (logged === undefined || revision > logged.revision)
    return {
      range,
      message: `this page shows event ${revision} of the plan, and the log ends at ${logged?.revision ?? 0}`,
      expected: logged === undefined ? 'no revision' : `revision: ${logged.shown}`,
      actual: `revision: ${revision}`,
      hint:
        logged === undefined
          ? 'a page from elsewhere: remove the line revision'
          : 'nocturne audit verify shows whether the log is whole',
    };
  if (revision === logged.shown) return undefined;
  const { project } = logged.plan;
  return {
    range,
    message: `this page is an old copy: it shows event ${revision} of the plan, and there are ${logged.revision}. ${differences(page, logged)}`,
    expected: `revision: ${logged.shown}`,
    actual: `revision: ${revision}`,
    hint: `nocturne plan resume ${project} writes the page from the log and goes on`,
    stale: true,
  };
}

const MOST_NAMED = 5;

/** `survey (page: waiting, log: proved)`. */
function differences(page: PlanPage, { plan }: LoggedPlan): string {
  const steps = [...plan.steps].flatMap(([id, { state }]) => {
    const shown = page.rows.get(id)?.state ?? 'no row';
    return shown === state ? [] : [`${id} (page: ${shown}, log: ${state})`];
  });
  if (page.status !== plan.status)
    steps.unshift(`status (page: ${page.status}, log: ${plan.status})`);
  if (steps.length === 0) return 'The steps are the same.';
  const more = steps.length - MOST_NAMED;
  const rest = more > 0 ? `, and ${plural(more, 'more step')}` : '';
  return `They differ in ${steps.slice(0, MOST_NAMED).join(', ')}${rest}.`;
}

function missing({ plan }: LoggedPlan): PlanProblem {
  const file = planFile(plan.project);
  const states = [...plan.steps.values()].map(({ state }) => state);
  const proved = states.filter((state) => state === 'proved').length;
  return {
    range: fileRange(file),
    message: `${file} is missing; by the log the plan ${statusText(plan.status)}, with ${proved} of ${plural(states.length, 'step')} proved`,
    expected: 'the page of the plan',
    hint: `nocturne plan resume ${plan.project} writes it from the log; nocturne plan abort ${plan.project} ends the plan`,
    stale: true,
  };
}

function rangeOf(snapshot: Snapshot, file: string, field: string): Problem['range'] {
  const [record] = snapshot.recordsIn(file, 'PLAN');
  const range = record?.fields.get(field)?.range ?? record?.fields.get('status')?.range;
  return range ?? fileRange(file);
}
