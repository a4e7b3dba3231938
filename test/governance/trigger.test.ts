/** Which messages engage. A mistake in a pattern never does. */
import t from 'tap';
import { triggers } from '../../src/governance/trigger.js';

type Case = readonly [
  what: string,
  by: readonly [trigger: string, pattern: string],
  message: readonly [text: string, mention?: boolean],
  engaged: boolean,
  failed?: boolean,
];
const CASES: readonly Case[] = [
  ['always, whatever it says', ['always', ''], [''], true],
  ['always, with a pattern that is not asked', ['always', '['], ['x'], true],
  ['mention, and the channel says so', ['mention', ''], ['hello', true], true],
  ['mention, and only the text says so', ['mention', ''], ['@nocturne hello agent'], false],
  ['a pattern that matches', ['pattern', '^deploy\\b'], ['deploy now'], true],
  [
    'a pattern that matches in the middle',
    ['pattern', 'invoice \\d+'],
    ['see invoice 12 please'],
    true,
  ],
  ['a pattern that does not match', ['pattern', '^deploy\\b'], ['please deploy'], false],
  ['a pattern that does not match, with a mention', ['pattern', '^deploy'], ['hello', true], false],
  ['case counts', ['pattern', 'Deploy'], ['deploy'], false],
  ['letters beyond ASCII', ['pattern', '^\\p{Lu}'], ['Ärger'], true],
  ['an empty message', ['pattern', '.'], [''], false],
  ['a pattern that is not closed', ['pattern', 'deploy [now'], ['deploy [now'], false, true],
  ['no pattern at all', ['pattern', ''], ['anything'], false, true],
  ['a quantifier without anything', ['pattern', '*'], ['anything'], false, true],
  ['a trigger that nobody knows', ['sometimes', ''], ['anything', true], false, true],
  ['a pattern that never ends', ['pattern', '^(a+)+$'], [`${'a'.repeat(40)}!`], false, true],
];

for (const [what, [trigger, pattern], [text, mention], engaged, failed] of CASES) {
  t.test(what, async (t) => {
    const result = triggers({ trigger, pattern }, { text, mention: mention ?? false });
    t.equal(result.engaged, engaged, result.why);
    t.equal(result.failed ?? false, failed ?? false, result.why);
  });
}

t.test('a pattern that never ends is given up within its time, and says so', async (t) => {
  const began = performance.now();
  const result = triggers(
    { trigger: 'pattern', pattern: '^(\\w+\\s?)*$' },
    { text: `${'word '.repeat(2000)}!`, mention: false },
    { budgetMs: 100 },
  );
  t.ok(performance.now() - began < 2000);
  t.same(result, { engaged: false, why: 'the pattern took longer than 100 ms', failed: true });
});
