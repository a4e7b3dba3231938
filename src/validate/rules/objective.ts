/** Rule objective: an active project has an objective for its next pass that is not reached yet. */
import { posix } from 'node:path';
import type { Diagnostic } from '../../kernel/diagnostic.js';
import type { Rec } from '../../markdown/types.js';
import { recordedChanges } from '../../workspace/recorded-changes.js';
import { fieldText } from '../../project/field-text.js';
import type { Snapshot } from '../../workspace/types.js';
import { fieldRange } from '../record-place.js';
import type { WorkspaceRule } from '../rule.js';

const FIELD = 'next_pass.objective';

export const objective: WorkspaceRule = {
  kind: 'workspace',
  id: 'objective',
  severity: 'error',
  suppressible: 'always',
  isTraced: true,
  run: ({ snapshot, schema }) => {
    const object = schema.objects.get('PROJECT');
    if (object === undefined) return [];
    const rows = snapshot
      .records('DISPATCH')
      .filter((row) => fieldText(row, 'status') === 'active');
    const ready = rows
      .filter((row) => fieldText(row, 'escalation') === '')
      .sort((a, b) => Number(fieldText(a, 'priority')) - Number(fieldText(b, 'priority')));
    const nothingRuns = ready.every(
      (row) => fieldText(snapshot.record('PROJECT', fieldText(row, 'slug')), FIELD) === '',
    );
    return rows.flatMap((row) => {
      const project = snapshot.record('PROJECT', fieldText(row, 'slug'));
      // record-shape reports unreadable front matter. Until a phase changes, an objective may be
      // missing.
      if (
        project === undefined ||
        project.fields.size === 0 ||
        fieldText(project, 'phase.status') !== 'active'
      )
        return [];
      const problem =
        fieldText(project, FIELD) === ''
          ? missing(fieldText(row, 'slug'), nothingRuns && ready[0] === row)
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
    ? `${slug} is next but has no objective, and no other project can run`
    : `${slug} is active, but its next pass has no objective`;
  return {
    severity: stops ? 'error' : 'warning',
    message,
    expected: 'one step for one pass',
    actual: 'nothing',
    hint: 'write a step whose result can be checked; if there is nothing left to do, end the phase',
  };
}

function stale(snapshot: Snapshot, project: Rec): Problem | undefined {
  const last = fieldText(project, 'last_pass.objective');
  const lastPassAt = Date.parse(fieldText(project, 'last_pass.date'));
  if (normal(last) !== normal(fieldText(project, FIELD)) || Number.isNaN(lastPassAt))
    return undefined;
  const facts = {
    severity: 'warning' as const,
    expected: 'the next step',
    actual: fieldText(project, FIELD),
    hint: 'write the next step',
  };
  if (lastPassAt < Date.parse(fieldText(project, 'phase.started')))
    return {
      ...facts,
      message: `the objective of ${project.key} is still that of the phase before`,
    };
  if (
    !/^(?:STRONG|ADEQUATE)$/.test(fieldText(project, 'last_pass.quality')) ||
    changedSince(snapshot, project, lastPassAt)
  )
    return undefined;
  return {
    ...facts,
    message: `the last pass reached the objective of ${project.key} (${fieldText(project, 'last_pass.quality')}), and no change is recorded since`,
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

function normal(text: string): string {
  return text
    .toLowerCase()
    .replace(/[\s.]+/g, ' ')
    .trim();
}
