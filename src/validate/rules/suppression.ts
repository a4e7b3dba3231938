/**
 * Rule suppression: a comment names a rule that it may silence, gives a reason, and has an effect.
 */
import { defined } from '../../kernel/defined.js';
import type { Diagnostic } from '../../kernel/diagnostic.js';
import { didYouMean } from '../../kernel/nearest-name.js';
import type { Suppression } from '../suppression.js';

export const SUPPRESSION = 'suppression';

/** `used`: whether it silenced something; `undefined` if its rule was not run. */
export type Judged = {
  readonly suppression: Suppression;
  readonly ruleExists: boolean;
  readonly allowed: boolean;
  readonly used: boolean | undefined;
};

export function suppressionProblem(
  judged: Judged,
  rules: Iterable<string>,
): Diagnostic | undefined {
  const { rule, reason, range, ruleRange } = judged.suppression;
  if (rule === '')
    return {
      rule: SUPPRESSION,
      severity: 'error',
      message: 'this suppression names no rule',
      range,
      expected: 'nocturne-ignore RULE: reason',
    };
  if (!judged.ruleExists) {
    return {
      rule: SUPPRESSION,
      severity: 'error',
      message: `there is no rule ${rule} to silence`,
      range: ruleRange,
      expected: 'the id of a rule',
      actual: rule,
      ...defined({ hint: didYouMean(rule, rules) }),
    };
  }
  if (!judged.allowed)
    return {
      rule: SUPPRESSION,
      severity: 'error',
      message: `${rule} cannot be silenced here`,
      range: ruleRange,
      hint: 'correct what it reports, and delete the comment',
    };
  if (reason === '')
    return {
      rule: SUPPRESSION,
      severity: 'error',
      message: `${rule} is silenced without a reason`,
      range,
      expected: `nocturne-ignore ${rule}: why`,
      actual: 'no reason',
      hint: 'write the reason after a colon',
    };
  if (judged.used !== false) return undefined;
  return {
    rule: SUPPRESSION,
    severity: 'warning',
    message: `this suppression has no effect: ${rule} finds nothing here`,
    range,
    hint: 'delete the comment',
  };
}
