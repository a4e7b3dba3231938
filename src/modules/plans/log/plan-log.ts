/** The rows of `audit/plan-log.jsonl`, and the plan that those of a project make. */
import { stamp } from '../../../kernel/clock.js';
import { NocturneError } from '../../../kernel/error.js';
import { parsedJson } from '../../../kernel/parsed-json.js';
import type { Rec } from '../../../markdown/types.js';
import { fieldInt, fieldText } from '../../../project/field-text.js';
import type { Change, Fields, Snapshot } from '../../../workspace/types.js';
import type { Plan, PlanEvent } from '../types.js';
import { addDelta, deltaOf, emptyParts, type PlanDelta, planOfParts } from './plan-delta.js';

export const PLAN_EVENT = 'PLAN-EVENT';
const SCHEMA = 1;

/**
 * `created`: the first row of a plan. `refused`: the owner wrote something on the page that could
 * not be done. `restored`: the page was written again from the log.
 */
export type LoggedEvent =
  | PlanEvent
  | { readonly kind: 'created' | 'restored'; readonly time: string }
  | {
      readonly kind: 'refused';
      readonly time: string;
      readonly step?: string;
      readonly why: string;
    };

export type LoggedPlan = {
  readonly plan: Plan;
  /** Of the last row. */
  readonly revision: number;
  /** Of the last row whose commit wrote the page. */
  readonly shown: number;
  /** When that was; empty if no commit has. */
  readonly shownAt: string;
};

/** `page`: whether the same commit writes it. */
export type RowsOptions = {
  readonly before: LoggedPlan | undefined;
  readonly after: Plan;
  readonly events: readonly LoggedEvent[];
  readonly by: string;
  readonly page: boolean;
};

/**
 * One row for each event; the last one has what all of them changed.
 * @throws NocturneError `CONFIG` where the workspace does not know plans.
 */
export function eventRows(snapshot: Snapshot, options: RowsOptions): readonly Change[] {
  const { before, after, events, by, page } = options;
  requirePlans(snapshot);
  const revision = before?.revision ?? 0;
  return events.map((event, i) => {
    const isLast = i === events.length - 1;
    const fields = {
      schema: SCHEMA,
      time: stamp(snapshot.now),
      project: after.project,
      revision: revision + i + 1,
      ...membersOf(event),
      by,
      made: isLast ? deltaOf(before?.plan, after) : undefined,
      page: page ? undefined : false,
    };
    return { kind: 'append', object: PLAN_EVENT, fields: withoutEmpty(fields) };
  });
}

/** @throws NocturneError `CONFIG` */
export function requirePlans(snapshot: Snapshot): void {
  if (snapshot.schema.objects.has(PLAN_EVENT)) return;
  throw new NocturneError('CONFIG', 'REGISTRY.md of this workspace does not declare plans yet', {
    file: snapshot.schema.file,
    hint: 'run nocturne upgrade, and sign REGISTRY.md',
  });
}

/** What a row says about its event; what it changed is in `made`. */
function membersOf(event: LoggedEvent): Readonly<Record<string, unknown>> {
  const members: Readonly<Record<string, unknown>> = { ...event };
  const { step, runId: run, by: looks, cause, answer, why, consumed, produced } = members;
  return { event: event.kind, step, run, looks, cause, answer, why, consumed, produced };
}

function withoutEmpty(fields: Readonly<Record<string, unknown>>): Fields {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined && !isEmpty(value)),
  ) as Fields;
}

function isEmpty(value: unknown): boolean {
  return value === '' || (typeof value === 'object' && Object.keys(value ?? {}).length === 0);
}

/**
 * The plan of a project as its rows leave it. `upTo`: as it was after the row with this revision.
 */
export function loggedPlan(
  snapshot: Snapshot,
  project: string,
  upTo = Number.POSITIVE_INFINITY,
): LoggedPlan | undefined {
  if (!snapshot.schema.objects.has(PLAN_EVENT)) return undefined;
  const rows = planRows(snapshot, project).filter((row) => revisionOf(row) <= upTo);
  if (rows.length === 0) return undefined;
  const parts = emptyParts();
  let [revision, shown, shownAt] = [0, 0, ''];
  for (const row of rows.reverse()) {
    addDelta(parts, dataOf(row, 'made') as PlanDelta);
    revision = revisionOf(row);
    if (fieldText(row, 'page') === 'false') continue;
    shown = revision;
    shownAt = fieldText(row, 'time');
  }
  return { plan: planOfParts(project, parts), revision, shown, shownAt };
}

/** Of the newest plan of a project, newest first. */
export function planRows(snapshot: Snapshot, project: string): Rec[] {
  const rows: Rec[] = [];
  for (const row of snapshot.rows(PLAN_EVENT, { newestFirst: true, containing: project })) {
    if (fieldText(row, 'project') !== project) continue;
    rows.push(row);
    if (fieldText(row, 'event') === 'created') break;
  }
  return rows;
}

export function loggedProjects(snapshot: Snapshot): readonly string[] {
  if (!snapshot.schema.objects.has(PLAN_EVENT)) return [];
  const projects = new Set<string>();
  for (const row of snapshot.rows(PLAN_EVENT)) projects.add(fieldText(row, 'project'));
  return [...projects].sort();
}

export function revisionOf(row: Rec): number {
  return fieldInt(row, 'revision') ?? 0;
}

/** A member that is an object. */
export function dataOf(row: Rec, field: string): Readonly<Record<string, unknown>> {
  const cell = row.fields.get(field);
  const data = cell?.data ?? parsedJson(cell?.value ?? '');
  return typeof data === 'object' && data !== null
    ? (data as Readonly<Record<string, unknown>>)
    : {};
}
