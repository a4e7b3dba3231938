/** One round of a channel: sends what is due, one message after the other, and keeps a record. */
import { messageOf, NocturneError } from '../../../kernel/error.js';
import { fieldText } from '../../../project/field-text.js';
import type { Snapshot } from '../../../workspace/types.js';
import { notAllowed } from '../destination.js';
import type { Connection, Outgoing, Sent } from '../kinds/connection.js';
import { type Channel, channelSettings } from '../owner-channel.js';
import { codeKey } from '../question-code.js';
import { type Due, dueNow } from './due.js';
import { afterFailure, afterSuccess, type KeptState, keptState } from './keep-state.js';
import { oneRound } from './one-round.js';
import { connectTo, type RoundContext } from './round-context.js';

/** Rows in one commit. */
const BATCH = 25;

/** @returns what it did, in a few words each. */
export async function deliver(
  context: RoundContext,
  channel: Channel,
  { mayBegin }: { readonly mayBegin: boolean },
): Promise<readonly string[]> {
  const done = await oneRound(context.workspace, channel.name, async () => {
    const { workspace } = context;
    const kept = keptState(workspace, channel.name);
    kept.commitRows();
    const snapshot = workspace.snapshot();
    const due = dueNow({
      snapshot,
      channel,
      settings: channelSettings(snapshot),
      key: codeKey(workspace.state),
      state: kept.now(),
      mayBegin,
    });
    if (due.length === 0 || snapshot.now.getTime() < kept.now().nextTry) return [];
    try {
      return await sendAll(context, { channel, snapshot, due, kept });
    } finally {
      kept.commitRows();
    }
  });
  return done ?? [];
}

type Round = {
  readonly channel: Channel;
  readonly snapshot: Snapshot;
  readonly due: readonly Due[];
  readonly kept: KeptState;
};

async function sendAll(context: RoundContext, round: Round): Promise<readonly string[]> {
  const { channel, snapshot, due, kept } = round;
  let connection: Connection | undefined;
  let sent = 0;
  const stopped = (why: string, failure: Partial<Extract<Sent, { kind: 'failed' }>> = {}) => {
    const now = context.workspace.clock.now().getTime();
    const { change, events } = afterFailure(kept, { channel: channel.name, now, ...failure, why });
    kept.keep(
      { ...change, ...(failure.mayHaveArrived === true ? {} : { inFlight: '' }) },
      ...events,
    );
  };
  try {
    const [barred] = notAllowed(snapshot, channel, { content: '' });
    if (barred !== undefined) throw new NocturneError('REFUSED', barred);
    connection = await connectTo(channel, context);
    for (const { message, hash } of due) {
      if (context.signal.aborted) break;
      const outcome = await sendOne(context, { ...round, connection, message });
      const row = { channel: channel.name, about: message.about, hash };
      if (outcome.kind === 'failed') {
        stopped(outcome.why, outcome);
        break;
      }
      const works = afterSuccess(kept, channel.name);
      const again = outcome.kind === 'sent' && outcome.again;
      const event =
        outcome.kind === 'sent'
          ? ({ ...row, event: 'sent', message: outcome.message, again } as const)
          : ({ ...row, event: 'undelivered', why: outcome.why } as const);
      kept.keep({ ...works.change, inFlight: '' }, event, ...works.events);
      sent += outcome.kind === 'sent' ? 1 : 0;
      if (kept.now().rows.length >= BATCH) kept.commitRows();
    }
  } catch (error) {
    stopped(messageOf(error));
  } finally {
    connection?.close?.();
  }
  const { failure } = kept.now();
  return [
    ...(sent === 0 ? [] : [`${channel.name}: sent ${sent}`]),
    ...(failure === '' ? [] : [`${channel.name} does not work: ${failure}`]),
  ];
}

type Attempt =
  | Exclude<Sent, { kind: 'sent' }>
  | (Extract<Sent, { kind: 'sent' }> & { again: boolean });

/** The note before it tells the next process that it may have been sent, if this one dies. */
async function sendOne(
  { signal }: RoundContext,
  {
    channel,
    snapshot,
    kept,
    connection,
    message,
  }: Round & { readonly connection: Connection; readonly message: Outgoing },
): Promise<Attempt> {
  const project = fieldText(snapshot.record('NOTIFICATION', message.about), 'project');
  const content = `${message.title}\n${message.text}`;
  const [reason] = notAllowed(snapshot, channel, {
    content,
    ...(project === '' ? {} : { project }),
  });
  if (reason !== undefined) return { kind: 'refused', why: reason };
  const again = kept.now().inFlight === message.id;
  if (!again) kept.keep({ inFlight: message.id });
  const text = again
    ? `You may have this already: it was not sure that it arrived.\n${message.text}`
    : message.text;
  const sent = await connection.send({ ...message, text }, signal);
  return sent.kind === 'sent' ? { ...sent, again } : sent;
}
