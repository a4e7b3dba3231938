/** Slack: an incoming webhook out, Socket Mode in. */
import { SocketModeClient } from '@slack/socket-mode';
import { aborted } from '../../../kernel/aborted.js';
import { NocturneError } from '../../../kernel/error.js';
import { readSecret } from '../channel-secret.js';
import { isLoopback } from '../destination.js';
import type { Connect, Incoming, Listening } from './connection.js';
import { httpPost } from './http-post.js';

/** Everything of Slack's own log goes nowhere: it may show addresses. */
const SILENT = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  setLevel: () => undefined,
  getLevel: () => 'error' as never,
  setName: () => undefined,
};

export const slack: Connect = (channel, place) => {
  const hook = readSecret(channel.secret, place);
  if (!hook.startsWith('https://hooks.slack.com/') && !isLoopback(hook))
    throw new NocturneError('CONFIG', `the secret of ${channel.name} is not a Slack webhook`, {
      hint: 'it begins with https://hooks.slack.com/',
    });
  const post = (text: string, signal: AbortSignal, now: number) =>
    httpPost({
      url: hook,
      headers: { 'content-type': 'application/json' },
      // Slack would fetch what an address in the text leads to, and an agent may have written it.
      body: JSON.stringify({ text, mrkdwn: false, unfurl_links: false, unfurl_media: false }),
      signal,
      now,
    });
  return {
    async send({ id, title, text, time }, signal) {
      const sent = await post(`${escaped(title)}\n${escaped(text)}`, signal, time);
      return sent.kind === 'sent' ? { kind: 'sent', message: id } : sent;
    },
    async reply({ sender }, text, signal) {
      const sent = await post(`<@${sender}> ${escaped(text)}`, signal, place.now());
      if (sent.kind !== 'sent') throw new NocturneError('RUN_FAILED', sent.why);
    },
    listen: (listening) =>
      listenTo(readSecret(channel.incomingSecret, place), {
        server: channel.server,
        room: channel.to,
        listening,
      }),
  };
};

type Socket = { readonly server: string; readonly room: string; readonly listening: Listening };

async function listenTo(appToken: string, { server, room, listening }: Socket): Promise<void> {
  const { take, connected, signal } = listening;
  const client = new SocketModeClient({
    appToken,
    logger: SILENT,
    clientOptions: {
      logger: SILENT,
      retryConfig: { retries: 0 },
      ...(server === '' ? {} : { slackApiUrl: server }),
    },
  } as never);
  const failed = new Promise<never>((_, reject) => {
    client.on('error', () =>
      reject(new NocturneError('RUN_FAILED', 'Slack closed the connection')),
    );
    client.on('slack_event', (event: SlackEvent) => {
      const incoming = incomingOf(event, room);
      // Slack sends it again if it is not acknowledged: not before it is handled for good.
      const handled = incoming === undefined ? Promise.resolve() : take(incoming);
      handled.then(() => event.ack()).catch(reject);
    });
  });
  failed.catch(() => undefined);
  try {
    await Promise.race([client.start(), failed, aborted(signal)]);
    if (!signal.aborted) connected();
    await Promise.race([failed, aborted(signal)]);
  } catch (error) {
    throw error instanceof NocturneError
      ? error
      : new NocturneError('RUN_FAILED', 'Slack cannot be reached, or refused the token');
  } finally {
    await client.disconnect().catch(() => undefined);
  }
}

type SlackEvent = {
  readonly ack: () => Promise<void>;
  readonly type?: string;
  readonly body?: {
    readonly event?: {
      readonly type?: string;
      readonly subtype?: string;
      readonly bot_id?: string;
      readonly user?: string;
      readonly text?: string;
      readonly channel?: string;
      readonly ts?: string;
    };
  };
};

/** Only new messages of people in the room of the channel. */
function incomingOf({ type, body }: SlackEvent, room: string): Incoming | undefined {
  const event = body?.event;
  if (type !== 'events_api' || event?.type !== 'message' || event.channel !== room)
    return undefined;
  if (event.subtype !== undefined || event.bot_id !== undefined) return undefined;
  const { ts = '', user = '', text = '' } = event;
  return { message: ts, sender: user, text };
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
