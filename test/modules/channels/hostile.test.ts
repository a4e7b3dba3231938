/** What strangers, servers and clocks can do to a channel: it goes on, and says nothing elsewhere. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { aboveQuotation } from '../../../src/modules/channels/answers/above-quotation.js';
import { readWord } from '../../../src/modules/channels/answers/read-word.js';
import {
  ask,
  channelPlace,
  type ChannelPlace,
  events,
  HOUR,
  MINUTE,
  read,
  send,
  statusOf,
} from './channel-place.js';
import { mailPlace, type Post } from './mail-place.js';
import { botPeer } from './peers/bot-peer.js';
import { httpPeer } from './peers/http-peer.js';
import { slackPeer } from './peers/slack-peer.js';

const refusals = (place: ChannelPlace): readonly string[] =>
  events(place).flatMap(({ event, why = '' }) => (event === 'refused' ? [why] : []));
const subjectOf = ({ peer }: Post, id: string): string =>
  peer.taken.find(({ subject }) => subject?.includes(id))?.subject ?? '';

t.test('an e-mail that no program can parse does not hold up the next one', async (t) => {
  const at = await mailPlace(t);
  const [id = ''] = ask(at.place, {});
  await send(at.place, 'mail', false);
  at.peer.arrive(
    {
      from: 'mallory@example.org',
      subject: 'many parts',
      headers: { 'Content-Type': 'multipart/mixed; boundary=b' },
      text: '--b\r\nContent-Type: text/plain\r\n\r\nx\r\n'.repeat(2_000),
    },
    { from: 'ann@example.org', subject: `Re: ${subjectOf(at, id)}`, text: 'yes' },
  );
  await read(at.place, 'mail');
  t.same(
    events(at.place).flatMap(({ event, why }) => (event === 'failing' ? [why] : [])),
    [],
  );
  t.equal(statusOf(at.place, id), 'approved');
});

t.test('texts that are made to take long to read take no time', async (t) => {
  const many = 1_000_000;
  const cases = ['-', '!', '"', '(', '_', '2A3B4C '].map((text) => text.repeat(many / text.length));
  const began = process.cpuUsage();
  for (const text of [...cases, ...cases.map((text) => `${text}x`), 'yes, '.repeat(many / 5)])
    t.equal(readWord(aboveQuotation(text), new Set(), 'German').verdict, undefined);
  const { user } = process.cpuUsage(began);
  t.ok(user < 5_000_000, `${user / 1000} ms`);
});

t.test('an e-mail answers the question of its subject, and no other one', async (t) => {
  const at = await mailPlace(t);
  const [first = '', second = ''] = ask(at.place, {}, {});
  await send(at.place, 'mail', false);
  const [one, other] = [subjectOf(at, first), subjectOf(at, second)];
  const code = /\[(\w+)\]$/.exec(other)?.[1] ?? '';
  const from = 'ann@example.org';
  at.peer.arrive(
    { from, subject: `Re: ${one}`, text: `no ${code}` },
    { from, subject: `Re: Fwd: ${one}`, text: 'yes' },
    { from, subject: `AW: WG: ${one}`, text: 'yes' },
    { from, subject: `[Fwd: ${one}]`, text: 'yes' },
  );
  await read(at.place, 'mail');
  t.same(refusals(at.place), ['unknown-code', 'forwarded', 'forwarded', 'forwarded']);
  t.same([statusOf(at.place, first), statusOf(at.place, second)], ['open', 'open']);
  at.peer.arrive({ from, subject: `Re: AW[2]: ${one}`, text: `no` });
  await read(at.place, 'mail');
  t.equal(statusOf(at.place, first), 'declined', 'a reply to a reply counts');
});

async function phone(t: Test) {
  const peer = await botPeer();
  t.teardown(() => peer.close());
  const place = channelPlace(t.testdir(), [
    {
      name: 'phone',
      fields: { Kind: 'telegram', To: '4711', Senders: '7', Secret: 'env:BOT', Server: peer.url },
      destination: ['channel', 'telegram:4711'],
    },
  ]);
  place.env['BOT'] = '12345:letters-of-the-bot';
  return { place, peer };
}

t.test('Telegram: no redirect is followed, and a message is known with its chat', async (t) => {
  const { place, peer } = await phone(t);
  const elsewhere = await httpPeer();
  t.teardown(() => elsewhere.close());
  ask(place, {});
  peer.fate = ({ path }) => ({
    kind: 'answer',
    status: 307,
    headers: { location: `${elsewhere.url}${path}` },
  });
  await send(place, 'phone', false);
  t.equal(elsewhere.taken.length, 0);
  peer.fate = () => ({ kind: 'take' });
  place.later(MINUTE);
  await send(place, 'phone', false);
  const sent = events(place).find(({ event }) => event === 'sent');
  t.equal(sent?.message, `4711/${peer.sent[0]?.id}`);
});

t.test(
  'a row of the log does not make a reply to one question the answer to another',
  async (t) => {
    const { place, peer } = await phone(t);
    const [coded = '', first = '', bare = '', second = ''] = ask(
      place,
      { kind: 'note' },
      {},
      { kind: 'approval' },
      {},
    );
    await send(place, 'phone', false);
    const rows = events(place).filter(({ event }) => event === 'sent');
    const messageOf = (id: string): string => rows.find(({ about }) => about === id)?.message ?? '';
    const log = join(place.root, 'audit/channel-log.jsonl');
    // As long as it was, so that no anchor shows it before the logs are verified.
    const swap = (text: string, one: string, other: string): string =>
      text.replaceAll(one, 'kept').replaceAll(other, one).replaceAll('kept', other);
    const pairs = [
      [coded, first],
      [bare, second],
    ] as const;
    const forged = pairs.reduce(
      (text, [one, other]) => swap(text, `"${messageOf(one)}"`, `"${messageOf(other)}"`),
      readFileSync(log, 'utf8'),
    );
    writeFileSync(log, forged);
    for (const id of [coded, bare]) {
      const [, message = ''] = messageOf(id).split('/');
      peer.arrive({ from: 7, text: 'yes', repliesTo: Number(message) });
    }
    await read(place, 'phone');
    t.same(refusals(place), ['unknown-code', 'no-code']);
    t.same([statusOf(place, first), statusOf(place, second)], ['open', 'open']);
  },
);

t.test('Slack: an address that an agent wrote is not fetched, and marks are text', async (t) => {
  const peer = await slackPeer();
  t.teardown(() => peer.close());
  const place = channelPlace(t.testdir(), [
    {
      name: 'team',
      fields: { Kind: 'slack', To: 'C42', Secret: 'env:HOOK' },
      destination: ['channel', 'slack:C42'],
    },
  ]);
  place.env['HOOK'] = peer.hook;
  ask(place, { action_needed: 'May I show https://evil.example/x.png?what=you-said?' });
  await send(place, 'team', false);
  t.match(peer.bodies, [{ unfurl_links: false, unfurl_media: false, mrkdwn: false }]);
});

t.test('a clock that was wrong for a while holds up nothing and repeats nothing', async (t) => {
  const { place, peer } = await phone(t);
  ask(place, {});
  await send(place, 'phone', false);
  const jump = 20 * 365 * 24 * HOUR;
  place.later(-jump);
  peer.fate = () => ({ kind: 'drop' });
  await read(place, 'phone');
  place.later(2 * jump);
  await read(place, 'phone');
  place.later(-jump + MINUTE);
  peer.fate = () => ({ kind: 'take' });
  await send(place, 'phone', false);
  t.equal(peer.sent.length, 1, 'rows of another time do not hide what was sent');
  peer.arrive({ from: 7, text: 'yes', repliesTo: peer.sent[0]?.id ?? 0 });
  await read(place, 'phone');
  t.equal(events(place).at(-1)?.event, 'answered', 'no wait until that other time');
});
