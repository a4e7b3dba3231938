/** Evaluates conditions. What cannot be decided never counts as true. */
import { defined } from '../../kernel/defined.js';
import { command } from './command.js';
import { runCommand } from './run-programs.js';
import { frontmatter, linksResolve, matches } from './content.js';
import { fileExists, fileNewer, hashChanged, noDuplicatesOf } from './files.js';
import { entries, tableRows, unique } from './parts.js';
import { query } from './query.js';
import { jsonSchema } from './schema.js';
import { undecided, met, unmet } from './context.js';
import { distanceOf } from './distance.js';
import type { AssertionResult } from '../types.js';
import type { ConditionContext, Outcome } from './context.js';
import type { Condition } from '../../project/condition-types.js';

/** Without `command`, programs really run. */
export type EvaluationInput = Omit<ConditionContext, 'command'> & {
  readonly command?: ConditionContext['command'];
};

/** In order, one after the other. */
export async function evaluateConditions(
  assertions: readonly Condition[],
  input: EvaluationInput,
): Promise<readonly AssertionResult[]> {
  const context: ConditionContext = { ...input, command: input.command ?? runCommand };
  const results: AssertionResult[] = [];
  for (const assertion of assertions) {
    const { parts, ...outcome } = await evaluate(assertion, context);
    const distance = distanceOf({ ...outcome, ...defined({ parts }) });
    results.push({ assertion: assertion.text, ...outcome, distance });
  }
  return results;
}

/** At least one assertion, all true, none with an error. */
export function conditionsHold(results: readonly AssertionResult[]): boolean {
  return results.length > 0 && results.every(isMet);
}

export function isMet({ holds, error }: AssertionResult): boolean {
  return holds && error === undefined;
}

async function evaluate(condition: Condition, context: ConditionContext): Promise<Outcome> {
  switch (condition.kind) {
    case 'text':
      return {
        ...undecided(
          'an assertion',
          'it is text for people; nothing can check it, so it never holds',
        ),
        found: 'text only',
        isText: true,
      };
    case 'invalid':
      return undecided('an assertion', condition.problem);
    case 'all_of':
      return allOf(condition.of, context);
    case 'any_of':
      return anyOf(condition.of, context);
    case 'not':
      return negated(await evaluate(condition.of, context));
    default:
      return evaluateSimple(condition, context);
  }
}

type SimpleCondition = Exclude<
  Condition,
  { kind: 'text' | 'invalid' | 'all_of' | 'any_of' | 'not' }
>;

async function evaluateSimple(
  condition: SimpleCondition,
  context: ConditionContext,
): Promise<Outcome> {
  switch (condition.kind) {
    case 'file_exists':
      return fileExists(condition, context);
    case 'file_newer':
      return fileNewer(condition, context);
    case 'entries':
      return entries(condition, context);
    case 'table_rows':
      return tableRows(condition, context);
    case 'frontmatter':
      return frontmatter(condition, context);
    case 'matches':
      return matches(condition, context);
    case 'links_resolve':
      return linksResolve(condition, context);
    case 'json_schema':
      return jsonSchema(condition, context);
    case 'command':
      return command(condition, context);
    case 'query':
      return query(condition, context);
    case 'unique':
      return unique(condition, context);
    case 'hash_changed':
      return hashChanged(condition, context);
    case 'no_duplicates_of':
      return noDuplicatesOf(condition, context);
  }
}

/** All or nothing: how much of the opposite is there says nothing about how far it is. */
function negated({ progress: _, parts: __, ...inner }: Outcome): Outcome {
  const expected = `the opposite of: ${inner.expected}`;
  if (inner.error !== undefined) return { ...inner, holds: false, expected };
  return { ...inner, holds: !inner.holds, expected };
}

/** False if a part is false; undecided if one is undecided and none is false. */
async function allOf(parts: readonly Condition[], context: ConditionContext): Promise<Outcome> {
  const outcomes = await evaluateAll(parts, context);
  const bad =
    outcomes.find((outcome) => !outcome.holds && outcome.error === undefined) ??
    outcomes.find((outcome) => outcome.error !== undefined);
  const expected = `all of ${parts.length}`;
  if (bad === undefined) return met(expected, `all ${parts.length} are true`, outcomes[0]?.where);
  const parted = { parts: { of: outcomes, need: 'all' } } as const;
  return { ...bad, ...parted, holds: false, expected: `${expected}: ${bad.expected}` };
}

/** True if a part is true; undecided if one is undecided and none is true. */
async function anyOf(parts: readonly Condition[], context: ConditionContext): Promise<Outcome> {
  const outcomes = await evaluateAll(parts, context);
  const good = outcomes.find((outcome) => outcome.holds);
  const expected = `one of ${parts.length}: ${outcomes.map((outcome) => outcome.expected).join(' · ')}`;
  if (good !== undefined) return { ...good, expected };
  const error = outcomes.find((outcome) => outcome.error !== undefined)?.error;
  const found = outcomes.map((outcome) => outcome.found).join(' · ');
  const parted = { parts: { of: outcomes, need: 'one' } } as const;
  return { ...unmet(expected, found, outcomes[0]?.where), ...parted, ...defined({ error }) };
}

async function evaluateAll(
  parts: readonly Condition[],
  context: ConditionContext,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const part of parts) outcomes.push(await evaluate(part, context));
  return outcomes;
}
