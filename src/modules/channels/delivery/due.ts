/** What a channel has to send now: critical questions at once, the rest once in the morning. */
import type { Rec } from '../../../markdown/types.js';
import { fieldText, fieldTime } from '../../../project/field-text.js';
import { localTime } from '../../../project/local-time.js';
import { dayIn, ownerZone } from '../../../project/owner-zone.js';
import { isOpenQuestion } from '../../../project/question-state.js';
import { plural } from '../../../kernel/words.js';
import type { Snapshot } from '../../../workspace/types.js';
import { type CardContext, plain, questionMessage } from '../card.js';
import { channelEvents, type LoggedEvent } from '../channel-log.js';
import type { Outgoing } from '../kinds/connection.js';
import { questionHash } from '../question-code.js';
import type { ChannelState } from './channel-state.js';
import { isQuiet, timeOfDay } from './quiet-hours.js';

export const MORNING = 'morning';
const DAY_MS = 86_400_000;
/** How old a message may be that is answered or that is not sent again. */
export const KEPT_MS = 30 * DAY_MS;
const MOST_BRIEFING_LINES = 30;
const ORDER = ['critical', 'high', 'medium', 'low'];

export type Due = {
  readonly about: string;
  /** Made when it is sent. */
  readonly message: () => Outgoing;
  /** Of the row. */
  readonly hash: string;
};
export type DueContext = CardContext & {
  readonly state: ChannelState;
  /** A morning may begin now: the briefing is ready, or a server looks at the clock. */
  readonly mayBegin: boolean;
};

export function dueNow(context: DueContext): readonly Due[] {
  const { snapshot, channel } = context;
  const { now } = snapshot;
  if (isQuiet(channel.quiet, ownerZone(snapshot), now)) return [];
  const open = openQuestions(snapshot);
  const events = recentEvents(context, open);
  const told = new Set(events.map(({ about, hash }) => `${about} ${hash}`));
  const morning = channel.when.includes('morning') ? morningNow(context, open, events) : undefined;
  const begun = Math.max(
    morning === undefined ? 0 : now.getTime(),
    ...events.filter(({ about }) => about === MORNING).map(({ time }) => time),
  );
  const due = open.flatMap((question): Due[] => {
    const hash = questionHash(snapshot, question);
    if (told.has(`${question.key} ${hash}`)) return [];
    const atOnce =
      fieldText(question, 'priority') === 'critical' && channel.when.includes('critical');
    const inMorning =
      channel.when.includes('morning') && (fieldTime(question, 'time') ?? 0) <= begun;
    return atOnce || inMorning
      ? [{ about: question.key, hash, message: () => questionMessage(context, question) }]
      : [];
  });
  return morning === undefined ? due : [morning, ...due];
}

export function openQuestions(snapshot: Snapshot): readonly Rec[] {
  const rank = (record: Rec): number => ORDER.indexOf(fieldText(record, 'priority'));
  return snapshot
    .records('NOTIFICATION')
    .filter((record) => isOpenQuestion(snapshot, record))
    .sort((a, b) => rank(a) - rank(b));
}

/** What was sent, or given up, on this channel, with what is not in the log yet. */
export function recentEvents(
  { snapshot, channel, state }: Pick<DueContext, 'snapshot' | 'channel' | 'state'>,
  open: readonly Rec[] = [],
): readonly LoggedEvent[] {
  const oldest = Math.min(...open.map((record) => fieldTime(record, 'time') ?? 0));
  const since = Math.min(oldest, snapshot.now.getTime() - KEPT_MS);
  const pending = state.rows.map(({ event, time }) => ({ ...event, time: Date.parse(time) }));
  return [...pending, ...channelEvents(snapshot, since)].filter(
    ({ channel: name, event }) =>
      name === channel.name && (event === 'sent' || event === 'undelivered'),
  );
}

/** At most one a day, and none without something new. */
function morningNow(
  { snapshot, channel, settings, mayBegin }: DueContext,
  open: readonly Rec[],
  events: readonly LoggedEvent[],
): Due | undefined {
  const { now } = snapshot;
  const zone = ownerZone(snapshot);
  const day = dayIn(zone, now);
  if (!mayBegin || timeOfDay(zone, now) < settings.morning) return undefined;
  const mornings = events.filter(({ about }) => about === MORNING);
  if (mornings.some(({ hash }) => hash === day)) return undefined;
  const briefing = snapshot.records('BRIEFING')[0];
  const ready = fieldTime(briefing, 'time');
  const isNew = ready !== undefined && !mornings.some(({ time }) => time >= ready);
  if (!isNew && open.length === 0) return undefined;
  const count = `${plural(open.length, 'question')} for you.`;
  const lines = isNew ? briefingLines(fieldText(briefing, 'body')) : ['There is no new briefing.'];
  const since = isNew ? ` of ${localTime(fieldText(briefing, 'time'), zone)}` : '';
  return {
    about: MORNING,
    hash: day,
    message: () => ({
      id: `${MORNING}-${day}-${channel.name}`,
      about: MORNING,
      title: `Briefing${since}`,
      text: [count, '', ...lines, ...(settings.dashboard === '' ? [] : [settings.dashboard])].join(
        '\n',
      ),
      priority: 'medium',
      time: now.getTime(),
      ...(settings.dashboard === '' ? {} : { link: settings.dashboard }),
    }),
  };
}

function briefingLines(body: string): readonly string[] {
  const lines = plain(body).trim().split('\n');
  const more = lines.length - MOST_BRIEFING_LINES;
  return more > 0
    ? [
        ...lines.slice(0, MOST_BRIEFING_LINES),
        `… and ${plural(more, 'more line')} in NOTIFICATIONS.md`,
      ]
    : lines;
}
