/**
 * A hundred questions on every kind of channel, whose servers drop, lose and refuse, and answers
 * that come twice, late, in disorder and forged.
 */
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { listen } from '../../../src/modules/channels/answers/listen.js';
import {
  ask,
  channelOf,
  channelPlace,
  type ChannelPlace,
  contextOf,
  events,
  HOUR,
  read,
  send,
  statusOf,
} from './channel-place.js';
import { botPeer } from './peers/bot-peer.js';
import { type Fate, httpPeer } from './peers/http-peer.js';
import { mailPeer } from './peers/mail-peer.js';
import { slackPeer } from './peers/slack-peer.js';

t.setTimeout(600_000);

const QUESTIONS = 100;
/** Of the messages to each channel: two that the receiver never takes. */
const NEVER = new Set(['N-20261121-013', 'N-20261121-077']);

/** As Telegram says it. */
const TOO_LONG = '{"ok":false,"error_code":400,"description":"Bad Request: message is too long"}';

/** The same numbers in every run. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function shuffled<T>(items: readonly T[], next: () => number): T[] {
  return items
    .map((item) => ({ item, at: next() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

type Delivered = { readonly about: string; readonly key: string; readonly again: boolean };
type Peers = Awaited<ReturnType<typeof peersOf>>;

async function peersOf(t: Test) {
  const next = numbers(20261121);
  const fateOf = (text: string): Fate['kind'] => {
    if ([...NEVER].some((id) => text.includes(id))) return 'answer';
    const chance = next();
    if (chance < 0.05) return 'drop';
    return chance < 0.08 ? 'lost' : 'take';
  };
  const [bot, mail, slack, hook, push] = await Promise.all([
    botPeer(),
    mailPeer(),
    slackPeer(),
    httpPeer(),
    httpPeer(),
  ]);
  t.teardown(() => Promise.all([bot, mail, slack, hook, push].map((peer) => peer.close())));
  const http = (text: string): Fate => {
    const kind = fateOf(text);
    return kind === 'answer' ? { kind, status: 422 } : { kind };
  };
  hook.fate = ({ body }) => http(body);
  push.fate = ({ body }) => http(body);
  bot.fate = ({ path, body }) => {
    if (!path.endsWith('/sendMessage')) return { kind: 'take' };
    const fate = http(body);
    return fate.kind === 'answer' ? { ...fate, status: 400, body: TOO_LONG } : fate;
  };
  mail.fate = ({ subject = '' }) => fateOf(subject);
  slack.fate = (text) => fateOf(text.startsWith('<@') ? '' : text);
  return { bot, mail, slack, hook, push };
}

function placeOf(t: Test, { bot, mail, slack, hook, push }: Peers): ChannelPlace {
  const channel = (name: string, fields: Readonly<Record<string, string>>, to: string) => ({
    name,
    fields,
    destination: ['channel', to] as const,
  });
  const place = channelPlace(inMemory(t), [
    channel(
      'bot',
      { Kind: 'telegram', To: '4711', Senders: '7', Secret: 'env:BOT', Server: bot.url },
      'telegram:4711',
    ),
    channel(
      'mail',
      {
        Kind: 'email',
        To: 'ann@example.org',
        Senders: 'ann@example.org',
        Secret: 'env:MAIL',
        Server: mail.smtp,
        'Incoming server': mail.imap,
        From: 'bot@example.org',
      },
      'email:ann@example.org',
    ),
    channel(
      'team',
      {
        Kind: 'slack',
        To: 'C42',
        Senders: 'U7',
        Secret: 'env:SLACK',
        'Incoming secret': 'env:APP',
        Server: slack.api,
      },
      'slack:C42',
    ),
    channel(
      'hook',
      { Kind: 'webhook', To: `${hook.url}/in`, Secret: 'env:HOOK' },
      `webhook:${hook.url}/in`,
    ),
    channel('push', { Kind: 'ntfy', To: `${push.url}/ann` }, `ntfy:${push.url}/ann`),
    channel('host', { Kind: 'host', To: 'telegram:99' }, 'telegram:99'),
  ]);
  writeFileSync(join(place.home, 'openclaw'), STAND_IN);
  chmodSync(join(place.home, 'openclaw'), 0o755);
  Object.assign(place.env, {
    BOT: '12345:letters-of-the-bot',
    MAIL: 'letters-of-the-bot',
    SLACK: slack.hook,
    APP: 'xapp-letters',
    HOOK: 'a-secret-of-the-test-with-many-letters',
    PATH: `${place.home}:/usr/bin:/bin`,
    HOME: place.home,
  });
  return place;
}

/** Thousands of small durable writes, where they cost nothing if the machine has such a place. */
function inMemory(t: Test): string {
  if (!existsSync('/dev/shm')) return t.testdir();
  const directory = mkdtempSync('/dev/shm/nocturne-channels-');
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Every seventh message gets lost after it is sent. */
const STAND_IN = `#!/bin/sh
[ "$1 $2 $3 $4 $5 $6 $7" = "message send --channel telegram --target 99 --message" ] || exit 9
n=$(cat "$HOME/count" 2>/dev/null || echo 0); n=$((n + 1)); echo $n > "$HOME/count"
[ $((n % 11)) = 5 ] && exit 1
printf '%s\\n\\036' "$8" >> "$HOME/sent"
[ $((n % 7)) = 3 ] && exit 1
echo '{}'
`;

const idOf = (text: string): string => /N-\d{8}-\d{3}/.exec(text)?.[0] ?? '';
const again = (text: string): boolean => text.includes('You may have this already');

/** What each receiver has, each with what it could recognise a repetition by. */
function delivered(
  { bot, mail, slack, hook, push }: Peers,
  home: string,
): Record<string, Delivered[]> {
  const ofText = (text: string, i: number): Delivered => ({
    about: idOf(text),
    key: String(i),
    again: again(text),
  });
  const sent = join(home, 'sent');
  return {
    bot: bot.sent.map(({ text }, i) => ofText(text, i)),
    mail: mail.taken.map(({ subject = '', text = '', messageId = '' }) => ({
      about: idOf(subject),
      key: messageId,
      again: again(text),
    })),
    team: slack.texts.map(ofText),
    hook: hook.taken.map(({ headers, body }) => ({
      about: idOf(body),
      key: String(headers['idempotency-key']),
      again: again(body),
    })),
    push: push.taken.map(({ body }) => ({
      about: idOf(body),
      key: (JSON.parse(body) as { sequence_id: string }).sequence_id,
      again: again(body),
    })),
    host: existsSync(sent)
      ? readFileSync(sent, 'utf8').split('\u001e').filter(idOf).map(ofText)
      : [],
  };
}

t.test(
  'every question arrives once or is said to be undelivered; honest answers count once',
  async (t) => {
    const peers = await peersOf(t);
    const place = placeOf(t, peers);
    const ids = ask(place, ...Array.from({ length: QUESTIONS }, () => ({})));
    const names = ['bot', 'mail', 'team', 'hook', 'push', 'host'];
    let rounds = 0;
    for (let said = ['']; said.length > 0; rounds++) {
      said = (await Promise.all(names.map((name) => send(place, name, false)))).flat();
      place.later(HOUR);
    }
    t.ok(rounds > 5, `${rounds} rounds: the channels failed often enough`);

    const log = events(place);
    const received = delivered(peers, place.home);
    for (const name of names) {
      const ours = log.filter(({ channel }) => channel === name);
      const given = ours.filter(({ event }) => event === 'undelivered').map(({ about }) => about);
      if (name !== 'host') t.same(given, [...NEVER], `${name}: what was given up is said`);
      const got = received[name] ?? [];
      const missing = ids.filter(
        (id) => !given.includes(id) && !got.some(({ about }) => about === id),
      );
      t.same(missing, [], `${name}: everything else arrived`);
      const distinct = new Map(got.map((each) => [each.key, each]));
      const twice = [...distinct.values()].filter(
        ({ about, again: isSaid }, i, all) =>
          !isSaid && all.slice(0, i).some((other) => other.about === about),
      );
      t.same(twice, [], `${name}: nothing arrived twice without a word about it`);
      t.equal(ours.filter(({ event }) => event === 'sent').length, ids.length - given.length);
    }
    await answers(t, { peers, place, ids });
  },
);

type Answering = {
  readonly peers: Peers;
  readonly place: ChannelPlace;
  readonly ids: readonly string[];
};

/** Each question is answered on one channel: twice by Ann, and before and after it by others. */
async function answers(t: Test, { peers, place, ids }: Answering): Promise<void> {
  const { bot, mail, slack } = peers;
  const next = numbers(7);
  const open = ids.filter((id) => !NEVER.has(id));
  const yes = new Set(open.filter(() => next() < 0.5));
  const word = (id: string): string => (yes.has(id) ? 'yes' : 'no');
  const forged = (id: string): string => (yes.has(id) ? 'no' : 'yes');
  const part = (k: number): readonly string[] => open.filter((_, i) => i % 3 === k);
  const botCode = (id: string): string =>
    /(?:yes|no) ([A-Z0-9]{6})/.exec(
      bot.sent.find(({ text }) => text.includes(id))?.text ?? '',
    )?.[1] ?? '';
  const subject = (id: string): string =>
    mail.taken.find((taken) => taken.subject?.includes(id))?.subject ?? '';
  const slackCode = (id: string): string =>
    /(?:yes|no) ([A-Z0-9]{6})/.exec(slack.texts.find((text) => text.includes(id)) ?? '')?.[1] ?? '';

  bot.repeats = true;
  bot.arrive(
    ...shuffled(
      part(0).flatMap((id) => [
        { from: 8, text: `${forged(id)} ${botCode(id)}` },
        { from: 7, text: `${forged(id)} ${subject(id).slice(-7, -1)}` },
        { from: 7, text: `${word(id)} ${botCode(id)}` },
        { from: 7, text: `${word(id)} ${botCode(id)}` },
      ]),
      next,
    ),
  );
  mail.arrive(
    ...shuffled(
      part(1).flatMap((id) => [
        { from: 'eve@example.org', subject: `Re: ${subject(id)}`, text: forged(id) },
        { from: 'ann@example.org', subject: `Re: ${id} [2222222222222222]`, text: forged(id) },
        { from: 'ann@example.org', subject: `Re: ${subject(id)}`, text: word(id) },
        { from: 'ann@example.org', subject: `RE: ${subject(id)}`, text: word(id) },
      ]),
      next,
    ),
  );
  for (let looks = 0; looks < 3; looks++) {
    await read(place, 'bot');
    await read(place, 'mail');
    // A look that fails, as when a kept connection has just been closed, is repeated later only.
    place.later(HOUR);
  }
  const ending = new AbortController();
  const listening = listen(
    { ...contextOf(place), signal: ending.signal },
    channelOf(place, 'team'),
    {
      patienceMs: 0,
      pushed: true,
    },
  );
  await slack.connected();
  const pushed = shuffled(
    part(2).flatMap((id) => {
      const honest = { user: 'U7', text: `${word(id)} ${slackCode(id)}`, ts: id };
      return [
        { user: 'U8', text: `${forged(id)} ${slackCode(id)}`, ts: `${id}.1` },
        { user: 'U7', text: `${forged(id)} ${botCode(id)}`, ts: `${id}.2` },
        honest,
        honest,
      ];
    }),
    next,
  );
  await Promise.all(pushed.map((message) => slack.arrive(message)));
  ending.abort();
  await listening;

  const wrong = open.filter(
    (id) => statusOf(place, id) !== (yes.has(id) ? 'approved' : 'declined'),
  );
  t.same(wrong, [], 'every answer is the honest one');
  const answered = events(place).filter(({ event }) => event === 'answered');
  t.equal(answered.length, open.length);
  t.equal(new Set(answered.map(({ about }) => about)).size, open.length, 'each once');
  t.ok(
    answered.every(({ sender = '' }) => ['7', 'ann@example.org', 'U7'].includes(sender)),
    'by Ann',
  );
}
