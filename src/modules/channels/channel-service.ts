/** The channels while a server runs: sends as soon as something is due, and listens for answers. */
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { ServeContext, Service } from '../../passes/module.js';
import { fileMark } from '../../workspace/file-stat.js';
import { listens } from './card.js';
import { listen } from './answers/listen.js';
import { deliver } from './delivery/deliver.js';
import type { RoundContext } from './delivery/round-context.js';
import { type Channel, CHANNELS_PAGE, channelsDistrusted, ownerChannels } from './owner-channel.js';

/** How often it looks for something new; a change of the files is seen at once. */
const LOOK_MS = 5_000;
/** How often it asks in any case: times of day, a channel that failed. */
const ASK_MS = 30_000;
/** How long one request may wait for messages, where the channel can wait. */
const PATIENCE_MS = 20_000;
/** Between two looks into a mailbox, which cannot wait. */
const MAILBOX_MS = 30_000;

export type Pause = (ms: number, signal: AbortSignal) => Promise<void>;

const realPause: Pause = async (ms, signal) => {
  await pause(ms, undefined, { signal }).catch(() => undefined);
};

/** @param wait injected, so that tests do not wait. */
export function channelService(
  { workspace, env, say }: ServeContext,
  wait: Pause = realPause,
): Service {
  return {
    name: 'channels',
    async run(signal) {
      while (!signal.aborted) {
        const page = stateOf(workspace.root, [CHANNELS_PAGE, 'INTEGRITY-MANIFEST.md']);
        const snapshot = workspace.snapshot();
        const distrust = channelsDistrusted(workspace, snapshot);
        const channels = distrust === undefined ? ownerChannels(snapshot) : [];
        if (distrust !== undefined) say(`no channel works: ${distrust}`);
        const changed = new AbortController();
        const both = AbortSignal.any([signal, changed.signal]);
        const context = { workspace, env, say, signal: both };
        const listeners = channels
          .filter(listens)
          .map((channel) => keepListening(context, channel, wait));
        await keepSending(context, { channels, page, wait });
        changed.abort();
        await Promise.all(listeners);
      }
    },
  };
}

/** Until the page changes, or the signal. */
async function keepSending(
  context: RoundContext,
  {
    channels,
    page,
    wait,
  }: { readonly channels: readonly Channel[]; readonly page: string; readonly wait: Pause },
): Promise<void> {
  const { workspace, signal, say } = context;
  const { root, clock } = workspace;
  let [seen, asked] = ['', 0];
  while (!signal.aborted) {
    if (stateOf(root, [CHANNELS_PAGE, 'INTEGRITY-MANIFEST.md']) !== page) return;
    const now = clock.now().getTime();
    const questions = stateOf(root, ['NOTIFICATIONS.md']);
    if (questions !== seen || Math.abs(now - asked) >= ASK_MS) {
      [seen, asked] = [questions, now];
      const rounds = channels.map((channel) => deliver(context, channel, { mayBegin: true }));
      for (const line of (await Promise.all(rounds)).flat()) say(line);
    }
    await wait(LOOK_MS, signal);
  }
}

async function keepListening(context: RoundContext, channel: Channel, wait: Pause): Promise<void> {
  const { signal } = context;
  const between = channel.kind === 'telegram' ? 0 : MAILBOX_MS;
  while (!signal.aborted) {
    const said = await listen(context, channel, { patienceMs: PATIENCE_MS, pushed: true });
    if (signal.aborted) return;
    await wait(said.length > 0 ? MAILBOX_MS : Math.max(between, 100), signal);
  }
}

function stateOf(root: string, paths: readonly string[]): string {
  return paths.map((path) => fileMark(join(root, path))).join('\n');
}
