/** Lists and beginnings of texts, as people write them. */
import t from 'tap';
import { clipped, joinedByAnd } from '../../src/kernel/words.js';

t.test('a list ends with its last two items joined by a word', async (t) => {
  t.equal(joinedByAnd([]), '');
  t.equal(joinedByAnd(['SOUL.md']), 'SOUL.md');
  t.equal(joinedByAnd(['SOUL.md', 'USER.md']), 'SOUL.md and USER.md');
  t.equal(joinedByAnd(['a', 'b', 'c']), 'a, b and c');
});

t.test('a long text is cut between words, and says so', async (t) => {
  t.equal(clipped('Close the project?', 18), 'Close the project?');
  t.equal(clipped('Close the project?', 17), 'Close the ...');
  t.equal(clipped('Close the project?', 16), 'Close the ...');
  for (const most of [16, 40]) {
    const one = clipped('x'.repeat(50), most);
    t.equal(one.length, most, 'one long word is cut anywhere');
    t.ok(one.endsWith('x ...'));
  }
});
