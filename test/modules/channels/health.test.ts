/** What the owner sees of channels: a dead one in the briefing, `doctor` and `status`; commands. */
import { appendFileSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { channelService, type Pause } from '../../../src/modules/channels/channel-service.js';
import { module } from '../../../src/modules/channels/module.js';
import { callCommand } from '../../surfaces/cli/run-cli.js';
import {
  ask,
  channelPlace,
  type ChannelPlace,
  eventTexts,
  HOUR,
  MINUTE,
  send,
} from './channel-place.js';
import { botPeer, type BotPeer } from './peers/bot-peer.js';
import { httpPeer, type HttpPeer } from './peers/http-peer.js';

const TOKEN = '12345:letters-of-the-bot';
type At = { readonly place: ChannelPlace; readonly peer: BotPeer };

async function phone(t: Test): Promise<At> {
  const peer = await botPeer();
  t.teardown(() => peer.close());
  const place = channelPlace(t.testdir(), [
    {
      name: 'phone',
      fields: { Kind: 'telegram', To: '4711', Senders: '7', Secret: 'env:BOT', Server: peer.url },
      destination: ['channel', 'telegram:4711'],
    },
  ]);
  place.env['BOT'] = TOKEN;
  return { place, peer };
}

/** Everything that Nocturne wrote, in the workspace and in its state. */
function everything(folder: string): string {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
    .map((path) => readFileSync(path, 'latin1'))
    .join('\n');
}

t.test('a dead channel is in the briefing, in doctor and in status, until it works', async (t) => {
  const { place, peer } = await phone(t);
  const [first = '', second = ''] = ask(place, {}, {});
  peer.fate = () => ({ kind: 'answer', status: 502, body: 'Bad gateway' });
  await send(place, 'phone', false);
  const snapshot = place.workspace.snapshot();
  const line =
    /^The channel phone cannot send: it gave no proper answer \(since 2026-11-21 08:00; 2 questions not delivered\)\.$/;
  const since = new Date(place.now().getTime() - HOUR);
  t.match(module.failures?.({ snapshot, since }), [{ line }]);
  t.match(module.state?.({ snapshot, state: place.workspace.state })?.lines, [line]);
  t.match(module.examined?.({ snapshot, state: place.workspace.state }), [
    { verdict: 'broken', fact: line, fix: 'nocturne channels test phone' },
  ]);
  t.match(module.state?.({ snapshot, state: place.workspace.state })?.facts, [
    { name: 'phone', waiting: [first, second], undelivered: [] },
  ]);

  peer.fate = () => ({ kind: 'take' });
  place.later(MINUTE);
  await send(place, 'phone', false);
  t.same(module.failures?.({ snapshot: place.workspace.snapshot(), since }), []);
  t.notMatch(everything(place.root), TOKEN, 'no secret is in the workspace');
  t.notMatch(everything(place.home), TOKEN, 'nor in the state');
});

t.test('a page that is not as signed opens no channel', async (t) => {
  const { place, peer } = await phone(t);
  ask(place, {});
  appendFileSync(join(place.root, 'orchestration-os/CHANNELS.md'), '\n- **Senders:** 8\n');
  const { workspace } = place;
  const context = { workspace, snapshot: workspace.snapshot(), runId: '', say: () => undefined };
  const { signal } = new AbortController();
  const said = await module.sweep?.({ ...context, signal, project: undefined, report: undefined });
  t.match(said, [/^no channel works: .*CHANNELS\.md is not as you signed it$/]);
  t.equal(peer.sent.length, 0);
  t.match(module.examined?.({ snapshot: workspace.snapshot(), state: workspace.state }), [
    { verdict: 'broken', fact: /not as you signed it/ },
  ]);
});

t.test('the commands list, test and show the log, each with JSON', async (t) => {
  const { place, peer } = await phone(t);
  ask(place, {});
  await send(place, 'phone', false);
  const env = { BOT: TOKEN };
  const json = async (...words: readonly string[]) =>
    (await callCommand(place, words, { env })).json;
  t.match(await json('channels', 'list'), {
    channels: [{ name: 'phone', destination: 'telegram:4711', answers: ['7'], problem: '' }],
    settings: { dashboard: '', morning: '07:00', unanswered: ['approval'] },
    distrust: null,
  });
  t.match(await json('channels', 'log'), { events: [{ event: 'sent', channel: 'phone' }] });
  t.match(await json('channels', 'test', 'phone'), { sent: true, answers: true });
  t.match(peer.sent.at(-1)?.text, /^Test from Nocturne/);
  const unknown = await callCommand(place, ['channels', 'test', 'phome'], { env });
  t.match(unknown, { exit: 2, text: /did you mean phone\?/ });
});

t.test('a server sends at once and takes answers', async (t) => {
  const { place, peer } = await phone(t);
  const ending = new AbortController();
  const lines: string[] = [];
  let [waits, asked, answered] = [0, false, false];
  // Each wait of the sending part is one step of the story.
  const wait: Pause = async (ms, signal) => {
    place.later(ms);
    await new Promise((resolve) => setImmediate(resolve));
    if (signal.aborted || ms < 1000) return;
    const code = peer.sent.map(({ text }) => /yes ([A-Z0-9]{6})/.exec(text)?.[1]).find(Boolean);
    if (!asked) ask(place, {});
    else if (code !== undefined && !answered) peer.arrive({ from: 7, text: `yes ${code}` });
    answered = code !== undefined;
    asked = true;
    if (++waits > 300 || eventTexts(place).some((text) => text.startsWith('answered')))
      ending.abort();
  };
  const service = channelService(
    {
      workspace: place.workspace,
      env: place.env,
      modules: () => [],
      runners: [],
      say: (line) => void lines.push(line),
    },
    wait,
  );
  await service.run(ending.signal);
  t.match(eventTexts(place), ['sent morning', /^sent N-/, /^answered N-/]);
  t.match(lines, [/^phone: sent 2$/, /^phone: N-.*: yes\./]);
});

t.test('a redirect is not followed: nobody allowed where it goes', async (t) => {
  const [peer, elsewhere]: HttpPeer[] = await Promise.all([httpPeer(), httpPeer()]);
  t.teardown(() => Promise.all([peer?.close(), elsewhere?.close()]));
  const to = `${peer?.url}/in`;
  const place = channelPlace(t.testdir(), [
    {
      name: 'hook',
      fields: { Kind: 'webhook', To: to, Secret: 'env:HOOK' },
      destination: ['channel', `webhook:${to}`],
    },
  ]);
  place.env['HOOK'] = 'a-secret-of-the-test-with-many-letters';
  if (peer !== undefined)
    peer.fate = () => ({
      kind: 'answer',
      status: 307,
      headers: { location: elsewhere?.url ?? '' },
    });
  ask(place, {});
  t.match(await send(place, 'hook', false), [/the server answered 307/]);
  t.equal(elsewhere?.taken.length, 0);
});
