/** A room for so many at once. */
import t from 'tap';
import { Room } from '../../src/kernel/room.js';

const { signal } = new AbortController();

t.test('no more than its number are inside, in the order in which they came', async (t) => {
  const room = new Room(2);
  const [began, ends]: [number[], (() => void)[]] = [[], []];
  const works = [1, 2, 3, 4].map((number) =>
    room.enter(signal, () => {
      began.push(number);
      return new Promise<void>((resolve) => ends.push(resolve));
    }),
  );
  await new Promise(setImmediate);
  t.same(began, [1, 2]);
  for (const expected of [3, 4]) {
    ends.shift()?.();
    await new Promise(setImmediate);
    t.same(began.at(-1), expected);
  }
  for (const end of ends) end();
  await Promise.all(works);
  t.equal(await room.enter(signal, async () => 'free again'), 'free again');
});

t.test('what fails gives its place back, and what was ended does not begin', async (t) => {
  const room = new Room(1);
  await t.rejects(
    room.enter(signal, () => Promise.reject(new Error('no'))),
    { message: 'no' },
  );
  let isDone = false;
  await t.rejects(room.enter(AbortSignal.abort(), async () => (isDone = true)));
  t.notOk(isDone);
  t.equal(await room.enter(signal, async () => 'free'), 'free');
});
