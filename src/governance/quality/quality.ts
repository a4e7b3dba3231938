/**
 * Grades a worker pass by what can be checked. The agent's own answers can only lower the grade.
 */
import { plural } from '../../kernel/words.js';
import type { Approach } from '../approach.js';
import type { Repeat } from './repeats.js';

/** `PARKED`: it stopped at a limit on spending, and broke no rule. */
export type Grade = 'STRONG' | 'ADEQUATE' | 'WEAK' | 'FAIL' | 'PARKED';
export type Answers = {
  readonly nonObvious: boolean;
  readonly durable: boolean;
  readonly compounding: boolean;
};

const MOST_NAMED = 3;

export type PassFacts = {
  /** Anything else (stuck, refused, over budget …) is a failed pass. */
  readonly finished: boolean;
  /** Which limit it stopped at: not a failure. */
  readonly parked?: string;
  /**
   * Of `next_pass.criteria`; one that could not be evaluated is not met. `unmet`: what was expected
   * and found.
   */
  readonly criteria: {
    readonly met: number;
    readonly total: number;
    readonly unmet?: readonly string[];
  };
  readonly approach: Approach;
  /** Allowed changes, and how many of them are new. */
  readonly outputs: number;
  readonly novel: number;
  readonly repeats?: readonly Repeat[];
  /** Files restored because the pass was not allowed to write them. */
  readonly restored: number;
  /** Which rule it broke, so that nothing of it was accepted. */
  readonly broke?: string;
  /** The workspace has errors that it did not have before the pass. */
  readonly invalid: boolean;
  /** These errors, in words. */
  readonly errors?: readonly string[];
  readonly answers: Answers | undefined;
  /** How the agent ended, and what it said last, for a pass that delivered nothing. */
  readonly ending?: string;
  /** The agent said in its report what it did, or that there is nothing left to do. */
  readonly reported?: boolean;
};

/** `progress`: nearer to the stop condition, by work that is new and was accepted. */
export type Graded = {
  readonly grade: Grade;
  readonly why: readonly string[];
  readonly progress: boolean;
};

/** Every reason for the lowest grade that applies. */
export function gradePass(facts: PassFacts): Graded {
  if (isOver(facts))
    return {
      grade: 'ADEQUATE',
      why: ['nothing was left to do: the stop condition is met'],
      progress: true,
    };
  const fail = failures(facts);
  if (facts.parked !== undefined && fail.length === 0)
    return { grade: 'PARKED', why: [facts.parked], progress: isProgress(facts) };
  if (fail.length > 0) return { grade: 'FAIL', why: fail, progress: false };
  const progress = isProgress(facts);
  const weak = weaknesses(facts);
  if (weak.length > 0)
    return {
      grade: 'WEAK',
      why: progress ? [...weak, `it did come nearer: ${facts.approach.why}`] : weak,
      progress,
    };
  const limits = limitsOf(facts);
  if (limits.length > 0) return { grade: 'ADEQUATE', why: limits, progress };
  return {
    grade: 'STRONG',
    why: [
      `all ${facts.criteria.total} criteria are met, ${facts.novel} of ${facts.outputs} outputs are new, ${facts.approach.why}, three answers are yes`,
    ],
    progress,
  };
}

function isProgress({ approach, novel }: PassFacts): boolean {
  return approach.kind === 'nearer' && novel > 0;
}

/** The agent found the phase done, changed nothing, and said so. */
function isOver(facts: PassFacts): boolean {
  const { finished, approach, outputs, restored, broke, invalid, reported } = facts;
  const isUntouched = outputs === 0 && restored === 0 && broke === undefined && !invalid;
  return finished && approach.holds && isUntouched && reported === true;
}

function failures(facts: PassFacts): string[] {
  const { criteria, outputs, restored, broke, invalid, errors = [], ending, parked } = facts;
  if (broke !== undefined) return [`nothing was accepted: ${broke}`];
  const isParked = parked !== undefined;
  const finished = facts.finished || isParked;
  const unfinished = `the agent did not finish${ending === undefined ? '' : ` (${ending})`}`;
  // Whatever else is missing follows from it.
  if (!finished && outputs === 0 && restored === 0 && !invalid) return [unfinished];
  return reasons([
    [!finished, unfinished],
    [
      invalid,
      `the workspace no longer validates because of what was written${errors.length === 0 ? '' : `: ${some(errors, '; ')}`}`,
    ],
    [
      outputs === 0 && !isParked,
      `nothing was delivered${finished && ending !== undefined ? ` (${ending})` : ''}`,
    ],
    [
      criteria.total > 0 && criteria.met <= 0 && !isParked,
      `${criteria.total === 1 ? 'its criterion is not' : `none of its ${criteria.total} criteria is`} met${missing(criteria)}`,
    ],
    [outputs > 0 && restored > outputs, `${strayed(restored)}, ${outputs} in scope`],
  ]);
}

function strayed(files: number): string {
  return `${plural(files, 'file')} out of scope ${files === 1 ? 'was' : 'were'} written and restored`;
}

function weaknesses({ criteria, novel, repeats, restored, answers }: PassFacts): string[] {
  const yes = yesCount(answers);
  return reasons([
    [
      criteria.met < criteria.total,
      `${criteria.total - criteria.met} of ${criteria.total} criteria are not met${missing(criteria)}`,
    ],
    [novel <= 0, `every output is nearly the same as an earlier one${named(repeats)}`],
    [restored > 0, strayed(restored)],
    [answers === undefined, 'the agent gave no answers'],
    [answers !== undefined && yes < 2, ownWords(answers)],
  ]);
}

function limitsOf(facts: PassFacts): string[] {
  const { criteria, outputs, novel, repeats, answers, approach } = facts;
  return reasons([
    [criteria.total <= 0, 'there are no criteria that could prove it'],
    [
      novel < outputs,
      `${outputs - novel} of ${outputs} outputs are nearly the same as an earlier one${named(repeats)}`,
    ],
    [approach.kind === 'level', approach.why],
    [yesCount(answers) < 3, ownWords(answers)],
  ]);
}

function missing({ unmet = [] }: PassFacts['criteria']): string {
  return unmet.length === 0 ? '' : `: ${some(unmet, '; ')}`;
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

function ownWords(answers: Answers | undefined): string {
  const words = [
    answers?.nonObvious === true ? [] : ['obvious'],
    answers?.durable === true ? [] : ['not durable'],
    answers?.compounding === true ? [] : ['nothing that others can build on'],
  ].flat();
  return `the agent itself calls its work ${words.join(', ')}`;
}

function reasons(cases: readonly (readonly [boolean, string])[]): string[] {
  return cases.filter(([applies]) => applies).map(([, text]) => text);
}
