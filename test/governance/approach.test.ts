/** Whether a pass came nearer to the stop condition, and the numbers that say how far it is. */
import t from 'tap';
import { approachOf, distanceTo, progressText } from '../../src/governance/approach.js';
import type { AssertionResult } from '../../src/governance/types.js';

/** A test that says yes or no. */
function yesNo(assertion: string, holds: boolean): AssertionResult {
  return { assertion, holds, expected: '', found: '', distance: holds ? 0 : 1 };
}

function count(assertion: string, found: number, needed: number): AssertionResult {
  const holds = found >= needed;
  const distance = holds ? 0 : (needed - found) / needed;
  return { assertion, holds, expected: '', found: '', distance, progress: { found, needed } };
}

type State = readonly AssertionResult[];
type Kind = ReturnType<typeof approachOf>['kind'];
type Case = readonly [name: string, before: State, after: State, kind: Kind];

const CASES: readonly Case[] = [
  ['more of what is counted', [count('e', 3, 12)], [count('e', 4, 12)], 'nearer'],
  ['as much as before', [count('e', 3, 12)], [count('e', 3, 12)], 'level'],
  ['less than before', [count('e', 3, 12)], [count('e', 2, 12)], 'farther'],
  [
    'as much as before, and another test is no longer met',
    [count('e', 3, 12), yesNo('unique', true)],
    [count('e', 3, 12), yesNo('unique', false)],
    'farther',
  ],
  [
    'a test that said yes and says no, next to a page that is new',
    [yesNo('a', true), yesNo('b', false)],
    [yesNo('a', false), yesNo('b', false)],
    'farther',
  ],
  [
    'a program that was too slow this time',
    [count('program', 3, 6)],
    [{ ...yesNo('program', false), error: 'it took more than 2 s' }],
    'level',
  ],
  [
    'a file that exists now, while nothing is in it that counts',
    [yesNo('file', false), count('e', 0, 12)],
    [yesNo('file', true), count('e', 0, 12)],
    'level',
  ],
  [
    'a program that has counted for the first time, and found nothing',
    [yesNo('file', false), yesNo('program', false)],
    [yesNo('file', true), count('program', 0, 6)],
    'level',
  ],
  [
    'the first that a program counts',
    [yesNo('program', false)],
    [count('program', 1, 6)],
    'nearer',
  ],
  [
    'the last test, after all is counted',
    [count('e', 12, 12), yesNo('unique', false)],
    [count('e', 12, 12), yesNo('unique', true)],
    'nearer',
  ],
  [
    'the last of what is counted, although another test is no longer met',
    [count('e', 11, 12), yesNo('unique', true)],
    [count('e', 12, 12), yesNo('unique', false)],
    'nearer',
  ],
  ['a test that says yes', [yesNo('a', false)], [yesNo('a', true)], 'nearer'],
];

t.test('where tests count, only the counts are steps', async (t) => {
  for (const [name, before, after, kind] of CASES)
    t.equal(approachOf({ before, after }, { novel: 1, words: 100 }).kind, kind, name);
});

t.test('the bar of the morning page and the number next to it say the same', async (t) => {
  const shown = (results: State): readonly [string, number] => [
    progressText(results),
    distanceTo(results),
  ];
  t.strictSame(shown([yesNo('file', true), count('e', 0, 6)]), ['0 of 6', 1]);
  t.strictSame(shown([yesNo('file', false), count('e', 3, 6)]), ['3 of 6', 0.5]);
  t.strictSame(shown([yesNo('file', true), count('e', 6, 6)]), ['6 of 6', 0]);
  t.strictSame(shown([yesNo('unique', false), count('e', 6, 6)]), ['1 of 2 tests', 0.5]);
  t.strictSame(shown([yesNo('a', false), yesNo('b', true)]), ['1 of 2 tests', 0.5]);
  const full = { ...count('p', 3, 3), holds: false, distance: 0.01 };
  t.strictSame(shown([full]), ['3 of 3, not met', 0.01], 'a full count');
  t.strictSame(shown([{ ...count('p', 1, 3), holds: true, distance: 0 }]), ['1 of 1 test', 0]);
  t.strictSame(shown([count('a', 1, 2), count('b', 0, 4)]), ['0 of 2 tests (25 %)', 0.75]);
});
