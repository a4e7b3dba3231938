/**
 * Grades a worker pass by what can be checked. The agent's own answers can only lower the grade.
 */
import type { Repeat } from './repeats.js';

export type Grade = 'STRONG' | 'ADEQUATE' | 'WEAK' | 'FAIL';
export type Answers = {
  readonly nonObvious: boolean;
  readonly durable: boolean;
  readonly compounding: boolean;
};

const MOST_NAMED = 3;

export type PassFacts = {
  /** Anything else (stuck, refused, over budget …) is a failed pass. */
  readonly finished: boolean;
  /** Of `next_pass.criteria`; one that could not be evaluated is not met. */
  readonly criteria: { readonly met: number; readonly total: number };
  /** Allowed changes, and how many of them are new. */
  readonly outputs: number;
  readonly novel: number;
  readonly repeats?: readonly Repeat[];
  /** Files restored because the pass was not allowed to write them. */
  readonly restored: number;
  /** The workspace has errors that it did not have before the pass. */
  readonly invalid: boolean;
  readonly answers: Answers | undefined;
};

export type Graded = { readonly grade: Grade; readonly why: readonly string[] };

/** Every reason for the lowest grade that applies. */
export function gradePass(facts: PassFacts): Graded {
  const fail = failures(facts);
  if (fail.length > 0) return { grade: 'FAIL', why: fail };
  const weak = weaknesses(facts);
  if (weak.length > 0) return { grade: 'WEAK', why: weak };
  const limits = limitsOf(facts);
  if (limits.length > 0) return { grade: 'ADEQUATE', why: limits };
  return {
    grade: 'STRONG',
    why: [
      `all ${facts.criteria.total} criteria are met, ${facts.novel} of ${facts.outputs} outputs are new, three answers are yes`,
    ],
  };
}

function failures({ finished, criteria, outputs, restored, invalid }: PassFacts): string[] {
  return reasons([
    [!finished, 'the agent did not finish'],
    [invalid, 'the workspace no longer validates because of what was written'],
    [outputs === 0, 'nothing was delivered'],
    [criteria.total > 0 && criteria.met <= 0, `none of ${criteria.total} criteria is met`],
    [
      outputs > 0 && restored > outputs,
      `${restored} files out of scope were written and restored, ${outputs} in scope`,
    ],
  ]);
}

function weaknesses({ criteria, novel, repeats, restored, answers }: PassFacts): string[] {
  const yes = yesCount(answers);
  return reasons([
    [
      criteria.met < criteria.total,
      `${criteria.total - criteria.met} of ${criteria.total} criteria are not met`,
    ],
    [novel <= 0, `every output is nearly the same as an earlier one${named(repeats)}`],
    [restored > 0, `${restored} files out of scope were written and restored`],
    [answers === undefined, 'the agent gave no answers'],
    [
      answers !== undefined && yes < 2,
      `the agent says no to ${3 - yes} of non-obvious, durable, compounding`,
    ],
  ]);
}

function limitsOf({ criteria, outputs, novel, repeats, answers }: PassFacts): string[] {
  return reasons([
    [criteria.total <= 0, 'there are no criteria that could prove it'],
    [
      novel < outputs,
      `${outputs - novel} of ${outputs} outputs are nearly the same as an earlier one${named(repeats)}`,
    ],
    [yesCount(answers) < 3, 'one of non-obvious, durable, compounding is no'],
  ]);
}

function named(repeats: readonly Repeat[] = []): string {
  if (repeats.length === 0) return '';
  return `: ${some(
    repeats.map(({ path, sources }) => `${path} repeats ${some(sources, ' and ')}`),
    '; ',
  )}`;
}

/** A row of a log must stay short. */
function some(all: readonly string[], between: string): string {
  const more = all.length - MOST_NAMED;
  return [...all.slice(0, MOST_NAMED), ...(more > 0 ? [`${more} more`] : [])].join(between);
}

function yesCount(answers: Answers | undefined): number {
  return answers === undefined
    ? 0
    : [answers.nonObvious, answers.durable, answers.compounding].filter(Boolean).length;
}

function reasons(cases: readonly (readonly [boolean, string])[]): string[] {
  return cases.filter(([applies]) => applies).map(([, text]) => text);
}
