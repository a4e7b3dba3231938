/** Telegram: messages of a bot to one chat, and replies in it. */
import { Api, GrammyError, HttpError } from 'grammy';
import type { Message, Update } from 'grammy/types';
import { NocturneError } from '../../../kernel/error.js';
import { readSecret } from '../channel-secret.js';
import { quotedCode } from '../question-code.js';
import type { Connect, Incoming, Sent } from './connection.js';
import { failedPost } from './http-post.js';

const PATIENCE_S = 20;
/** Of the Bot API. */
const MOST_LETTERS = 4096;
const MOST_UPDATES = 100;

export const telegram: Connect = (channel, place) => {
  const token = readSecret(channel.secret, place);
  const api = new Api(token, {
    timeoutSeconds: 2 * PATIENCE_S,
    // Nobody allowed where a redirect goes.
    baseFetchConfig: { redirect: 'error' },
    ...(channel.server === '' ? {} : { apiRoot: channel.server }),
  });
  return {
    async send({ title, text, priority }, signal) {
      try {
        const sent = await api.sendMessage(
          channel.to,
          `${title}\n${text}`.slice(0, MOST_LETTERS),
          { link_preview_options: { is_disabled: true }, disable_notification: priority === 'low' },
          signal as never,
        );
        return { kind: 'sent', message: sentAs(channel.to, sent.message_id) };
      } catch (error) {
        return failedCall(error);
      }
    },
    async receive({ take, cursor, keepCursor, connected, signal, patienceMs }) {
      const offset = Number(cursor) || 0;
      const updates = await fetchUpdates(api, { offset, patienceMs, signal });
      connected();
      for (const update of updates) {
        if (signal.aborted) return;
        const incoming = incomingOf(update, channel.to);
        if (incoming !== undefined) await take(incoming);
        keepCursor(String(update.update_id + 1));
      }
    },
    async reply(incoming, text, signal) {
      const message_id = Number(incoming.message.split('.')[0]);
      const reply_parameters = { message_id, allow_sending_without_reply: true };
      await api.sendMessage(channel.to, text, { reply_parameters }, signal as never);
    },
  };
};

async function fetchUpdates(
  api: Api,
  {
    offset,
    patienceMs,
    signal,
  }: { readonly offset: number; readonly patienceMs: number; readonly signal: AbortSignal },
): Promise<readonly Update[]> {
  const timeout = Math.min(PATIENCE_S, Math.floor(patienceMs / 1000));
  try {
    return await api.getUpdates(
      { offset, limit: MOST_UPDATES, timeout, allowed_updates: ['message'] },
      signal as never,
    );
  } catch (error) {
    if (signal.aborted) return [];
    const sent = failedCall(error);
    throw new NocturneError('RUN_FAILED', sent.kind === 'sent' ? '' : sent.why);
  }
}

/** Each chat counts its messages from 1, and the channel may have had another chat before. */
function sentAs(chat: string, message: number): string {
  return `${chat}/${message}`;
}

/** Only messages of people in the chat of the channel. Edited messages do not count. */
function incomingOf({ message }: Update, chat: string): Incoming | undefined {
  if (message?.text === undefined || message.from === undefined) return undefined;
  if (String(message.chat.id) !== chat) return undefined;
  const flaw = flawOf(message);
  const { message_id: replied, text: quoted = '' } = message.reply_to_message ?? {};
  const code = quotedCode(quoted);
  return {
    message: `${message.message_id}.${message.date}`,
    sender: String(message.from.id),
    text: message.text,
    ...(replied === undefined ? {} : { repliesTo: sentAs(chat, replied) }),
    ...(code === undefined ? {} : { code }),
    ...(flaw === undefined ? {} : { flaw }),
  };
}

function flawOf(message: Message): Incoming['flaw'] {
  if (message.forward_origin !== undefined) return 'forwarded';
  return message.from?.is_bot === true || message.via_bot !== undefined ? 'automatic' : undefined;
}

/** Errors of requests have the token in their texts; answers of Telegram do not. */
function failedCall(error: unknown): Sent {
  if (error instanceof HttpError) return failedPost(error.error);
  if (!(error instanceof GrammyError)) return failedPost(error);
  const { error_code, description, parameters } = error;
  const why = `Telegram answered ${error_code}: ${description.slice(0, 120)}`;
  const after = parameters.retry_after;
  if (after !== undefined) return { kind: 'failed', why, retryAfterMs: after * 1000 };
  // Only what is wrong with this message is final; a blocked bot or a wrong token can be fixed.
  return error_code === 400 && /message|entit|text/i.test(description)
    ? { kind: 'refused', why }
    : { kind: 'failed', why };
}
