/** When the calls that a program makes to its model show that it gets nowhere. */
import t from 'tap';
import { circling, NO_CALLS, type SeenCalls } from '../../src/agents/seen-calls.js';

const PATIENCE = 10;

t.test('a row of repetitions ends a program, and work does not', async (t) => {
  const cases: readonly (readonly [
    string,
    Partial<SeenCalls>,
    Partial<SeenCalls>,
    RegExp | undefined,
  ])[] = [
    ['no call', {}, {}, undefined],
    ['nine requests again', { calls: 30, repeatedPrompts: 9 }, {}, undefined],
    ['ten requests again', { calls: 30, repeatedPrompts: 10 }, {}, /10 requests in a row/],
    ['ten answers again', { calls: 30, repeatedAnswers: 10 }, {}, /10 answers in a row/],
    ['forty-nine growing calls', { calls: 49, growing: 49 }, {}, undefined],
    ['fifty growing calls', { calls: 50, growing: 50 }, {}, /each of 50 calls/],
    ['a file changed after forty', { growing: 60 }, { growing: 40 }, undefined],
    ['a new row after the change', { growing: 50 }, { growing: 55 }, /50 calls/],
  ];
  for (const [name, now, since, expected] of cases) {
    const why = circling({ ...NO_CALLS, ...now }, { ...NO_CALLS, ...since }, PATIENCE);
    if (expected === undefined) t.equal(why, undefined, name);
    else t.match(why, expected, name);
  }
});
