/** What a PHASES.md declares, for rules about its project. */
import type { Range } from '../kernel/diagnostic.js';
import type { Cell, Rec } from '../markdown/types.js';
import { parseConditions } from '../project/condition-parse.js';
import { programsOf } from '../project/condition-programs.js';
import { commandsIn } from '../project/condition-source.js';
import { fieldList } from '../project/field-text.js';
import { itemRange } from './field-items.js';

/** A program that a condition runs, relative to the project. */
export type ProgramFact = { readonly program: string; readonly range: Range };
export type PhaseFact = {
  readonly name: string;
  readonly successors: readonly string[];
  readonly programs: readonly ProgramFact[];
};

/** The fields of an object that contain conditions. */
export const CONDITION_FIELDS: Readonly<Record<string, readonly string[]>> = {
  PROJECT: ['phase.stop_condition', 'next_pass.criteria'],
  PHASES: ['stop_condition', 'criteria'],
  JOB: ['requires', 'proves'],
};

export function phaseFact(record: Rec): PhaseFact {
  return {
    name: record.key,
    successors: fieldList(record, 'successors'),
    programs: programsIn(record),
  };
}

/** The programs that the conditions of a project or a phase run. */
export function programsIn(record: Rec): readonly ProgramFact[] {
  return (CONDITION_FIELDS[record.object] ?? []).flatMap((field) => {
    const cell = record.fields.get(field);
    return cell === undefined || !isFilled(cell) ? [] : programsOfCell(cell);
  });
}

function programsOfCell(cell: Cell): readonly ProgramFact[] {
  const data = cell.data ?? cell.value;
  // Most conditions run nothing, and to parse them takes longer than to see that.
  if (!JSON.stringify(data).includes('"command"')) return [];
  const programs = commandsIn(parseConditions(data, cell).assertions).flatMap(programsOf);
  return [...new Set(programs)].map((program) => ({ program, range: itemRange(cell, program) }));
}

/** An empty list or value is not a condition. */
export function isFilled({ data, value }: Cell): boolean {
  return Array.isArray(data)
    ? data.length > 0
    : value !== '' || (data !== undefined && data !== null);
}
