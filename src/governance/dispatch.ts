/** Decides which project the next worker pass is for. */
import { defined } from '../kernel/defined.js';
import type { Rec } from '../markdown/types.js';
import type { Snapshot } from '../workspace/types.js';
import { stalledPasses } from './turns.js';
import { openEscalation } from './escalation.js';
import { fieldInt, fieldText, fieldTime } from '../project/field-text.js';
import { transitionSteps } from './transition.js';

export type Considered = { readonly slug: string; readonly why: string };
/** `advance`: projects whose transition was approved; they move on before one is chosen. */
export type Dispatch = {
  readonly chosen?: Considered;
  readonly advance: readonly string[];
  readonly skipped: readonly Considered[];
};

export type DispatchOptions = {
  /** Projects that this pass has already tried. */
  readonly exclude?: ReadonlySet<string>;
  /** Projects on which other passes work. */
  readonly claimed?: ReadonlySet<string>;
  /** Why no further pass may work on this project now: the owner's limits on passes at once. */
  readonly noRoom?: (slug: string) => string | undefined;
  readonly only?: string;
};

/** Passes of others that one without progress waits for, while another makes progress. */
const BACK = 3;

/**
 * Among active projects without an open question: lowest priority number, then longest wait. One
 * that made no progress in its last pass yields to those that have waited longer, and for some
 * passes to those that make progress.
 */
export function dispatch(snapshot: Snapshot, options: DispatchOptions = {}): Dispatch {
  const rows = snapshot.records('DISPATCH');
  const skipped: Considered[] = [];
  const eligible: Rec[] = [];
  const seen = new Set<string>();
  for (const row of rows) {
    const slug = fieldText(row, 'slug');
    const why = seen.has(slug)
      ? `it has a second row at ${row.file}:${row.range.line}`
      : notNow(row, options);
    seen.add(slug);
    if (why === undefined) eligible.push(row);
    else skipped.push({ slug, why });
  }
  if (options.only !== undefined && !seen.has(options.only))
    skipped.push({ slug: options.only, why: 'it has no row in the dispatch table' });
  const [first, ...others] = inTurn(snapshot, eligible);
  for (const row of others)
    skipped.push({
      slug: fieldText(row, 'slug'),
      why: first === undefined ? '' : behind(snapshot, { row, first }),
    });
  const advance = transitionSteps(snapshot)
    .filter(
      (step) =>
        step.kind === 'advance' && (options.only === undefined || step.slug === options.only),
    )
    .map((step) => step.slug);
  return {
    ...defined({
      chosen:
        first === undefined
          ? undefined
          : {
              slug: fieldText(first, 'slug'),
              why: turnText(snapshot, { row: first, next: others[0] }),
            },
    }),
    advance,
    skipped,
  };
}

function notNow(row: Rec, { exclude, claimed, noRoom, only }: DispatchOptions): string | undefined {
  const slug = fieldText(row, 'slug');
  const status = fieldText(row, 'status');
  const question = openEscalation(row);
  if (slug === '') return 'its row has no slug';
  if (only !== undefined && slug !== only) return 'another project was asked for';
  if (status !== 'active')
    return status === '' ? 'its row has no status' : `its status is ${status}`;
  if (question !== undefined) return `it has an open question: ${question}`;
  if (claimed?.has(slug) === true) return 'another pass is working on it';
  if (exclude?.has(slug) === true) return 'this pass has tried it already';
  return noRoom?.(slug);
}

function inTurn(snapshot: Snapshot, eligible: readonly Rec[]): readonly Rec[] {
  const turns = lastTurns(snapshot, new Set(eligible.map((row) => fieldText(row, 'slug'))));
  const turnOf = (row: Rec): number =>
    turns.get(fieldText(row, 'slug')) ?? Number.NEGATIVE_INFINITY;
  const oldest = Math.min(...eligible.map(turnOf));
  const stalled = eligible.filter((row) => isStalled(snapshot, row));
  // Turns are counted back from -1, the last run of all.
  const latest = stalled.length < eligible.length ? Math.min(oldest, -1 - BACK) : oldest;
  const yielding = new Set(stalled.filter((row) => turnOf(row) > latest));
  return [...eligible].sort(
    (a, b) => Number(yielding.has(a)) - Number(yielding.has(b)) || byTurn(a, b),
  );
}

/** Which run of each project was its last, counted back from the newest run of all. */
function lastTurns(snapshot: Snapshot, slugs: ReadonlySet<string>): ReadonlyMap<string, number> {
  const turns = new Map<string, number>();
  let turn = 0;
  for (const run of snapshot.rows('RUN', { newestFirst: true })) {
    if (turns.size === slugs.size) break;
    turn--;
    const slug = fieldText(run, 'project');
    if (slugs.has(slug) && !turns.has(slug)) turns.set(slug, turn);
  }
  return turns;
}

function isStalled(snapshot: Snapshot, row: Rec): boolean {
  return stalledPasses(snapshot, fieldText(row, 'slug')) > 0;
}

function lastPassOf(row: Rec): number {
  return fieldTime(row, 'last_worker_pass') ?? 0;
}

/** A row without a readable priority comes last; among equals, one never worked on comes first. */
function byTurn(a: Rec, b: Rec): number {
  const [left, right] = [priorityOf(a), priorityOf(b)];
  if (left !== right) return left < right ? -1 : 1;
  const age = lastPassOf(a) - lastPassOf(b);
  if (age !== 0) return age;
  return fieldText(a, 'slug') < fieldText(b, 'slug') ? -1 : 1;
}

function priorityOf(row: Rec): number {
  return fieldInt(row, 'priority') ?? Number.POSITIVE_INFINITY;
}

type Turn = { readonly row: Rec; readonly next: Rec | undefined };

function turnText(snapshot: Snapshot, { row, next }: Turn): string {
  const priority = `priority ${fieldText(row, 'priority') || 'unknown'}`;
  if (next === undefined) return priority;
  if (priorityOf(next) < priorityOf(row) && isStalled(snapshot, next))
    return `${priority}; ${fieldText(next, 'slug')} made no progress and yields`;
  if (priorityOf(next) !== priorityOf(row)) return priority;
  const last = fieldText(row, 'last_worker_pass');
  return `${priority}, ${last === '' ? 'never worked on' : `last pass ${last}`}`;
}

function behind(
  snapshot: Snapshot,
  { row, first }: { readonly row: Rec; readonly first: Rec },
): string {
  const slug = fieldText(first, 'slug');
  if (priorityOf(row) < priorityOf(first) && isStalled(snapshot, row))
    return `it made no progress in its last pass and yields to ${slug}`;
  return priorityOf(row) === priorityOf(first)
    ? `${slug} has waited longer`
    : `${slug} comes first: ${turnText(snapshot, { row: first, next: row })} before ${fieldText(row, 'priority') || 'unknown'}`;
}
