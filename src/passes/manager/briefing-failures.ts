/** The morning page: what failed in the night and why, what was undone, what was refused. */
import { plural } from '../../kernel/words.js';
import { fieldText } from '../../project/field-text.js';
import type { Rec } from '../../markdown/types.js';
import type { Failure } from '../module.js';
import { UNDECIDED } from '../reconcile/evaluate.js';
import { type Night, reaped } from './night.js';
import { shortened } from '../../project/page-text.js';

/** What went wrong in what modules keep, then in passes. */
export function failuresOf(night: Night, ofModules: readonly Failure[] = []): readonly string[] {
  const told = new Set(ofModules.flatMap(({ runs }) => runs ?? []));
  return [...ofModules.map(({ line }) => shortened(line)), ...failureLines(night, told)];
}

/**
 * The worst first: crashes, undone changes, failed passes, weak ones, refusals, other trouble.
 * @param told the runs that modules tell about.
 */
function failureLines(night: Night, told: ReadonlySet<string>): readonly string[] {
  const { ofResult } = night;
  const runs = night.runs.filter(({ key }) => !told.has(key));
  const untold = { ...night, runs };
  const projectOf = new Map(night.runs.map((run) => [run.key, fieldText(run, 'project')]));
  const who = (row: Rec): string => projectOf.get(fieldText(row, 'run_id')) || 'a pass';
  const stands = ofResult('failed')
    .filter((row) => fieldText(row, 'type') === 'undo')
    .map(
      (row) =>
        `\`${fieldText(row, 'target')}\` could not be undone at once; Nocturne tries again before each pass`,
    );
  const undone = ofResult('restored').map(
    (row) =>
      `${who(row)} changed \`${fieldText(row, 'target')}\` (${fieldText(row, 'detail')}); it was undone`,
  );
  const undecided = ofResult(UNDECIDED).map(
    (row) => `${who(row)}: a test could not be evaluated: ${fieldText(row, 'detail')}`,
  );
  const refused = ofResult('refused').map(
    (row) => `${who(row)} was refused \`${fieldText(row, 'target')}\`: ${fieldText(row, 'detail')}`,
  );
  return together([
    ...crashes(untold),
    ...stands,
    ...undone,
    ...graded(runs, 'FAIL'),
    ...graded(runs, 'WEAK'),
    ...unfinished(untold),
    ...undecided,
    ...graders(night),
    ...refused,
  ]).map(shortened);
}

/** A crashed pass has its row in the session registry from the pass that found it. */
function crashes({ runs, ofType }: Night): readonly string[] {
  const dead = new Set(reaped({ ofType }));
  return runs
    .filter((run) => dead.has(run.key))
    .map((run) => `${fieldText(run, 'project') || 'a pass'}: ${fieldText(run, 'outcome')}`);
}

/** Not failures: they go on, or wait for an answer. */
export function parkedLines({ runs }: Night): readonly string[] {
  return graded(runs, 'PARKED').map(shortened);
}

/** The outcome of such a pass begins with its grade and its reasons. */
function graded(runs: readonly Rec[], grade: string): readonly string[] {
  return runs
    .filter((run) => fieldText(run, 'grade') === grade)
    .map((run) => `${fieldText(run, 'project') || 'idle work'}: ${fieldText(run, 'outcome')}`);
}

/** Passes that chose a project and ended before they were judged. */
function unfinished({ runs, ofType }: Night): readonly string[] {
  const dead = new Set(reaped({ ofType }));
  return runs
    .filter(
      (run) =>
        fieldText(run, 'role') === 'worker' &&
        fieldText(run, 'grade') === '' &&
        fieldText(run, 'project') !== '' &&
        !dead.has(run.key),
    )
    .map((run) => `${fieldText(run, 'project')}: ${fieldText(run, 'outcome')}`);
}

/** A grade that was lowered, and a grader that gave no answer; weak passes name it as a reason. */
function graders({ runs, ofType }: Night): readonly string[] {
  const weak = new Set(
    runs.filter((run) => fieldText(run, 'grade') === 'WEAK').map((run) => run.key),
  );
  return ofType('grader')
    .filter((row) => fieldText(row, 'result') !== 'ok' && !weak.has(fieldText(row, 'run_id')))
    .map((row) => `${fieldText(row, 'target')}, its grader: ${fieldText(row, 'detail')}`);
}

/** The same line is said once, with how often. */
function together(lines: readonly string[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const line of lines) counts.set(line, (counts.get(line) ?? 0) + 1);
  return [...counts].map(([line, count]) =>
    count === 1 ? line : `${line} (${plural(count, 'time')})`,
  );
}
