/**
 * Rule phase-graph: the phases lead from the first to an end, and the project is in one of them.
 */
import { posix } from 'node:path';
import { defined } from '../../kernel/defined.js';
import type { Diagnostic, Range } from '../../kernel/diagnostic.js';
import { didYouMean } from '../../kernel/nearest-name.js';
import type { Rec } from '../../markdown/types.js';
import { fieldText } from '../../project/field-text.js';
import { type PhaseGraph, PHASES_FILE, phasesIn, reachablePhases } from '../../project/phases.js';
import type { ObjectSpec } from '../../registry/types.js';
import { fieldItems } from '../field-items.js';
import type { GovernedFile } from '../governed-file.js';
import type { PhaseFact } from '../phase-facts.js';
import { renamedPage, renameHint } from '../renamed-page.js';
import { fieldRange, keyRange } from '../record-place.js';
import type { FileRule, WorkspaceRule } from '../rule.js';

const NAMED = { id: 'phase-graph', severity: 'error', suppressible: 'warnings' } as const;

/** Checks one PHASES.md. key-unique reports repeated names. */
export const phaseGraph: FileRule = {
  kind: 'file',
  ...NAMED,
  run: (file) =>
    file.objects
      .filter((object) => object.object === 'PHASES')
      .flatMap((object) => graphProblems(file, object)),
};

function graphProblems(file: GovernedFile, object: ObjectSpec): Diagnostic[] {
  const records = file.records('PHASES');
  const graph = phasesIn(file.path, records);
  const unknown = records.flatMap((record) => unknownSuccessors(graph, object, record));
  // With an unknown successor, reachable phases are unknown.
  return unknown.length > 0
    ? unknown
    : [...unreachable(graph, object, records), ...endless(graph, object, records)];
}

function unknownSuccessors(graph: PhaseGraph, object: ObjectSpec, record: Rec): Diagnostic[] {
  const [spec, cell] = [object.fields.get('successors'), record.fields.get('successors')];
  if (spec === undefined || cell === undefined) return [];
  return fieldItems(spec.type, cell).flatMap(({ text, range }): Diagnostic[] => {
    if (text === '' || graph.phases.has(text)) return [];
    return [
      {
        rule: NAMED.id,
        severity: 'error',
        message: `"${text}" follows "${record.key}", but is not declared in ${graph.file}`,
        range,
        expected: [...graph.phases.keys()].join(', '),
        actual: text,
        hint: didYouMean(text, graph.phases.keys()) ?? `add a section "## ${text}"`,
      },
    ];
  });
}

function unreachable(graph: PhaseGraph, object: ObjectSpec, records: readonly Rec[]): Diagnostic[] {
  const [first = ''] = graph.phases.keys();
  const reached = reachablePhases(graph, first);
  return firstOfEach(records)
    .filter((record) => !reached.has(record.key))
    .map((record) => ({
      rule: NAMED.id,
      severity: 'warning',
      message: `no phase leads from "${first}" to "${record.key}"`,
      range: keyRange(object, record),
      expected: 'a phase that names it as a successor',
      actual: 'none',
      hint: 'a project begins in the first phase of the page',
    }));
}

/** One finding for all phases from which no end can be reached, which form one or more cycles. */
function endless(graph: PhaseGraph, object: ObjectSpec, records: readonly Rec[]): Diagnostic[] {
  const before = new Map<string, string[]>();
  for (const { name, successors } of graph.phases.values())
    for (const next of successors) before.set(next, [...(before.get(next) ?? []), name]);
  const ends = new Set<string>();
  const open = [...graph.phases.values()]
    .filter((phase) => phase.successors.length === 0)
    .map((phase) => phase.name);
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (ends.has(name)) continue;
    ends.add(name);
    open.push(...(before.get(name) ?? []));
  }
  const circle = firstOfEach(records).filter((record) => !ends.has(record.key));
  const [record] = circle;
  if (record === undefined) return [];
  return [
    {
      rule: NAMED.id,
      severity: 'warning',
      message: `the project never ends: no phase leads out of ${circle.map((phase) => phase.key).join(', ')}`,
      range: firstSuccessor(object, record),
      expected: 'a way to a phase without successors',
      actual: graph.phases.get(record.key)?.successors.join(', ') ?? '',
    },
  ];
}

function firstSuccessor(object: ObjectSpec, record: Rec): Range {
  const [spec, cell] = [object.fields.get('successors'), record.fields.get('successors')];
  const first =
    spec === undefined || cell === undefined ? undefined : fieldItems(spec.type, cell)[0];
  return first?.range ?? fieldRange(object, record, 'successors');
}

/** Without repeated names. */
function firstOfEach(records: readonly Rec[]): readonly Rec[] {
  const seen = new Set<string>();
  return records.filter((record) => !seen.has(record.key) && seen.add(record.key) !== undefined);
}

/** Checks the phases that a project names. */
export const phaseDeclared: WorkspaceRule = {
  kind: 'workspace',
  ...NAMED,
  isTraced: true,
  run: ({ snapshot, schema, facts }) => {
    const object = schema.objects.get('PROJECT');
    if (object === undefined || !schema.objects.has('PHASES')) return [];
    const over = new Set(
      snapshot
        .records('DISPATCH')
        .filter((row) => /^(?:complete|abandoned)$/.test(fieldText(row, 'status')))
        .map((row) => fieldText(row, 'slug')),
    );
    return snapshot.records('PROJECT').flatMap((record): Diagnostic[] => {
      const file = posix.join(posix.dirname(record.file), PHASES_FILE);
      const phaseFacts = facts.get(file);
      const name = fieldText(record, 'phase.name');
      // record-shape reports unreadable front matter, field-contract a missing phase.
      if (over.has(record.key) || name === '' || phaseFacts?.unread.includes('PHASES') === true)
        return [];
      if (phaseFacts === undefined || phaseFacts.phases.length === 0) {
        const renamed =
          phaseFacts === undefined
            ? renamedPage(snapshot, schema.objects.get('PHASES'), file)
            : undefined;
        return [
          {
            rule: NAMED.id,
            severity: 'warning',
            message: `the project ${record.key} declares no phases, so no phase can follow "${name}" and the project never ends`,
            range: fieldRange(object, record, 'phase.name'),
            expected: `a section "## ${name}" in ${file}`,
            actual: phaseFacts === undefined ? 'no such file' : 'no section',
            ...defined({ hint: renamed === undefined ? undefined : renameHint(file, renamed) }),
          },
        ];
      }
      return standing(object, record, { file, name, phases: phaseFacts.phases });
    });
  },
};

function standing(
  object: ObjectSpec,
  record: Rec,
  current: { readonly file: string; readonly name: string; readonly phases: readonly PhaseFact[] },
): Diagnostic[] {
  const { file, name, phases } = current;
  const phase = phases.find((candidate) => candidate.name === name);
  if (phase === undefined) {
    const names = phases.map((candidate) => candidate.name);
    return [
      {
        rule: NAMED.id,
        severity: 'error',
        message: `${record.key} is in the phase "${name}", which is not declared in ${file}`,
        range: fieldRange(object, record, 'phase.name'),
        expected: names.join(', '),
        actual: name,
        ...defined({ hint: didYouMean(name, names) }),
      },
    ];
  }
  const successor = fieldText(record, 'phase.successor');
  if (successor === '' || phase.successors.includes(successor)) return [];
  return [
    {
      rule: NAMED.id,
      severity: 'error',
      message: `${file} does not allow "${successor}" to follow "${name}"`,
      range: fieldRange(object, record, 'phase.successor'),
      expected: phase.successors.join(', ') || 'nothing: it is the last phase',
      actual: successor,
    },
  ];
}
