/** The rows of `audit/channel-log.jsonl`: what was sent, what was answered, what was refused. */
import { parsedJson } from '../../kernel/parsed-json.js';
import { instant } from '../../project/field-text.js';
import type { Change, Fields, Snapshot } from '../../workspace/types.js';

export const CHANNEL_EVENT = 'CHANNEL-EVENT';
const CHANNEL_LOG = 'audit/channel-log.jsonl';
const SCHEMA = 1;
/** Rows in a row that a clock which was wrong for a while may have written. */
const MOST_OLDER = 200;

export const EVENTS = ['sent', 'undelivered', 'answered', 'refused', 'failing', 'working'] as const;
export type EventKind = (typeof EVENTS)[number];
export type ChannelEvent = {
  readonly event: EventKind;
  readonly channel: string;
  /** The question, or `morning`. */
  readonly about?: string;
  /** Of the question as it was sent; of a morning: its date. */
  readonly hash?: string;
  /** The transport's id of the message. */
  readonly message?: string;
  readonly sender?: string;
  readonly why?: string;
  readonly detail?: string;
  /** It may have been sent before: the sender died, or the connection broke. */
  readonly again?: boolean;
};
export type LoggedEvent = ChannelEvent & { readonly time: number };

/** `time`: of the event; the row is written a little later. */
export function eventChange(event: ChannelEvent, time: Date): Change {
  const members = Object.entries(event).filter(
    ([, value]) => value !== undefined && value !== '' && value !== false,
  );
  return {
    kind: 'append',
    object: CHANNEL_EVENT,
    fields: { schema: SCHEMA, time: time.toISOString(), ...Object.fromEntries(members) } as Fields,
  };
}

/**
 * The newest first. Each incoming message asks for them, so lines are read from the end as JSON,
 * without cells and places. @param about rows about something else may be left out.
 */
export function* channelEvents(snapshot: Snapshot, since = 0, about = ''): Generator<LoggedEvent> {
  const text = snapshot.text(CHANNEL_LOG) ?? '';
  let older = 0;
  for (let end = text.length; end > 0; ) {
    const start = text.lastIndexOf('\n', end - 2) + 1;
    const line = text.slice(start, end);
    end = start;
    const event = line.includes(about) ? eventOf(parsedJson(line)) : undefined;
    if (event === undefined) continue;
    older = event.time < since ? older + 1 : 0;
    if (older > MOST_OLDER) return;
    if (older === 0) yield event;
  }
}

function eventOf(row: unknown): LoggedEvent | undefined {
  if (typeof row !== 'object' || row === null) return undefined;
  const members: Readonly<Record<string, unknown>> = { ...row };
  const text = (name: string): string => {
    const value = members[name];
    return typeof value === 'string' ? value : '';
  };
  const event = EVENTS.find((known) => known === text('event'));
  if (event === undefined) return undefined;
  return {
    event,
    time: instant(text('time')) ?? 0,
    channel: text('channel'),
    about: text('about'),
    hash: text('hash'),
    message: text('message'),
    sender: text('sender'),
    why: text('why'),
    detail: text('detail'),
    again: members['again'] === true,
  };
}
