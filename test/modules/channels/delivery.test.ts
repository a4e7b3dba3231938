/** What is sent when: at once, in the morning, not in quiet hours, once, and never to a stranger. */
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { bundleChanges } from '../../../src/workspace/bundle.js';
import { signatureOf } from '../../../src/modules/channels/kinds/webhook.js';
import {
  ask,
  channelPlace,
  eventTexts,
  HOUR,
  MINUTE,
  send,
  type ChannelPlace,
} from './channel-place.js';
import { httpPeer, type HttpPeer } from './peers/http-peer.js';

const SECRET = 'a-secret-of-the-test-with-many-letters';

type At = { readonly place: ChannelPlace; readonly peer: HttpPeer };

async function hook(
  t: Test,
  fields: Readonly<Record<string, string>> = {},
  options: Parameters<typeof channelPlace>[2] = {},
): Promise<At> {
  const peer = await httpPeer();
  t.teardown(() => peer.close());
  const to = `${peer.url}/hook`;
  const place = channelPlace(
    t.testdir(),
    [
      {
        name: 'desk',
        fields: { Kind: 'webhook', To: to, Secret: 'env:HOOK', ...fields },
        destination: ['channel', `webhook:${to}`],
      },
    ],
    options,
  );
  place.env['HOOK'] = SECRET;
  return { place, peer };
}

const about = ({ peer }: At): readonly string[] =>
  peer.taken.map(({ body }) => (JSON.parse(body) as { about: string }).about);

t.test('a critical question is sent at once, signed, with five lines of evidence', async (t) => {
  const at = await hook(t, {}, { at: '2026-11-21T03:00:00Z' });
  const body = Array.from({ length: 9 }, (_, i) => `- fact ${i + 1}`).join('\n');
  const [id = ''] = ask(at.place, { action_needed: 'May it?', body }, { priority: 'low' });
  t.same(await send(at.place, 'desk'), ['desk: sent 1']);
  t.same(about(at), [id]);
  const [request] = at.peer.taken;
  const [, time = '', signature] =
    /^t=(\d+),v1=(.+)$/.exec(String(request?.headers['nocturne-signature'])) ?? [];
  t.equal(signature, signatureOf(SECRET, Number(time), request?.body ?? ''));
  t.equal(Number(time) * 1000, at.place.now().getTime());
  const said = JSON.parse(request?.body ?? '{}') as { text: string; link?: string };
  t.same(said.text.split('\n'), [
    'May it?',
    '',
    '- fact 1',
    '- fact 2',
    '- fact 3',
    '- fact 4',
    '… and 5 more lines in NOTIFICATIONS.md',
    '',
    `To answer: nocturne answer ${id} "your answer"`,
  ]);
  t.equal(said.link, undefined, 'no dashboard, no link');
  t.same(await send(at.place, 'desk'), [], 'once');
  t.equal(at.peer.taken.length, 1);
});

t.test(
  'the rest is sent once in the morning, with the briefing, and not at every look',
  async (t) => {
    const at = await hook(t, {}, { at: '2026-11-21T05:00:00Z' });
    const [first] = ask(at.place, { priority: 'high' });
    await send(at.place, 'desk');
    t.same(about(at), [], 'it is 5 o’clock');
    at.place.later(2 * HOUR);
    await send(at.place, 'desk', false);
    t.same(about(at), [], 'a pass that ends begins no morning');
    await send(at.place, 'desk');
    t.same(about(at), ['morning', first]);
    at.place.later(MINUTE);
    const [second] = ask(at.place, { priority: 'medium' });
    await send(at.place, 'desk');
    t.equal(at.peer.taken.length, 2, 'what comes later waits for the next morning');
    at.place.later(24 * HOUR);
    await send(at.place, 'desk');
    t.same(about(at).slice(2), ['morning', second]);
  },
);

t.test('in quiet hours nothing is sent, and afterwards what was held', async (t) => {
  const at = await hook(t, { Quiet: '22:00-07:00' }, { at: '2026-11-21T23:30:00Z' });
  const [id] = ask(at.place, {});
  await send(at.place, 'desk');
  at.place.later(7 * HOUR + 29 * MINUTE);
  await send(at.place, 'desk');
  t.same(about(at), []);
  at.place.later(MINUTE);
  await send(at.place, 'desk', false);
  t.same(about(at), [id]);
});

t.test('a channel for the morning only sends no critical question at once', async (t) => {
  const at = await hook(t, { When: 'morning' }, { at: '2026-11-21T03:00:00Z' });
  ask(at.place, {});
  await send(at.place, 'desk');
  t.same(about(at), []);
});

t.test('a question that changed is sent again, and one that is done is not', async (t) => {
  const at = await hook(t);
  const [id = '', done = ''] = ask(at.place, {}, {});
  await send(at.place, 'desk', false);
  at.place.workspace.commit((snapshot) => ({
    actor: { kind: 'owner', name: 'owner' },
    runId: '',
    reason: 'test',
    changes: [
      { kind: 'set', address: `NOTIFICATION[${id}].action_needed`, value: 'May twice be done?' },
      ...bundleChanges(snapshot, 'notification_close', { id: done, reason: 'seen' }).changes,
    ],
  }));
  await send(at.place, 'desk', false);
  t.same(about(at), [id, done, id]);
});

t.test('a link is sent only where the dashboard has an address', async (t) => {
  const settings = '- **Dashboard:** https://night.example.org/\n- **Morning:** 07:00\n';
  const at = await hook(t, {}, { settings });
  const [id] = ask(at.place, {});
  await send(at.place, 'desk', false);
  const said = JSON.parse(at.peer.taken[0]?.body ?? '{}') as { link: string; text: string };
  t.equal(said.link, `https://night.example.org/#${id}`);
  t.ok(said.text.endsWith(said.link));
});

t.test(
  'a channel that fails is tried again later each time, and says so until it works',
  async (t) => {
    const at = await hook(t);
    const [id] = ask(at.place, {});
    at.peer.fate = () => ({ kind: 'answer', status: 503, headers: { 'retry-after': '120' } });
    t.match(await send(at.place, 'desk', false), [/does not work: the server answered 503/]);
    at.place.later(MINUTE);
    at.peer.fate = () => ({ kind: 'take' });
    t.same(await send(at.place, 'desk', false), [], 'not before the server wants it');
    at.place.later(MINUTE);
    await send(at.place, 'desk', false);
    t.same(eventTexts(at.place), ['failing the server answered 503', `sent ${id}`, 'working']);
  },
);

t.test('a message that may have arrived is sent again with a word about it', async (t) => {
  const at = await hook(t);
  ask(at.place, {});
  at.peer.fate = () => ({ kind: 'lost' });
  await send(at.place, 'desk', false);
  at.peer.fate = () => ({ kind: 'take' });
  at.place.later(MINUTE);
  await send(at.place, 'desk', false);
  const [first, second] = at.peer.taken;
  t.equal(first?.headers['idempotency-key'], second?.headers['idempotency-key']);
  t.match(second?.body, /You may have this already/);
});

t.test(
  'a message that the receiver refuses is given up and said, and the next one is sent',
  async (t) => {
    const at = await hook(t);
    const [bad = '', good = ''] = ask(at.place, {}, {});
    at.peer.fate = ({ body }) =>
      body.includes(bad) ? { kind: 'answer', status: 422 } : { kind: 'take' };
    await send(at.place, 'desk', false);
    t.same(eventTexts(at.place), [`undelivered ${bad}`, `sent ${good}`]);
    t.same(await send(at.place, 'desk', false), []);
  },
);

const BARRED: readonly {
  readonly that: string;
  readonly fields?: Readonly<Record<string, string>>;
  readonly change?: (at: At) => void;
  readonly why: RegExp;
}[] = [
  {
    that: 'a destination that is not on the list',
    fields: { To: 'https://elsewhere.example.org/hook' },
    why: /is not a destination in orchestration-os\/OPS-DESTINATIONS\.md/,
  },
  {
    that: 'http to another machine',
    fields: { To: 'http://example.org/hook' },
    why: /does not begin with https/,
  },
  {
    that: 'a secret that is not there',
    change: ({ place }) => delete place.env['HOOK'],
    why: /the environment variable HOOK is not set/,
  },
  {
    that: 'a secret in the workspace',
    fields: { Secret: 'file:ROOT/key' },
    why: /is in the workspace/,
  },
  {
    that: 'a secret that others can read',
    fields: { Secret: 'file:HOME/key' },
    why: /other users can read/,
  },
];
for (const { that, fields = {}, change, why } of BARRED)
  t.test(`nothing is sent: ${that}`, async (t) => {
    const directory = t.testdirName;
    const placed = Object.fromEntries(
      Object.entries(fields).map(([name, value]) => [
        name,
        value
          .replace('ROOT', join(directory, 'workspace'))
          .replace('HOME', join(directory, 'home')),
      ]),
    );
    const at = await hook(t, placed);
    for (const folder of [at.place.root, at.place.home]) {
      writeFileSync(join(folder, 'key'), SECRET);
      chmodSync(join(folder, 'key'), 0o644);
    }
    change?.(at);
    ask(at.place, {});
    t.match(await send(at.place, 'desk', false), [why]);
    t.equal(at.peer.taken.length, 0);
    t.match(eventTexts(at.place), [/^failing/]);
  });

t.test('a credential in a question never leaves', async (t) => {
  const at = await hook(t);
  const token = `ghp_${'a1B2c3D4e5F6'.repeat(3)}`;
  ask(at.place, { action_needed: `May I use ${token}?`, body: token });
  await send(at.place, 'desk', false);
  t.equal(at.peer.taken.length, 1);
  t.notMatch(at.peer.taken[0]?.body, token);
});
