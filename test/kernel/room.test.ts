/** A room for so many at once. */
import t from 'tap';
import { Room } from '../../src/kernel/room.js';

const { signal } = new AbortController();

t.test('no more than its number are inside, in the order in which they came', async (t) => {
  const room = new Room(2);
  const [began, ends]: [number[], (() => void)[]] = [[], []];
  const works = [1, 2, 3, 4].map((number) =>
    room.enter(() => {
      began.push(number);
      return new Promise<void>((resolve) => ends.push(resolve));
    }, signal),
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
  t.equal(await room.enter(async () => 'free again', signal), 'free again');
});

t.test('what fails gives its place back, and what was ended does not begin', async (t) => {
  const room = new Room(1);
  await t.rejects(
    room.enter(() => Promise.reject(new Error('no')), signal),
    { message: 'no' },
  );
  let isDone = false;
  await t.rejects(room.enter(async () => (isDone = true), AbortSignal.abort()));
  t.notOk(isDone);
  t.equal(await room.enter(async () => 'free'), 'free');
});

t.test('who comes when a place gets free is behind those who wait', async (t) => {
  const room = new Room(1);
  const order: number[] = [];
  const enter = (number: number): Promise<unknown> =>
    room.enter(async () => void order.push(number));
  let late: Promise<unknown> | undefined;
  const first = room.enter(async () => {
    await new Promise(setImmediate);
    queueMicrotask(() => queueMicrotask(() => (late = enter(3))));
  });
  const second = enter(2);
  await first;
  await second;
  await new Promise(setImmediate);
  await late;
  t.same(order, [2, 3]);
});
