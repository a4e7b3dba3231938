/** Decides from a project's own record whether it can be worked on. */
import type { Rec } from '../markdown/types.js';
import type { Snapshot } from '../workspace/types.js';
import { fieldText, fieldTime } from '../project/field-text.js';
import { phaseGraph } from '../project/phases.js';

export type ProjectState = {
  readonly state: 'active' | 'blocked' | 'complete' | 'stale-objective' | 'missing';
  readonly why: string;
  /** `blocked`: what the owner has to correct before an answer helps. */
  readonly repair?: string;
};

/** `missing`: there is no record, or it is not clear what it says. */
export function projectState(snapshot: Snapshot, slug: string): ProjectState {
  const record = snapshot.record('PROJECT', slug);
  if (record === undefined)
    return {
      state: 'missing',
      why: `there is no project "${slug}" in ${snapshot.filesOf('PROJECT').length} LONGRUNNER.md files`,
    };
  const unclear = unclearRecord(snapshot, record, slug);
  if (unclear !== undefined) return { state: 'missing', why: unclear };
  const status = fieldText(record, 'phase.status');
  const phase = fieldText(record, 'phase.name');
  if (status === 'blocked') return { state: 'blocked', why: `the phase "${phase}" is blocked` };
  if (status === 'complete') return { state: 'complete', why: `the phase "${phase}" is complete` };
  if (status !== 'active')
    return {
      state: 'missing',
      why: `${record.file} says "${status}" for phase.status; expected active, blocked or complete`,
    };
  if (phase === '') return { state: 'missing', why: `${record.file} names no phase` };
  const graph = phaseGraph(snapshot, slug);
  const unread = unreadPage(snapshot, graph.file);
  if (unread !== undefined) return { state: 'missing', why: unread };
  if (graph.phases.size > 0 && !graph.phases.has(phase))
    return {
      state: 'blocked',
      why: `the phase "${phase}" is not declared in ${graph.file}`,
      repair: `Declare it there, or name one of its phases in ${record.file}`,
    };
  if (graph.twice.has(phase))
    return {
      state: 'blocked',
      why: `the phase "${phase}" stands twice in ${graph.file}`,
      repair: 'Rename or remove one of the two',
    };
  const stale = staleObjective(record);
  return stale === undefined
    ? { state: 'active', why: fieldText(record, 'next_pass.objective') }
    : { state: 'stale-objective', why: stale };
}

/** Two rows in the dispatch table, of which no bundle knows which to change, or broken YAML. */
function unclearRecord(
  snapshot: Snapshot,
  { file, fields }: Rec,
  slug: string,
): string | undefined {
  const rows = rowsOf(snapshot, slug);
  const [first, second] = rows;
  if (first !== undefined && second !== undefined)
    return `it has ${rows.length} rows in ${first.file}, on lines ${rows.map(({ range }) => range.line).join(' and ')}`;
  return fields.size > 0 ? undefined : unreadPage(snapshot, file);
}

function unreadPage(snapshot: Snapshot, file: string): string | undefined {
  const text = snapshot.text(file);
  // What a power cut or a sync tool leaves; a page of prose has no phases, which is allowed.
  if (text !== undefined && !/[^\0\s]/.test(text)) return `${file} is empty`;
  const [problem] = snapshot.recordDiagnostics(file);
  return problem === undefined
    ? undefined
    : `${file} cannot be read at line ${problem.range.line}: ${problem.message}`;
}

const dispatched = new WeakMap<Snapshot, ReadonlyMap<string, readonly Rec[]>>();

/** Of the dispatch table; every project asks. */
function rowsOf(snapshot: Snapshot, slug: string): readonly Rec[] {
  const known = dispatched.get(snapshot);
  if (known !== undefined) return known.get(slug) ?? [];
  const rows = new Map<string, Rec[]>();
  for (const row of snapshot.records('DISPATCH')) {
    const [key, own] = [row.key, rows.get(row.key)];
    if (own === undefined) rows.set(key, [row]);
    else own.push(row);
  }
  dispatched.set(snapshot, rows);
  return rows.get(slug) ?? [];
}

const PLACEHOLDER =
  /^(?:\{\{.*\}\}|<[^>]*>|\[[^\]]*\]|tbd|todo|to be (?:decided|defined|done)|n\/?a|none|\.{3}|…|\?+)\.?$/i;

export function isPlaceholder(objective: string): boolean {
  return PLACEHOLDER.test(objective.trim());
}

/** The objective is empty, a placeholder, or left over from an earlier phase. */
function staleObjective(record: Rec): string | undefined {
  const objective = fieldText(record, 'next_pass.objective');
  if (objective === '') return 'next_pass.objective is empty';
  if (isPlaceholder(objective)) return `next_pass.objective is a placeholder: ${objective}`;
  const started = fieldTime(record, 'phase.started');
  const last = fieldTime(record, 'last_pass.date');
  const same = sameObjective(objective, fieldText(record, 'last_pass.objective'));
  if (
    same &&
    started !== undefined &&
    last !== undefined &&
    last < started &&
    !sameObjective(objective, fieldText(record, 'phase.objective'))
  )
    return `next_pass.objective is still the one of the phase before: ${objective}`;
  return undefined;
}

export function sameObjective(a: string, b: string): boolean {
  return normal(a) === normal(b);
}

function normal(text: string): string {
  return text
    .toLowerCase()
    .replace(/[\s.]+/g, ' ')
    .trim();
}
