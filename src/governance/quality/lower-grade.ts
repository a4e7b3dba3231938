/** What an independent grader may do to a grade: lower it, with a place that shows why. */
import type { Grade } from './quality.js';

export type Finding = {
  readonly file: string;
  readonly line: number;
  readonly text: string;
  readonly severity: 'high' | 'medium' | 'low';
};
export type GraderAnswer = { readonly grade: Grade; readonly findings: readonly Finding[] };

/** `refused`: what of the answer does not count, and why. */
export type Lowered = {
  readonly grade: Grade;
  readonly findings: readonly Finding[];
  readonly refused: readonly string[];
};

const ORDER: readonly Grade[] = ['FAIL', 'WEAK', 'ADEQUATE', 'STRONG'];

/**
 * The lowest grade of a grader is WEAK: FAIL says that nothing acceptable was delivered, which
 * machines have measured. Findings of low severity lower nothing.
 * @param lines how many lines each output has.
 */
export function lowerGrade(
  machine: Grade,
  answer: GraderAnswer,
  lines: ReadonlyMap<string, number>,
): Lowered {
  const isThere = ({ file, line }: Finding): boolean => line >= 1 && line <= (lines.get(file) ?? 0);
  const findings = answer.findings.filter(isThere);
  const astray = answer.findings.length - findings.length;
  const wanted = answer.grade === 'FAIL' ? 'WEAK' : answer.grade;
  const isLower = ORDER.indexOf(wanted) < ORDER.indexOf(machine);
  const isProved = findings.some(({ severity }) => severity !== 'low');
  return {
    grade: isLower && isProved ? wanted : machine,
    findings,
    refused: [
      ...(astray === 0 ? [] : [`${astray} of its findings name no line of an output`]),
      ...(ORDER.indexOf(wanted) > ORDER.indexOf(machine) ? ['it cannot raise a grade'] : []),
      ...(isLower && !isProved ? [`it says ${answer.grade} without a finding that shows why`] : []),
    ],
  };
}
