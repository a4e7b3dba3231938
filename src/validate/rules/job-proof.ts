/**
 * Rule job-proof: a run of every job can be proved, and what the page says about the job can be
 * used.
 */
import { validate } from 'node-cron';
import { didYouMean } from '../../kernel/nearest-name.js';
import { defined } from '../../kernel/defined.js';
import type { Diagnostic } from '../../kernel/diagnostic.js';
import type { Rec } from '../../markdown/types.js';
import { fieldList, fieldText } from '../../project/field-text.js';
import { isZone } from '../../project/owner-zone.js';
import type { ObjectSpec } from '../../registry/types.js';
import type { Snapshot } from '../../workspace/types.js';
import { isFilled } from '../phase-facts.js';
import { fieldRange, keyRange } from '../record-place.js';
import type { WorkspaceRule } from '../rule.js';

const ID = 'job-proof';
const TIME_OF_DAY = /^(?:[01]?\d|2[0-3]):[0-5]\d$/;

export const jobProof: WorkspaceRule = {
  kind: 'workspace',
  id: ID,
  severity: 'error',
  suppressible: 'warnings',
  isTraced: true,
  run: ({ snapshot, schema }) => {
    const object = schema.objects.get('JOB');
    if (object === undefined) return [];
    return snapshot
      .records('JOB')
      .flatMap((record) => [
        ...proofProblems(object, record),
        ...patternProblems(object, record),
        ...timeProblems(object, record),
        ...projectProblems(object, { record, snapshot }),
      ]);
  },
};

function proofProblems(object: ObjectSpec, record: Rec): readonly Diagnostic[] {
  const isEmpty = (field: string): boolean => {
    const cell = record.fields.get(field);
    return cell === undefined || !isFilled(cell);
  };
  if (!isEmpty('proves') || !isEmpty('fresh')) return [];
  return [
    {
      rule: ID,
      severity: 'warning',
      message: `no run of ${record.key} can be proved: the page says neither what it proves nor what is fresh`,
      range: keyRange(object, record),
      expected: 'a list "proves", or a list "fresh"',
      hint: 'list under fresh the files that every run has to write',
    },
  ];
}

function patternProblems(object: ObjectSpec, record: Rec): readonly Diagnostic[] {
  return fieldList(record, 'forbids').flatMap((source): readonly Diagnostic[] => {
    try {
      new RegExp(source);
      return [];
    } catch {
      return [
        {
          rule: ID,
          severity: 'error',
          message: `no run of ${record.key} can be proved: its pattern is not a regular expression`,
          range: fieldRange(object, record, 'forbids'),
          expected: 'a regular expression',
          actual: source,
        },
      ];
    }
  });
}

function timeProblems(object: ObjectSpec, record: Rec): readonly Diagnostic[] {
  const problem = (field: string, message: string, expected: string): Diagnostic => ({
    rule: ID,
    severity: 'error',
    message: `${message}, so nobody is told when ${record.key} is late`,
    range: fieldRange(object, record, field),
    expected,
    actual: fieldText(record, field),
  });
  const zone = fieldText(record, 'time_zone');
  return [
    ...['start_by', 'done_by'].flatMap((field) => {
      const text = fieldText(record, field);
      const isTime = text === '' || TIME_OF_DAY.test(text) || isSchedule(text);
      return isTime
        ? []
        : [
            problem(
              field,
              `${field} is neither a time of day nor a schedule`,
              'a time such as 03:15, or the five fields of cron, such as 15 3 * * 1-5',
            ),
          ];
    }),
    ...(zone === '' || isZone(zone)
      ? []
      : [problem('time_zone', `there is no time zone ${zone}`, 'a name such as Europe/Lisbon')]),
  ];
}

/** node-cron also takes seconds in a sixth field. */
function isSchedule(text: string): boolean {
  return text.split(/\s+/).length === 5 && validate(text);
}

function projectProblems(
  object: ObjectSpec,
  { record, snapshot }: { readonly record: Rec; readonly snapshot: Snapshot },
): readonly Diagnostic[] {
  const [word, project = ''] = fieldText(record, 'on_failure').split(' ');
  if (word !== 'run' || snapshot.record('PROJECT', project) !== undefined) return [];
  const projects = snapshot.records('PROJECT').map(({ key }) => key);
  return [
    {
      rule: ID,
      severity: 'warning',
      message: `${record.key} asks for a pass of ${project} when it fails, but there is no such project`,
      range: fieldRange(object, record, 'on_failure'),
      actual: project,
      ...defined({ hint: didYouMean(project, projects) }),
    },
  ];
}
