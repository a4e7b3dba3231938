import fc from 'fast-check';
import t from 'tap';
import { arbitraryChoices, arbitraryPlan, definitionsOf } from './arbitrary-plan.js';
import { World } from './world.js';

/** `NOCTURNE_PLAN_RUNS=20` tries twenty times as many plans. */
const TIMES = Number(process.env.NOCTURNE_PLAN_RUNS ?? 1);
const MOST_EVENTS = 20_000;

/** Random events, then a driver that keeps going. */
const keepsPromises = (steps: number, events: number) =>
  fc.property(arbitraryPlan(steps), arbitraryChoices(events), fc.nat(), (plan, choices, seed) => {
    const world = new World(definitionsOf(plan), plan.policy);
    for (const choice of choices) world.act(choice);
    let number = seed;
    for (let i = 0; !world.isOver; i++) {
      if (i > MOST_EVENTS) throw new Error('it does not end');
      number = (number * 69_069 + 1) % 2 ** 32;
      world.drive(number);
    }
  });

t.test('small plans under random events keep every promise, and end', async (t) => {
  fc.assert(keepsPromises(7, 100), { numRuns: 300 * TIMES });
  t.pass('no promise was broken');
});

t.test('plans of up to 200 steps keep every promise, and end', async (t) => {
  // To shrink a plan of this size takes longer than to find the fault in a small one.
  fc.assert(keepsPromises(200, 300), { numRuns: 20 * TIMES, endOnFailure: true });
  t.pass('no promise was broken');
});
