/**
 * Rule stop-condition: the conditions of projects and phases can be evaluated, and no pass can
 * write the programs that they run.
 */
import { posix } from 'node:path';
import type { Diagnostic } from '../../kernel/diagnostic.js';
import { globMatches } from '../../kernel/glob.js';
import type { Rec } from '../../markdown/types.js';
import { CONDITION_RULE, parseConditions } from '../../project/condition-parse.js';
import { isScript } from '../../project/condition-programs.js';
import { PHASES_FILE } from '../../project/phases.js';
import { projectWrites } from '../../project/project-writes.js';
import type { Snapshot } from '../../workspace/types.js';
import { CONDITION_FIELDS, isFilled, type ProgramFact, programsIn } from '../phase-facts.js';
import type { FileRule, WorkspaceRule } from '../rule.js';

const NAMED = { id: CONDITION_RULE, severity: 'error', suppressible: 'never' } as const;

/** Conditions are assertions; reports those that only people can understand. */
export const stopCondition: FileRule = {
  kind: 'file',
  ...NAMED,
  run: (file) =>
    file.objects.flatMap(({ object }) => {
      const fields = CONDITION_FIELDS[object];
      if (fields === undefined) return [];
      return file
        .records(object)
        .flatMap((record) => fields.flatMap((field) => problemsOf(record, field)));
    }),
};

function problemsOf(record: Rec, field: string): readonly Diagnostic[] {
  const cell = record.fields.get(field);
  if (cell !== undefined)
    return isFilled(cell) ? parseConditions(cell.data ?? cell.value, cell).diagnostics : [];
  // Front matter reads a map as separate fields.
  const [name, part] = [...record.fields].find(([key]) => key.startsWith(`${field}.`)) ?? [];
  if (name === undefined || part === undefined) return [];
  return [
    {
      rule: NAMED.id,
      severity: 'error',
      message: `${field} is a map, so Nocturne ignores it; a condition is a list`,
      range: part.range,
      expected: 'a list of assertions, each beginning with "- "',
      actual: name.slice(field.length + 1),
    },
  ];
}

/** Nocturne refuses to run a condition's program if the pass that it checks may write it. */
export const conditionProgram: WorkspaceRule = {
  kind: 'workspace',
  ...NAMED,
  isTraced: true,
  run: ({ snapshot, facts }) =>
    snapshot.records('PROJECT').flatMap((record) => {
      const directory = posix.dirname(record.file);
      const phases = facts.get(posix.join(directory, PHASES_FILE))?.phases ?? [];
      const programs = [...programsIn(record), ...phases.flatMap((phase) => phase.programs)];
      if (programs.length === 0) return [];
      const writes = projectWrites(record, record.key);
      return programs.flatMap((program) =>
        writable(snapshot, program, { directory, writes, project: record.key }),
      );
    }),
};

function writable(
  snapshot: Snapshot,
  { program, range }: ProgramFact,
  scope: {
    readonly directory: string;
    readonly writes: readonly string[];
    readonly project: string;
  },
): Diagnostic[] {
  const path = posix.normalize(posix.join(scope.directory, program));
  // A single word that names no file here is a program of the machine.
  if (!snapshot.files.has(path) && !program.includes('/') && !isScript(program)) return [];
  const glob = program.startsWith('/')
    ? undefined
    : scope.writes.find((pattern) => globMatches(pattern, path));
  if (glob === undefined) return [];
  return [
    {
      rule: NAMED.id,
      severity: 'error',
      message: `${path} decides whether the work of ${scope.project} is done, but its passes may write it (${glob})`,
      range,
      expected: 'a program outside next_pass.writes',
      actual: program,
      hint: 'move it next to LONGRUNNER.md, where only the owner writes programs',
    },
  ];
}
