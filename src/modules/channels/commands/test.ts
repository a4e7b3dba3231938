/** `channels test NAME`: sends one message now, and looks whether answers can be read. */
import { EXIT, NocturneError } from '../../../kernel/error.js';
import { nearestName } from '../../../kernel/nearest-name.js';
import { stamp } from '../../../kernel/clock.js';
import type { Workspace } from '../../../workspace/types.js';
import type { ModuleCommand } from '../../types.js';
import { listens } from '../card.js';
import { notAllowed } from '../destination.js';
import { connectTo } from '../delivery/round-context.js';
import { safeText } from '../delivery/safe-text.js';
import {
  type Channel,
  CHANNELS_PAGE,
  channelsDistrusted,
  ownerChannels,
} from '../owner-channel.js';

const PATIENCE_MS = 60_000;

export const channelsTest: ModuleCommand = {
  summary: 'send a test message on a channel now',
  forAgents: 'never',
  args: '<channel>',
  examples: ['nocturne channels test phone'],
  async run(context, { args }) {
    context.requireOwner('sending a test message');
    const workspace = context.workspace();
    const channel = channelNamed(workspace, args[0] ?? '');
    const content = 'This is a test. Nothing needs an answer.';
    const [barred] = notAllowed(workspace.snapshot(), channel, { content });
    if (barred !== undefined)
      throw new NocturneError('REFUSED', barred, {
        hint: 'add it to orchestration-os/OPS-DESTINATIONS.md and sign the page',
      });
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const connection = await connectTo(channel, { workspace, env: context.env });
    try {
      const now = workspace.clock.now();
      const sent = await connection.send(
        {
          id: `test-${stamp(now).replace(/\W/g, '')}`,
          about: 'test',
          title: 'Test from Nocturne',
          text: content,
          priority: 'medium',
          time: now.getTime(),
        },
        signal,
      );
      if (sent.kind !== 'sent')
        throw new NocturneError('RUN_FAILED', `${channel.name} did not take it: ${sent.why}`);
      const answers = await readable(channel, connection, signal);
      return {
        exit: answers.works === false ? EXIT.findings : EXIT.ok,
        text: `Sent a test message on ${channel.name}. ${answers.text}`,
        json: { channel: channel.name, sent: true, answers: answers.works },
      };
    } finally {
      connection.close?.();
    }
  },
};

/** Looks, and takes nothing. */
async function readable(
  channel: Channel,
  { receive, listen }: Awaited<ReturnType<typeof connectTo>>,
  signal: AbortSignal,
): Promise<{ readonly works: boolean | null; readonly text: string }> {
  const run = receive ?? listen;
  if (!listens(channel) || run === undefined) return { works: null, text: 'It takes no answers.' };
  const seen = new AbortController();
  try {
    await run({
      // What comes now is left for the server or the next pass.
      take: () => new Promise<void>(() => undefined),
      keepCursor: () => undefined,
      connected: () => seen.abort(),
      cursor: '',
      signal: AbortSignal.any([signal, seen.signal]),
      patienceMs: 0,
    });
    return { works: true, text: 'Answers can be read.' };
  } catch (error) {
    if (seen.signal.aborted) return { works: true, text: 'Answers can be read.' };
    return { works: false, text: `Answers cannot be read: ${safeText(error)}` };
  }
}

/** @throws NocturneError `NOT_FOUND`, `GATE`. */
function channelNamed(workspace: Workspace, name: string): Channel {
  const snapshot = workspace.snapshot();
  const distrust = channelsDistrusted(workspace, snapshot);
  if (distrust !== undefined) throw new NocturneError('GATE', distrust, { hint: 'nocturne gate' });
  const channels = ownerChannels(snapshot);
  const channel = channels.find((each) => each.name === name);
  if (channel !== undefined) return channel;
  const near = nearestName(
    name,
    channels.map((each) => each.name),
  );
  throw new NocturneError('NOT_FOUND', `${CHANNELS_PAGE} has no channel "${name}"`, {
    file: CHANNELS_PAGE,
    hint: near === undefined ? 'nocturne channels list shows them' : `did you mean ${near}?`,
  });
}
