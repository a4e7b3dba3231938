/** Random plans for property tests. */
import fc from 'fast-check';
import { FAILURE_POLICIES, type StepDefinition } from '../../../../src/modules/plans/types.js';
import { step } from '../../../support/plan-of.js';

const arbitraryStep = fc.record({
  needs: fc.array(fc.nat(1000), { maxLength: 3 }),
  run: fc.constantFrom('runner', 'runner', 'runner', 'command', 'human', 'plan' as const),
  retries: fc.constantFrom(0, 0, 1, 2),
  critical: fc.boolean(),
  escalate: fc.constantFrom(undefined, undefined, 'auditor', 'human'),
  repeatable: fc.constantFrom(true, true, false),
  answers: fc.constantFrom(undefined, 'yes', 'no' as const),
  produces: fc.boolean(),
  consumes: fc.boolean(),
  byGlob: fc.boolean(),
});

export type RandomStep = typeof arbitraryStep extends fc.Arbitrary<infer T> ? T : never;

/** Needs go to steps with a lower number, so that there is no cycle. */
export function definitionOf(random: RandomStep, number: number, count = number): StepDefinition {
  const needs = count === 0 ? [] : [...new Set(random.needs.map((need) => `s${need % count}`))];
  const { run, retries, critical, escalate, repeatable, answers } = random;
  return step(`s${number}`, needs, {
    run,
    retries,
    critical,
    repeatable,
    produces: random.produces ? [`out/s${number}.md`] : [],
    consumes: random.consumes
      ? needs.map((need) => (random.byGlob ? `out/${need}.*` : `out/${need}.md`))
      : [],
    ...(escalate === undefined ? {} : { escalate }),
    ...(answers === undefined ? {} : { deadline: '2h', default: answers }),
  });
}

export const arbitraryPlan = (most: number) =>
  fc.record({
    steps: fc.array(arbitraryStep, { minLength: 1, maxLength: most, size: 'max' }),
    reversed: fc.boolean(),
    policy: fc.constantFrom(...FAILURE_POLICIES),
  });

/** Numbers that a `World` reads as what happens next. */
export const arbitraryChoices = (most: number) =>
  fc.array(fc.nat(1_000_000), { maxLength: most, size: 'max' });

export const definitionsOf = (plan: {
  readonly steps: readonly RandomStep[];
  readonly reversed: boolean;
}): readonly StepDefinition[] => {
  const definitions = plan.steps.map((random, i) => definitionOf(random, i));
  return plan.reversed ? definitions.reverse() : definitions;
};
