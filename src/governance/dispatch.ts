/** Decides which project or unit the next worker pass is for. */
import { defined } from '../kernel/defined.js';
import { globsTouch } from '../kernel/glob-cover.js';
import type { Rec } from '../markdown/types.js';
import type { Snapshot } from '../workspace/types.js';
import { stalledPassesOf } from './turns.js';
import { openEscalation } from './escalation.js';
import { fieldInt, fieldText, fieldTime } from '../project/field-text.js';
import { transitionSteps } from './transition.js';
import type { Offer, Unit } from './unit.js';

/** `unit`: a part of the project's work; otherwise its next pass. */
export type Considered = { readonly slug: string; readonly why: string; readonly unit?: Unit };
/** `advance`: projects whose transition was approved; they move on before one is chosen. */
export type Dispatch = {
  readonly chosen?: Considered;
  readonly advance: readonly string[];
  readonly skipped: readonly Considered[];
};

export type DispatchOptions = {
  /** Projects that this pass has already tried. */
  readonly exclude?: ReadonlySet<string>;
  /** What other passes work on. */
  readonly working?: readonly Working[];
  /** What modules offer. */
  readonly offer?: Offer;
  /** Why no further pass may work on this now: the owner's limits on passes at once. */
  readonly noRoom?: (slug: string, unit?: Unit) => string | undefined;
  readonly only?: string;
  readonly onlyUnits?: boolean;
};
export type Working = {
  readonly project: string;
  readonly unit?: Pick<Unit, 'id' | 'writes'>;
};

type Candidate = { readonly row: Rec; readonly unit?: Unit };

/** Passes of others that one without progress waits for, while another makes progress. */
const BACK = 3;

/**
 * Among active projects without an open question: lowest priority number, then longest wait. One
 * that made no progress in its last pass yields to those that have waited longer, and for some
 * passes to those that make progress.
 */
export function dispatch(snapshot: Snapshot, options: DispatchOptions = {}): Dispatch {
  const skipped: Considered[] = [];
  const eligible: Candidate[] = [];
  const seen = new Set<string>();
  for (const row of snapshot.records('DISPATCH')) {
    const slug = fieldText(row, 'slug');
    const why = seen.has(slug)
      ? `it has a second row at ${row.file}:${row.range.line}`
      : notNow(row, options);
    seen.add(slug);
    const units = why === undefined ? unitsOf(slug, options) : [];
    const whole = why ?? notWhole(slug, options);
    if (whole === undefined) eligible.push({ row });
    else if (units.length === 0) skipped.push({ slug, why: whole });
    for (const unit of units) {
      const wait = unitNotNow(unit, options);
      if (wait === undefined) eligible.push({ row, unit });
      else skipped.push({ slug, unit, why: wait });
    }
  }
  if (options.only !== undefined && !seen.has(options.only))
    skipped.push({ slug: options.only, why: 'it has no row in the dispatch table' });
  const [first, ...others] = inTurn(snapshot, eligible);
  for (const other of others)
    skipped.push({
      slug: fieldText(other.row, 'slug'),
      why: first === undefined ? '' : behind(snapshot, { other, first }),
      ...defined({ unit: other.unit }),
    });
  const advance = transitionSteps(snapshot)
    .filter(
      (step) =>
        step.kind === 'advance' && (options.only === undefined || step.slug === options.only),
    )
    .map((step) => step.slug);
  return { ...defined({ chosen: first && choice(snapshot, first, others[0]) }), advance, skipped };
}

function choice(snapshot: Snapshot, first: Candidate, next: Candidate | undefined): Considered {
  const slug = fieldText(first.row, 'slug');
  const why = turnText(snapshot, { first, next });
  return { slug, why, ...defined({ unit: first.unit }) };
}

/** Holds for the project and its units. */
function notNow(row: Rec, { only }: DispatchOptions): string | undefined {
  const slug = fieldText(row, 'slug');
  const status = fieldText(row, 'status');
  const question = openEscalation(row);
  if (slug === '') return 'its row has no slug';
  if (only !== undefined && slug !== only) return 'another project was asked for';
  if (status !== 'active')
    return status === '' ? 'its row has no status' : `its status is ${status}`;
  return question === undefined ? undefined : `it has an open question: ${question}`;
}

function unitsOf(slug: string, { offer }: DispatchOptions): readonly Unit[] {
  return offer?.units.filter(({ project }) => project === slug) ?? [];
}

/** Why the project itself gets no pass. */
function notWhole(
  slug: string,
  { exclude, working, noRoom, offer, onlyUnits }: DispatchOptions,
): string | undefined {
  const held = offer?.held.get(slug);
  if (held !== undefined) return held;
  if (onlyUnits === true) return 'only its units were asked for';
  if (working?.some(({ project }) => project === slug) === true)
    return 'another pass is working on it';
  if (exclude?.has(slug) === true) return 'this pass has already tried it';
  return noRoom?.(slug);
}

/** Units of one project may run at once if nothing that one may write is the other's. */
function unitNotNow(unit: Unit, { working = [], noRoom }: DispatchOptions): string | undefined {
  const { project, id, writes } = unit;
  if (working.some((other) => other.project === project && other.unit === undefined))
    return 'another pass is working on its project';
  if (working.some((other) => other.unit?.id === id)) return 'another pass is working on it';
  const other = working.find(({ unit: at }) => at !== undefined && mayTouch(at.writes, writes));
  if (other !== undefined) return `${other.unit?.id ?? ''} may write the same files`;
  return noRoom?.(project, unit);
}

function mayTouch(left: readonly string[], right: readonly string[]): boolean {
  const [some, others] = [left, right].map((globs) =>
    globs.filter((glob) => !glob.startsWith('!')),
  );
  return some?.some((glob) => others?.some((other) => globsTouch(glob, other))) === true;
}

function inTurn(snapshot: Snapshot, eligible: readonly Candidate[]): readonly Candidate[] {
  const stalled = eligible.filter((candidate) => isStalled(snapshot, candidate));
  if (stalled.length === 0) return [...eligible].sort(byTurn);
  const turns = lastTurns(snapshot, new Set(eligible.map(({ row }) => fieldText(row, 'slug'))));
  const turnOf = ({ row }: Candidate): number =>
    turns.get(fieldText(row, 'slug')) ?? Number.NEGATIVE_INFINITY;
  const oldest = Math.min(...eligible.map(turnOf));
  // Turns are counted back from -1, the last run of all.
  const latest = stalled.length < eligible.length ? Math.min(oldest, -1 - BACK) : oldest;
  const yielding = new Set(stalled.filter((candidate) => turnOf(candidate) > latest));
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

/** A unit has its own number of tries. */
function isStalled(snapshot: Snapshot, { row, unit }: Candidate): boolean {
  return unit === undefined && (stallsIn(snapshot).get(fieldText(row, 'slug')) ?? 0) > 0;
}

const knownStalls = new WeakMap<Snapshot, ReadonlyMap<string, number>>();

/** Of all active projects: a caller that asks for one of them asks for the others, too. */
function stallsIn(snapshot: Snapshot): ReadonlyMap<string, number> {
  const known = knownStalls.get(snapshot);
  if (known !== undefined) return known;
  const active = snapshot
    .records('DISPATCH')
    .filter((row) => fieldText(row, 'status') === 'active');
  const stalls = stalledPassesOf(snapshot, [
    ...new Set(active.map((row) => fieldText(row, 'slug'))),
  ]);
  knownStalls.set(snapshot, stalls);
  return stalls;
}

function lastPassOf(row: Rec): number {
  return fieldTime(row, 'last_worker_pass') ?? 0;
}

/**
 * One without a readable priority comes last; among equals, one never worked on comes first. Units
 * of one project stay in the order in which they are offered.
 */
function byTurn(a: Candidate, b: Candidate): number {
  const [left, right] = [priorityOf(a), priorityOf(b)];
  if (left !== right) return left < right ? -1 : 1;
  if (a.row === b.row) return 0;
  const age = lastPassOf(a.row) - lastPassOf(b.row);
  if (age !== 0) return age;
  return fieldText(a.row, 'slug') < fieldText(b.row, 'slug') ? -1 : 1;
}

function priorityOf({ row, unit }: Candidate): number {
  return unit?.priority ?? fieldInt(row, 'priority') ?? Number.POSITIVE_INFINITY;
}

function nameOf({ row, unit }: Candidate): string {
  return unit?.id ?? fieldText(row, 'slug');
}

type Turn = { readonly first: Candidate; readonly next: Candidate | undefined };

function turnText(snapshot: Snapshot, { first, next }: Turn): string {
  const number = first.unit?.priority ?? (fieldText(first.row, 'priority') || 'unknown');
  const priority = `priority ${number}`;
  if (next === undefined || next.row === first.row) return priority;
  if (priorityOf(next) < priorityOf(first) && isStalled(snapshot, next))
    return `${priority}; ${nameOf(next)} made no progress and yields`;
  if (priorityOf(next) !== priorityOf(first)) return priority;
  const last = fieldText(first.row, 'last_worker_pass');
  return `${priority}, ${last === '' ? 'never worked on' : `last pass ${last}`}`;
}

function behind(
  snapshot: Snapshot,
  { other, first }: { readonly other: Candidate; readonly first: Candidate },
): string {
  const name = nameOf(first);
  if (other.row === first.row) return `${name} comes first`;
  if (priorityOf(other) < priorityOf(first) && isStalled(snapshot, other))
    return `it made no progress in its last pass and yields to ${name}`;
  return priorityOf(other) === priorityOf(first)
    ? `${name} has waited longer`
    : `${name} comes first: ${turnText(snapshot, { first, next: other })} before ${other.unit?.priority ?? (fieldText(other.row, 'priority') || 'unknown')}`;
}
