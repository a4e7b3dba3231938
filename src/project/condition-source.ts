/** Which conditions apply to a project: its own, or those of its phase. */
import type { Rec } from '../markdown/types.js';
import type { Snapshot } from '../workspace/types.js';
import { parseConditions } from './condition-parse.js';
import type { ParsedConditions } from './condition-parse.js';
import type { Condition } from './condition-types.js';
import { fieldText } from './field-text.js';
import { phaseGraph } from './phases.js';

/** `from`: the address of the field that they were read from; empty when there are none. */
export type ConditionsInForce = ParsedConditions & { readonly from: string };

/**
 * The stop condition of the current phase: the project's own while it has one, else the one in
 * PHASES.md.
 */
export function stopConditionOf(snapshot: Snapshot, project: string): ConditionsInForce {
  return inForce(snapshot, project, 'stop_condition');
}

/** The criteria of the next pass, found in the same way. */
export function criteriaOf(snapshot: Snapshot, project: string): ConditionsInForce {
  return inForce(snapshot, project, 'criteria');
}

function inForce(
  snapshot: Snapshot,
  project: string,
  name: 'stop_condition' | 'criteria',
): ConditionsInForce {
  const record = snapshot.record('PROJECT', project);
  const field = name === 'stop_condition' ? 'phase.stop_condition' : 'next_pass.criteria';
  const own = ownConditions(record, field);
  if (own !== undefined) return own;
  const graph = phaseGraph(snapshot, project);
  const phase = graph.phases.get(fieldText(record, 'phase.name'));
  const cell = name === 'stop_condition' ? phase?.stopCondition : phase?.criteria;
  if (phase === undefined || cell === undefined || graph.twice.has(phase.name))
    return { assertions: [], diagnostics: [], from: '' };
  return {
    ...parseConditions(cell.data ?? cell.value, cell),
    from: `${graph.file}#${phase.name}.${name}`,
  };
}

function ownConditions(record: Rec | undefined, field: string): ConditionsInForce | undefined {
  const cell = record?.fields.get(field);
  if (record === undefined || cell === undefined) return undefined;
  const parsed = parseConditions(cell.data ?? cell.value, cell);
  return parsed.assertions.length === 0
    ? undefined
    : { ...parsed, from: `${record.file}#${field}` };
}

/** The conditions in a field of any record; none if it is empty. */
export function conditionsIn(record: Rec, field: string): readonly Condition[] {
  const cell = record.fields.get(field);
  return parseConditions(cell?.data ?? cell?.value, cell ?? record).assertions;
}

/** Every program that a list of conditions would run; what nobody but the owner may write. */
export function commandsIn(conditions: readonly Condition[]): readonly (readonly string[])[] {
  return conditions.flatMap((condition) => {
    if (condition.kind === 'command') return [condition.argv];
    if (condition.kind === 'not') return commandsIn([condition.of]);
    return condition.kind === 'all_of' || condition.kind === 'any_of'
      ? commandsIn(condition.of)
      : [];
  });
}
