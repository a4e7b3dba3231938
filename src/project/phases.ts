/**
 * The graph of a project's phases: what may follow what. PHASES.md is the owner's; nothing here
 * widens it.
 */
import { posix } from 'node:path';
import type { Cell, Rec } from '../markdown/types.js';
import type { Snapshot } from '../workspace/types.js';
import { fieldList, fieldText } from './field-text.js';
import { projectDirectory } from './project-directory.js';

/** In the folder of the project. */
export const PHASES_FILE = 'PHASES.md';

export type Phase = {
  readonly name: string;
  readonly objective: string;
  readonly successors: readonly string[];
  /** Programs that the phase allows; `undefined`: what the tool registry allows. */
  readonly tools: readonly string[] | undefined;
  readonly stopCondition: Cell | undefined;
  readonly criteria: Cell | undefined;
  readonly line: number;
};
/**
 * `twice`: names that occur more than once. Their meaning is ambiguous, so nothing moves into or
 * out of them.
 */
export type PhaseGraph = {
  readonly file: string;
  readonly phases: ReadonlyMap<string, Phase>;
  readonly twice: ReadonlySet<string>;
};

export function phaseGraph(snapshot: Snapshot, project: string): PhaseGraph {
  const file = posix.join(projectDirectory(snapshot, project), PHASES_FILE);
  return phasesIn(file, snapshot.recordsIn(file, 'PHASES'));
}

/** The graph that the records of one file make, in their order. */
export function phasesIn(file: string, records: readonly Rec[]): PhaseGraph {
  const phases = new Map<string, Phase>();
  const twice = new Set<string>();
  for (const record of records) {
    if (phases.has(record.key)) twice.add(record.key);
    else {
      phases.set(record.key, {
        name: record.key,
        objective: fieldText(record, 'objective'),
        successors: fieldList(record, 'successors'),
        tools: toolsOf(record),
        stopCondition: filled(record.fields.get('stop_condition')),
        criteria: filled(record.fields.get('criteria')),
        line: record.range.line,
      });
    }
  }
  return { file, phases, twice };
}

/** Nothing said is `undefined`; an empty list is none. */
function toolsOf(record: Rec): readonly string[] | undefined {
  const cell = record.fields.get('tools');
  return cell === undefined || (cell.value === '' && !Array.isArray(cell.data))
    ? undefined
    : fieldList(record, 'tools');
}

function filled(cell: Cell | undefined): Cell | undefined {
  return cell === undefined ||
    (cell.value === '' && (cell.data === undefined || cell.data === null))
    ? undefined
    : cell;
}

/**
 * What comes after a phase. `choice`: the owner has to name one. `refused`: PHASES.md does not
 * allow it, and why.
 */
export type NextPhase =
  | { readonly kind: 'next'; readonly phase: Phase }
  | { readonly kind: 'terminal' }
  | { readonly kind: 'choice'; readonly among: readonly string[] }
  | ({ readonly kind: 'refused' } & MoveProblem);

/** `code`: what is wrong, whatever the phases are called. */
export type MoveProblem = {
  readonly code: 'phase-undeclared' | 'phase-twice' | 'phase-not-next' | 'phase-without-objective';
  readonly why: string;
};

/** @param chosen the successor that was named; empty: the only one there is. */
export function nextPhase(graph: PhaseGraph, current: string, chosen: string): NextPhase {
  const from = graph.phases.get(current);
  if (from === undefined) return { kind: 'refused', ...undeclared(graph, current) };
  if (chosen !== '') {
    const to = graph.phases.get(chosen);
    const problem = moveProblem(graph, current, chosen);
    if (problem !== undefined) return { kind: 'refused', ...problem };
    return to === undefined
      ? { kind: 'refused', ...undeclared(graph, chosen) }
      : { kind: 'next', phase: to };
  }
  const [only, second] = from.successors;
  if (only === undefined)
    return graph.twice.has(current)
      ? { kind: 'refused', ...twice(graph, current) }
      : { kind: 'terminal' };
  return second === undefined
    ? nextPhase(graph, current, only)
    : { kind: 'choice', among: from.successors };
}

/** Why a project may not go from one phase to another; `undefined`: it may. */
export function moveProblem(graph: PhaseGraph, from: string, to: string): MoveProblem | undefined {
  const source = graph.phases.get(from);
  if (source === undefined) return undeclared(graph, from);
  const double = [from, to].find((name) => graph.twice.has(name));
  if (double !== undefined) return twice(graph, double);
  if (!source.successors.includes(to))
    return {
      code: 'phase-not-next',
      why: `"${to}" does not follow "${from}": ${source.successors.length === 0 ? 'nothing does' : source.successors.join(', ')}`,
    };
  const target = graph.phases.get(to);
  if (target === undefined) return undeclared(graph, to);
  return target.objective === ''
    ? {
        code: 'phase-without-objective',
        why: `the phase "${to}" has no objective in ${graph.file}`,
      }
    : undefined;
}

function undeclared({ file }: PhaseGraph, phase: string): MoveProblem {
  return { code: 'phase-undeclared', why: `the phase "${phase}" is not declared in ${file}` };
}

function twice({ file }: PhaseGraph, phase: string): MoveProblem {
  return { code: 'phase-twice', why: `the phase "${phase}" is declared twice in ${file}` };
}

/** Phases that can still come, the given one included. */
export function reachablePhases(graph: PhaseGraph, from: string): ReadonlySet<string> {
  const seen = new Set<string>();
  const open = [from];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const phase = graph.phases.get(name);
    if (phase === undefined || seen.has(name)) continue;
    seen.add(name);
    open.push(...phase.successors);
  }
  return seen;
}

/** What the owner is asked when a phase's stop condition is met. */
export function transitionQuestion(
  graph: PhaseGraph,
  project: string,
  current: string,
  chosen: string,
): string {
  const next = nextPhase(graph, current, chosen);
  const met = `${project}: the stop condition of "${current}" is met.`;
  switch (next.kind) {
    case 'next':
      return `${met} Begin "${next.phase.name}" (${next.phase.objective})? Answer yes, or answer no and say what the next pass is to do.`;
    case 'terminal':
      return `${met} It is the last phase. Close the project? Answer yes, or answer no and say what the next pass is to do.`;
    case 'choice':
      return `${met} What comes next? Answer with one of ${next.among.join(', ')}, or no.`;
    case 'refused':
      return `${met} It cannot continue: ${next.why}. Correct ${graph.file}, then answer yes, or answer no.`;
  }
}
