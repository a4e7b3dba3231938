/** Who may answer what, on each channel that listens: honest answers count once, no other counts. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { bundleChanges } from '../../../src/workspace/bundle.js';
import { lastRows } from '../../../src/project/recent-rows.js';
import { fieldText } from '../../../src/project/field-text.js';
import { listen } from '../../../src/modules/channels/answers/listen.js';
import {
  ask,
  channelOf,
  channelPlace,
  type ChannelPlace,
  contextOf,
  events,
  MINUTE,
  read,
  send,
  statusOf,
} from './channel-place.js';
import { type BotMessage, botPeer, type BotPeer } from './peers/bot-peer.js';
import { mailPlace } from './mail-place.js';
import { slackPeer } from './peers/slack-peer.js';

const ANN = 7;
type Bot = { readonly place: ChannelPlace; readonly peer: BotPeer };

async function phone(
  t: Test,
  fields: Readonly<Record<string, string>> = {},
  options: Parameters<typeof channelPlace>[2] = {},
): Promise<Bot> {
  const peer = await botPeer();
  t.teardown(() => peer.close());
  const place = channelPlace(
    t.testdir(),
    [
      {
        name: 'phone',
        fields: {
          Kind: 'telegram',
          To: '4711',
          Senders: String(ANN),
          Secret: 'env:BOT',
          Server: peer.url,
          ...fields,
        },
        destination: ['channel', 'telegram:4711'],
      },
    ],
    options,
  );
  place.env['BOT'] = '12345:letters-of-the-bot';
  return { place, peer };
}

/** The message that asked about it. */
const asked = ({ peer }: Bot, id: string) => {
  const found = peer.sent.findLast(({ text }) => text.startsWith(id));
  return { id: found?.id ?? 0, code: /yes ([A-Z0-9]{6})/.exec(found?.text ?? '')?.[1] ?? '' };
};
const refusals = (place: ChannelPlace): readonly string[] =>
  events(place).flatMap(({ event, why = '' }) => (event === 'refused' ? [why] : []));

t.test(
  'a reply of one word answers, with the owner and the channel in the audit log',
  async (t) => {
    const at = await phone(t);
    const [yes = '', no = ''] = ask(at.place, {}, {});
    await send(at.place, 'phone', false);
    at.peer.arrive(
      { from: ANN, text: 'Yes, please!', repliesTo: asked(at, yes).id },
      { from: ANN, text: `nope ${asked(at, no).code.toLowerCase()}` },
    );
    await read(at.place, 'phone');
    t.same([statusOf(at.place, yes), statusOf(at.place, no)], ['approved', 'declined']);
    const rows = lastRows(at.place.workspace.snapshot(), 'AUDIT', 2);
    t.same(
      rows.map((row) => [fieldText(row, 'type'), fieldText(row, 'authorisation')]),
      Array.from({ length: 2 }, () => ['notification_answer', 'owner through phone']),
    );
    t.match(at.peer.told, [/^N-.*: yes\. Next pass: /, /^N-.*: no\. Next pass: /]);
    t.equal(at.peer.told.length, 2);
  },
);

t.test('an answer in the owner’s language counts', async (t) => {
  const user =
    '# User\n\n## Owner\n\n- **Name:** Ann\n- **Time zone:** UTC\n- **Language:** German\n';
  const at = await phone(t, {}, { files: { 'USER.md': user } });
  const [id = ''] = ask(at.place, {});
  await send(at.place, 'phone', false);
  at.peer.arrive({ from: ANN, text: 'Einverstanden', repliesTo: asked(at, id).id });
  await read(at.place, 'phone');
  t.equal(statusOf(at.place, id), 'approved');
});

type Attempt = {
  readonly that: string;
  /** Before the answer comes. */
  readonly before?: (at: Bot, id: string) => void;
  readonly says: (at: Bot, id: string) => readonly BotMessage[];
  readonly why?: string;
  /** Whether the sender is told. */
  readonly told?: boolean;
  readonly fields?: Readonly<Record<string, string>>;
  readonly question?: Parameters<typeof ask>[1];
};
const close = ({ place }: Bot, id: string): void =>
  void place.workspace.commit((snapshot) => ({
    actor: { kind: 'owner', name: 'owner' },
    runId: '',
    reason: 'test',
    changes: bundleChanges(snapshot, 'notification_close', { id, reason: 'seen' }).changes,
  }));
const change = ({ place }: Bot, id: string): void =>
  void place.workspace.commit({
    actor: { kind: 'owner', name: 'owner' },
    runId: '',
    reason: 'test',
    changes: [{ kind: 'set', address: `NOTIFICATION[${id}].body`, value: '- another fact' }],
  });
const withCode = (at: Bot, id: string, more: object = {}) => ({
  from: ANN,
  text: `yes ${asked(at, id).code}`,
  ...more,
});

const REFUSED: readonly Attempt[] = [
  {
    that: 'a stranger with the right code',
    says: (at, id) => [withCode(at, id, { from: 8 })],
    why: 'stranger',
    told: false,
  },
  {
    that: 'a code that nobody sent',
    says: () => [{ from: ANN, text: 'yes 2A3B4C' }],
    why: 'unknown-code',
  },
  { that: 'a yes without a code', says: () => [{ from: ANN, text: 'yes' }], why: 'no-code' },
  {
    that: 'a forwarded message',
    says: (at, id) => [withCode(at, id, { more: { forward_origin: { type: 'user', date: 0 } } })],
    why: 'forwarded',
  },
  {
    that: 'two codes of two questions',
    before: ({ place }) => void ask(place, {}),
    says: (at, id) => [
      { from: ANN, text: `yes ${asked(at, id).code}`, repliesTo: at.peer.sent.at(-1)?.id ?? 0 },
    ],
    why: 'unknown-code',
  },
  {
    that: 'a reply with a code that is not of the message that it replies to',
    says: (at, id) => [{ from: ANN, text: 'yes 2A3B4C', repliesTo: asked(at, id).id }],
    why: 'unknown-code',
  },
  {
    that: 'two codes, and a reply to one of the two questions',
    before: ({ place }) => void ask(place, {}),
    says: (at, id) => {
      const [mine, other] = [asked(at, id), asked(at, 'N-20261121-002')];
      return [{ from: ANN, text: `yes ${mine.code} ${other.code}`, repliesTo: mine.id }];
    },
    why: 'unknown-code',
  },
  {
    that: 'an answer after CHANNELS.md was changed, which nobody has signed',
    before: ({ place }) => {
      const page = join(place.root, 'orchestration-os/CHANNELS.md');
      writeFileSync(page, readFileSync(page, 'utf8').replace('Senders:** 7', 'Senders:** 7, 8'));
    },
    says: (at, id) => [withCode(at, id, { from: 8 })],
    why: 'page-changed',
  },
  {
    that: 'more than one word',
    says: (at, id) => [withCode(at, id, { text: `yes but only on Monday ${asked(at, id).code}` })],
    why: 'not-one-word',
  },
  {
    that: 'a question that is done',
    before: close,
    says: (at, id) => [withCode(at, id)],
    why: 'late',
  },
  {
    that: 'a question that changed meanwhile',
    before: change,
    says: (at, id) => [withCode(at, id)],
    why: 'changed',
  },
  {
    that: 'a class of questions that no channel may answer',
    question: { kind: 'approval' },
    says: (at, id) => [{ from: ANN, text: 'yes', repliesTo: asked(at, id).id }],
    why: 'class',
  },
  {
    that: 'a class that this channel may not answer',
    fields: { Unanswered: 'critical' },
    says: (at, id) => [{ from: ANN, text: 'yes', repliesTo: asked(at, id).id }],
    why: 'class',
  },
];

for (const { that, before, says, why = '', told = true, fields = {}, question = {} } of REFUSED)
  t.test(`refused, and said: ${that}`, async (t) => {
    const at = await phone(t, fields);
    const [id = ''] = ask(at.place, question);
    await send(at.place, 'phone', false);
    before?.(at, id);
    if (that.startsWith('two')) await send(at.place, 'phone', false);
    const status = statusOf(at.place, id);
    at.peer.arrive(...says(at, id));
    await read(at.place, 'phone');
    t.same(refusals(at.place), [why]);
    t.equal(statusOf(at.place, id), status, 'nothing changed');
    t.equal(at.peer.told.length, told ? 1 : 0);
    if (told) t.match(at.peer.told[0], /^Not taken/);
  });

t.test('what is not for Nocturne is left alone', async (t) => {
  const at = await phone(t);
  const [id = ''] = ask(at.place, {});
  await send(at.place, 'phone', false);
  at.peer.arrive(
    { from: ANN, text: 'thanks, dinner at seven?' },
    withCode(at, id, { chat: 99 }),
    withCode(at, id, { more: { via_bot: { id: 1, is_bot: true } } }),
  );
  await read(at.place, 'phone');
  t.same(refusals(at.place), []);
  t.equal(statusOf(at.place, id), 'open');
});

t.test('the same answer twice counts once: delivered again, or said again', async (t) => {
  const at = await phone(t);
  const [id = ''] = ask(at.place, {});
  await send(at.place, 'phone', false);
  at.peer.repeats = true;
  at.peer.arrive(withCode(at, id));
  await read(at.place, 'phone');
  await read(at.place, 'phone');
  t.same(refusals(at.place), [], 'the transport’s own repetition is no answer');
  at.peer.arrive(withCode(at, id, { text: `no ${asked(at, id).code}` }));
  await read(at.place, 'phone');
  t.same(refusals(at.place), ['replay']);
  t.equal(statusOf(at.place, id), 'approved');
  t.equal(events(at.place).filter(({ event }) => event === 'answered').length, 1);
});

t.test('a forger who goes on and on fills no log and makes no flood of replies', async (t) => {
  const at = await phone(t);
  const [id = ''] = ask(at.place, {});
  await send(at.place, 'phone', false);
  at.peer.arrive(
    ...Array.from({ length: 130 }, (_, i) => ({
      from: ANN,
      text: `yes 2A3B${(i % 9) + 1}${Math.floor(i / 9) + 2}X`.slice(0, 10),
    })),
    withCode(at, id),
  );
  await read(at.place, 'phone');
  await read(at.place, 'phone');
  t.ok(at.peer.told.length <= 11, `${at.peer.told.length} replies`);
  t.ok(refusals(at.place).length <= 100, `${refusals(at.place).length} rows`);
  t.equal(statusOf(at.place, id), 'approved', 'the honest answer counts all the same');
});

t.test('e-mail: a reply counts by its one-time code, whoever its sender says it is', async (t) => {
  const at = await mailPlace(t);
  const ids = ask(at.place, {}, {}, {}, {}, {});
  await send(at.place, 'mail', false);
  t.equal(at.peer.taken.length, 5);
  const subject = (i: number): string =>
    at.peer.taken.find((taken) => taken.subject?.includes(ids[i] ?? '-'))?.subject ?? '';
  t.match(subject(0), /\[[2-9A-HJ-NP-Z]{16}\]$/);
  t.notMatch(at.peer.taken[0]?.text, /[2-9A-HJ-NP-Z]{16}/, 'the code is in the subject only');
  const reply = (i: number, more: object = {}) => ({
    from: 'Ann <Ann@Example.org>',
    subject: `Re: ${subject(i)}`,
    text: 'Yes\n\nOn Sat, 21 Nov 2026, Nocturne wrote:\n> May it be done?\n> yes or no\n',
    ...more,
  });
  at.peer.arrive(
    reply(0),
    reply(1, { subject: 'Re: Nocturne: your question', text: `yes` }),
    reply(1, { from: 'mallory@example.org' }),
    reply(1, { subject: `Fwd: ${subject(1)}` }),
    reply(2, { headers: { 'Auto-Submitted': 'auto-replied' } }),
    reply(3, { text: 'No.\n\nBut ask me again on Monday.\n' }),
    reply(4, { from: 'ann@example.org, mallory@example.org' }),
    reply(4, { from: 'ann@example.org.evil.example' }),
    reply(0),
  );
  await read(at.place, 'mail');
  t.same(
    ids.map((id) => statusOf(at.place, id)),
    ['approved', 'open', 'open', 'open', 'open'],
  );
  t.same(refusals(at.place), [
    'stranger',
    'forwarded',
    'not-one-word',
    'stranger',
    'stranger',
    'replay',
  ]);
  const replies = at.peer.taken.slice(5);
  t.equal(replies.length, 4);
  for (const { to } of replies) t.match([to].flat()[0]?.text, 'ann@example.org');
  at.place.later(MINUTE);
  await read(at.place, 'mail');
  t.equal(refusals(at.place).length, 6, 'nothing is read twice');
});

t.test('Slack: pushed messages are acknowledged when they are handled for good', async (t) => {
  const peer = await slackPeer();
  t.teardown(() => peer.close());
  const place = channelPlace(t.testdir(), [
    {
      name: 'team',
      fields: {
        Kind: 'slack',
        To: 'C42',
        Senders: 'U7',
        Secret: 'env:HOOK',
        'Incoming secret': 'env:APP',
        Server: peer.api,
      },
      destination: ['channel', 'slack:C42'],
    },
  ]);
  Object.assign(place.env, { HOOK: peer.hook, APP: 'xapp-letters' });
  const [id = ''] = ask(place, { action_needed: 'May <!channel> be told & done?' });
  await send(place, 'team', false);
  t.match(peer.texts[0], /May &lt;!channel&gt; be told &amp; done\?/);
  const code = /yes ([A-Z0-9]{6})/.exec(peer.texts[0] ?? '')?.[1] ?? '';
  const ending = new AbortController();
  const context = { ...contextOf(place), signal: ending.signal };
  const listening = listen(context, channelOf(place, 'team'), { patienceMs: 0, pushed: true });
  await peer.connected();
  const says = (text: string, more: object = {}) =>
    peer.arrive({ user: 'U7', text, ts: String(Math.random()), ...more });
  await says(`yes ${code}`, { user: 'U8' });
  await says(`yes ${code}`, { more: { bot_id: 'B1' } });
  await says(`yes ${code}`, { channel: 'C43' });
  t.equal(statusOf(place, id), 'open');
  await says(`yes ${code}`, { ts: '5' });
  t.equal(statusOf(place, id), 'approved');
  await says(`yes ${code}`, { ts: '5' });
  await says(`yes ${code}`, { ts: '6' });
  ending.abort();
  await listening;
  t.same(refusals(place), ['stranger', 'replay']);
  t.equal(events(place).filter(({ event }) => event === 'answered').length, 1);
});
