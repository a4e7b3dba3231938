/**
 * Rule objective: an active project says what its next pass is to do, and that is not done or over
 * already.
 */
import { posix } from 'node:path';
import type { Diagnostic } from '../../kernel/diagnostic.js';
import type { Rec } from '../../markdown/types.js';
import { recordedChanges } from '../../workspace/recorded-changes.js';
import type { Snapshot } from '../../workspace/types.js';
import { fieldRange } from '../record-place.js';
import type { WorkspaceRule } from '../rule.js';

const FIELD = 'next_pass.objective';

export const objective: WorkspaceRule = {
  kind: 'workspace',
  id: 'objective',
  severity: 'error',
  suppressible: 'always',
  run: ({ snapshot, schema }) => {
    const object = schema.objects.get('PROJECT');
    if (object === undefined) return [];
    const rows = snapshot.records('DISPATCH').filter((row) => textOf(row, 'status') === 'active');
    const ready = rows
      .filter((row) => textOf(row, 'escalation') === '')
      .sort((a, b) => Number(textOf(a, 'priority')) - Number(textOf(b, 'priority')));
    const nothingRuns = ready.every(
      (row) => textOf(snapshot.record('PROJECT', textOf(row, 'slug')), FIELD) === '',
    );
    return rows.flatMap((row) => {
      const project = snapshot.record('PROJECT', textOf(row, 'slug'));
      // Front matter that cannot be read is record-shape, an objective that waits for a phase to
      // change is nobody's fault.
      if (
        project === undefined ||
        project.fields.size === 0 ||
        textOf(project, 'phase.status') !== 'active'
      )
        return [];
      const problem =
        textOf(project, FIELD) === ''
          ? missing(textOf(row, 'slug'), nothingRuns && ready[0] === row)
          : stale(snapshot, project);
      return problem === undefined
        ? []
        : [{ rule: 'objective', ...problem, range: fieldRange(object, project, FIELD) }];
    });
  },
};

type Problem = Omit<Diagnostic, 'rule' | 'range'>;

function missing(slug: string, stops: boolean): Problem {
  const message = stops
    ? `${slug} is first in line and has no objective, and no other project can run`
    : `${slug} is active, but its next pass has no objective`;
  return {
    severity: stops ? 'error' : 'warning',
    message,
    expected: 'one step that fits into one pass',
    actual: 'nothing',
    hint: 'write a step whose result can be checked; if nothing is left to do, the phase is over',
  };
}

function stale(snapshot: Snapshot, project: Rec): Problem | undefined {
  const last = textOf(project, 'last_pass.objective');
  const lastPassAt = Date.parse(textOf(project, 'last_pass.date'));
  if (normal(last) !== normal(textOf(project, FIELD)) || Number.isNaN(lastPassAt)) return undefined;
  const facts = {
    severity: 'warning' as const,
    expected: 'the next step',
    actual: textOf(project, FIELD),
    hint: 'write what is to be done next',
  };
  if (lastPassAt < Date.parse(textOf(project, 'phase.started')))
    return {
      ...facts,
      message: `the objective of ${project.key} is still the one of the phase before`,
    };
  if (
    !/^(?:STRONG|ADEQUATE)$/.test(textOf(project, 'last_pass.quality')) ||
    changedSince(snapshot, project, lastPassAt)
  )
    return undefined;
  return {
    ...facts,
    message: `the objective of ${project.key} was reached by the last pass (${textOf(project, 'last_pass.quality')}), and no change since is recorded`,
  };
}

function changedSince(snapshot: Snapshot, project: Rec, since: number): boolean {
  const folder = `${posix.dirname(project.file)}/`;
  const changes = recordedChanges(snapshot, folder);
  const lastPass = { instant: since, address: `${project.file}#last_pass.date` };
  return [...snapshot.files.keys()].some(
    (path) =>
      path.startsWith(folder) && path !== project.file && changes.changedSince(path, lastPass),
  );
}

function textOf(record: Rec | undefined, field: string): string {
  return record?.fields.get(field)?.value.trim() ?? '';
}

function normal(text: string): string {
  return text
    .toLowerCase()
    .replace(/[\s.]+/g, ' ')
    .trim();
}
