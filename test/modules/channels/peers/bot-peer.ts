/** A Bot API on loopback, for one chat. */
import type { ServerResponse } from 'node:http';
import { httpPeer, type HttpPeer, type Request } from './http-peer.js';

export type BotMessage = {
  readonly from: number;
  readonly text: string;
  readonly repliesTo?: number;
  readonly chat?: number;
  readonly more?: Readonly<Record<string, unknown>>;
};
export type BotPeer = HttpPeer & {
  readonly sent: { readonly id: number; readonly text: string }[];
  /** What the bot said to somebody's message. */
  readonly told: string[];
  /** As an update. */
  arrive(...messages: readonly BotMessage[]): void;
  /** Gives the last updates once more, whatever offset the bot asks for. */
  repeats: boolean;
};

const CHAT = 4711;
const MOST_REPEATED = 20;

export async function botPeer(): Promise<BotPeer> {
  const peer = await httpPeer();
  const sent: { readonly id: number; readonly text: string }[] = [];
  const told: string[] = [];
  const updates: { readonly update_id: number; readonly message: unknown }[] = [];
  let next = 100;
  const bot: BotPeer = Object.assign(peer, {
    sent,
    told,
    repeats: false,
    arrive(...messages: readonly BotMessage[]) {
      for (const { from, text, repliesTo, chat = CHAT, more = {} } of messages)
        updates.push({
          update_id: updates.length + 1,
          message: {
            message_id: next++,
            date: 1_795_000_000,
            chat: { id: chat, type: 'private' },
            from: { id: from, is_bot: false, first_name: 'Ann' },
            text,
            ...(repliesTo === undefined
              ? {}
              : {
                  reply_to_message: {
                    message_id: repliesTo,
                    text: sent.find(({ id }) => id === repliesTo)?.text,
                  },
                }),
            ...more,
          },
        });
    },
  });
  peer.answer = (request: Request, response: ServerResponse) => {
    const result = (value: unknown): void =>
      void response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ ok: true, result: value }));
    const body = JSON.parse(request.body || '{}') as { offset?: number };
    if (request.path.endsWith('/getUpdates')) {
      const offset = (body.offset ?? 0) - (bot.repeats ? MOST_REPEATED : 0);
      return result(updates.filter(({ update_id }) => update_id >= offset).slice(0, 100));
    }
    return result({ message_id: sent.at(-1)?.id, date: 0, chat: { id: CHAT, type: 'private' } });
  };
  peer.took = ({ path, body }: Request) => {
    if (!path.endsWith('/sendMessage')) return;
    const { text, reply_parameters } = JSON.parse(body) as SentMessage;
    if (reply_parameters === undefined) sent.push({ id: next++, text });
    else told.push(text);
  };
  return bot;
}

type SentMessage = { readonly text: string; readonly reply_parameters?: unknown };
