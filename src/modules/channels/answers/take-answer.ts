/**
 * Whether an incoming message is an answer of the owner's to a question as it stands. If so, the
 * answer is given once, by the same function as at the command line.
 */
import { giveAnswer, wordOf } from '../../../passes/give-answer.js';
import { ownerLanguage } from '../../../project/owner-language.js';
import { questionState, singleWords, unclearText } from '../../../project/question-state.js';
import type { Rec } from '../../../markdown/types.js';
import type { Snapshot, Workspace } from '../../../workspace/types.js';
import { notAnswerable, plain } from '../card.js';
import { channelEvents, type ChannelEvent, eventChange, type LoggedEvent } from '../channel-log.js';
import { KEPT_MS } from '../delivery/due.js';
import type { Incoming } from '../kinds/connection.js';
import { type Channel, channelSettings, isStillSigned } from '../owner-channel.js';
import { codeKey, questionCode, questionHash } from '../question-code.js';
import { REFUSALS, type Refusal } from './refusals.js';
import { readWord } from './read-word.js';

/** `ignored`: no answer at all, or one that was handled before. */
export type AnswerOutcome =
  | { readonly kind: 'ignored' }
  | { readonly kind: 'taken'; readonly about: string; readonly text: string }
  | {
      readonly kind: 'refused';
      readonly why: Refusal;
      readonly about: string;
      readonly text: string;
      /** The sender is one of the owner's, and is told. */
      readonly told: boolean;
    };

type Sent = LoggedEvent & { readonly code: string };
type Reading = {
  readonly workspace: Workspace;
  readonly channel: Channel;
  readonly incoming: Incoming;
  readonly snapshot: Snapshot;
  /** Of the last days, the newest first. */
  readonly events: readonly LoggedEvent[];
  /** False where so many were refused that the log has enough of them. */
  readonly logsRefusals: boolean;
};
/**
 * `sent`: the message that it answers. `hasCode`: else only a row of the log says so, and an agent
 * may have written that.
 */
type Answer = {
  readonly sent: Sent;
  readonly verdict: 'yes' | 'no';
  readonly hasCode: boolean;
};
type Found = Answer | 'ignored' | { readonly refusal: Refusal; readonly about?: string };

export function takeAnswer(reading: Reading): AnswerOutcome {
  const { workspace, channel, incoming, snapshot } = reading;
  const found = findAnswer(reading);
  if (found === 'ignored') return { kind: 'ignored' };
  if ('refusal' in found) return refuse(reading, found.refusal, found.about);
  const { sent, verdict, hasCode } = found;
  const about = sent.about ?? '';
  try {
    const given = giveAnswer(workspace, {
      find: (fresh) => {
        if (!isStillSigned(workspace, fresh, channel)) throw new NotTaken('page-changed');
        const question = stillAsked(fresh, { channel, sent, verdict });
        if (!hasCode) throw new NotTaken('no-code');
        return question;
      },
      word: wordOf(snapshot, verdict),
      channel: channel.name,
      also: (fresh) => [
        eventChange(
          { event: 'answered', channel: channel.name, about, ...answerOf(sent, incoming, verdict) },
          fresh.now,
        ),
      ],
    });
    return { kind: 'taken', about, text: takenText(given, verdict) };
  } catch (error) {
    if (error instanceof NotTaken) return refuse(reading, error.refusal, about);
    throw error;
  }
}

function answerOf(
  { hash = '' }: Sent,
  { message, sender }: Incoming,
  detail: string,
): Pick<ChannelEvent, 'hash' | 'message' | 'sender' | 'detail'> {
  return { hash, message, sender, detail };
}

function findAnswer({ workspace, snapshot, channel, incoming, events }: Reading): Found {
  const mine = events.filter((event) => event.channel === channel.name);
  const handled = mine.some(
    ({ event, message }) =>
      (event === 'answered' || event === 'refused') && message === incoming.message,
  );
  if (handled || incoming.flaw === 'automatic') return 'ignored';
  const key = codeKey(workspace.state);
  const sent = mine.flatMap((event): Sent[] => {
    const { about = '', hash = '' } = event;
    if (event.event !== 'sent' || !about.startsWith('N-')) return [];
    return [{ ...event, code: questionCode(key, channel, { about, hash }) }];
  });
  const byCode = new Map(sent.map((event) => [event.code, event]));
  const read = readWord(incoming.text, new Set(byCode.keys()), ownerLanguage(snapshot));
  const codes = new Set([...(incoming.code === undefined ? [] : [incoming.code]), ...read.codes]);
  const replied = channel.kind === 'email' ? undefined : incoming.repliesTo;
  const isAddressed = codes.size > 0 || replied !== undefined;
  if (!isAddressed && (read.verdict === undefined || channel.kind === 'email')) return 'ignored';
  if (!isKnown(channel, incoming.sender)) return { refusal: 'stranger' };
  const repliedTo = sent.find(({ message }) => message === replied);
  const named = [...codes].map((code) => byCode.get(code));
  const [answered, ...others] = repliedTo === undefined ? named : [...named, repliedTo];
  // Everything that says which question it is has to say the same one.
  if (answered === undefined || others.some((other) => other?.code !== answered.code)) {
    if (codes.size > 0) return { refusal: 'unknown-code' };
    return replied === undefined ? { refusal: 'no-code' } : 'ignored';
  }
  const about = answered.about ?? '';
  if (incoming.flaw === 'forwarded') return { refusal: 'forwarded', about };
  if (read.verdict === undefined) return { refusal: 'not-one-word', about };
  return { sent: answered, verdict: read.verdict, hasCode: codes.size > 0 };
}

class NotTaken extends Error {
  constructor(readonly refusal: Refusal) {
    super(refusal);
  }
}

/** Under the commit mutex: what was found may have changed. @throws NotTaken */
function stillAsked(
  snapshot: Snapshot,
  { channel, sent, verdict }: Omit<Answer, 'hasCode'> & { readonly channel: Channel },
): Rec {
  const { about = '', hash = '' } = sent;
  const since = snapshot.now.getTime() - KEPT_MS;
  for (const event of channelEvents(snapshot, since, about))
    if (event.event === 'answered' && event.about === about && event.hash === hash)
      throw new NotTaken('replay');
  const question = snapshot.record('NOTIFICATION', about);
  if (question === undefined) throw new NotTaken('late');
  const { state } = questionState(snapshot, question);
  if (state === 'done' || state === 'answered') throw new NotTaken('late');
  if (questionHash(snapshot, question) !== hash) throw new NotTaken('changed');
  if (notAnswerable({ channel, settings: channelSettings(snapshot) }, question) !== undefined)
    throw new NotTaken('class');
  if (!singleWords(snapshot, question).includes(verdict)) throw new NotTaken('needs-words');
  return question;
}

function refuse(reading: Reading, why: Refusal, about = ''): AnswerOutcome {
  if (reading.logsRefusals) logRefusal(reading, why, about);
  const told = why !== 'stranger';
  const named = about === '' ? '' : ` (${about})`;
  return { kind: 'refused', why, about, told, text: `Not taken${named}: ${REFUSALS[why]}` };
}

function logRefusal({ workspace, channel, incoming }: Reading, why: Refusal, about: string): void {
  const { message } = incoming;
  const sender = plain(incoming.sender).slice(0, 120);
  const event = { event: 'refused', channel: channel.name, about, message, why, sender } as const;
  workspace.commit((snapshot) => ({
    actor: { kind: 'nocturne', name: 'channels' },
    runId: '',
    reason: `an answer through ${channel.name} was refused: ${why}`,
    changes: [eventChange(event, snapshot.now)],
  }));
}

function takenText(given: ReturnType<typeof giveAnswer>, verdict: string): string {
  switch (given.kind) {
    case 'unclear':
      return `${given.id} stays open. ${unclearText(given.unclear)}`;
    case 'waits':
      return `${given.id}: ${verdict}. Next pass: ${given.pending?.what ?? 'it is closed with a newer question'}.`;
    case 'decided':
      return `${given.id}: ${given.taken.what}`;
  }
}

/** Exactly as the channel names the sender; addresses in small letters. */
function isKnown({ senders, kind }: Channel, sender: string): boolean {
  const form = (name: string): string =>
    kind === 'email' ? name.normalize('NFC').toLowerCase() : name.normalize('NFC');
  return sender !== '' && senders.map(form).includes(form(sender));
}
