/** Tests that wait most of their time, each with a server and a folder of its own. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Test } from 'tap';
import { NO_SERVER } from './nats-server.js';

type Act = (t: Test) => Promise<unknown>;

/** @returns what takes the tests of the file, in place of `t.test`. */
export function sideBySide(t: Test): (name: string, act: Act) => void {
  const tests: (readonly [name: string, act: Act])[] = [];
  void t.test('side by side', { skip: NO_SERVER, jobs: 9 }, async (all) => {
    // The file has named all of its tests by then.
    await nextTurn();
    // Each has options of its own: tap keeps the test in them.
    for (const [name, act] of tests) void all.test(name, { buffered: true }, act);
  });
  return (name, act) => {
    if (tests.some(([other]) => other === name)) throw new Error(`two tests are called ${name}`);
    tests.push([name, act]);
  };
}
