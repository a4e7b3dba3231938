/** The sender is killed between the sending of a message and its record. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import t from 'tap';
import { ask, channelPlace, eventTexts, send } from './channel-place.js';
import { httpPeer } from './peers/http-peer.js';
import { childProgram } from '../../support/child-program.js';

const CHILD = childProgram('./kill-child.js', import.meta.url);
const QUESTIONS = 6;

t.test('kill -9 at each message: none is lost, and one that comes twice says so', async (t) => {
  const peer = await httpPeer();
  t.teardown(() => peer.close());
  const to = `${peer.url}/in`;
  const place = channelPlace(t.testdir(), [
    {
      name: 'hook',
      fields: { Kind: 'webhook', To: to, Secret: 'env:HOOK' },
      destination: ['channel', `webhook:${to}`],
    },
  ]);
  const env = { ...process.env, HOOK: 'a-secret-of-the-test-with-many-letters' };
  const ids = ask(place, ...Array.from({ length: QUESTIONS }, () => ({})));
  for (let kill = 1; kill <= 3; kill++) {
    let taken = 0;
    const child = spawn(process.execPath, [CHILD, place.root, place.home], {
      env,
      stdio: 'ignore',
    });
    // It is taken, and its sender dies before it hears of it.
    peer.answer = (_request, response) => {
      taken++;
      if (taken === kill) child.kill('SIGKILL');
      else response.end('{}');
    };
    await once(child, 'exit');
    t.equal(child.signalCode, 'SIGKILL');
  }
  peer.answer = (_request, response) => response.end('{}');
  Object.assign(place.env, env);
  await send(place, 'hook', false);
  await send(place, 'hook', false);

  const got = peer.taken.map(({ headers, body }) => ({
    about: (JSON.parse(body) as { about: string }).about,
    key: headers['idempotency-key'],
    again: body.includes('You may have this already'),
  }));
  t.same([...new Set(got.map(({ about }) => about))], ids, 'every question arrived, in order');
  t.equal(new Set(got.map(({ key }) => key)).size, ids.length, 'a repetition has the same key');
  const repeated = got.filter(({ about }, i) => got.slice(0, i).some((one) => one.about === about));
  t.equal(repeated.length, 3, 'one for each kill');
  t.ok(repeated.every(({ again }) => again));
  t.ok(got.filter((each) => !repeated.includes(each)).every(({ again }) => !again));
  t.same(
    eventTexts(place),
    ids.map((id) => `sent ${id}`),
    'each is in the log once',
  );
});
