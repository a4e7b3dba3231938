/** One round of a channel: sends what is due, one message after the other, and keeps a record. */
import { NocturneError } from '../../../kernel/error.js';
import { fieldText } from '../../../project/field-text.js';
import type { Snapshot } from '../../../workspace/types.js';
import { notAllowed } from '../destination.js';
import type { Connection, Outgoing, Sent } from '../kinds/connection.js';
import { type Channel, channelSettings, isStillSigned } from '../owner-channel.js';
import { codeKey } from '../question-code.js';
import { type Due, dueNow } from './due.js';
import { afterFailure, afterSuccess, type KeptState, keptState, mayTry } from './keep-state.js';
import { oneRound } from './one-round.js';
import { safeText } from './safe-text.js';
import { connectTo, type RoundContext } from './round-context.js';

/** Rows in one commit. */
const BATCH = 25;
const MOST_DOUBTFUL = 1000;

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
    if (!isStillSigned(workspace, snapshot, channel)) return [];
    const due = dueNow({
      snapshot,
      channel,
      settings: channelSettings(snapshot),
      key: codeKey(workspace.state),
      state: kept.now(),
      mayBegin,
    });
    if (due.length === 0 || !mayTry(kept.now(), snapshot.now.getTime())) return [];
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
  try {
    const [barred] = notAllowed(snapshot, channel, { content: '' });
    if (barred !== undefined) throw new NocturneError('REFUSED', barred);
    connection = await connectTo(channel, context);
    for (const next of stuckLast(due, kept)) {
      if (context.signal.aborted) break;
      const outcome = await sendOne(context, { ...round, connection, message: next.message() });
      if (outcome.kind === 'failed') {
        failed(context, round, { ...outcome, stuck: next.about });
        break;
      }
      record(round, next, outcome);
      sent += outcome.kind === 'sent' ? 1 : 0;
      if (kept.now().rows.length >= BATCH) kept.commitRows();
    }
  } catch (error) {
    failed(context, round, { why: safeText(error) });
  } finally {
    connection?.close?.();
  }
  const { failure } = kept.now();
  return [
    ...(sent === 0 ? [] : [`${channel.name}: sent ${sent}`]),
    ...(failure === '' ? [] : [`${channel.name} does not work: ${failure}`]),
  ];
}

/** The others do not wait for a message that the receiver cannot take. */
function stuckLast(due: readonly Due[], kept: KeptState): readonly Due[] {
  const { stuck } = kept.now();
  const isStuck = ({ about }: Due): boolean => about === stuck;
  return [...due.filter((each) => !isStuck(each)), ...due.filter(isStuck)];
}

type Failure = {
  readonly why: string;
  readonly retryAfterMs?: number;
  readonly stuck?: string;
  readonly doubtful?: readonly string[];
};

function failed({ workspace }: RoundContext, { channel, kept }: Round, failure: Failure): void {
  const now = workspace.clock.now().getTime();
  const { change, events } = afterFailure(kept, { channel: channel.name, now, ...failure });
  const { stuck = '', doubtful = kept.now().doubtful } = failure;
  kept.keep({ ...change, stuck, doubtful }, ...events);
}

/** `again`: it may have arrived before. `doubtful`: what may have arrived, after this attempt. */
type Attempt = Sent & { readonly again: boolean; readonly doubtful: readonly string[] };

function record(
  { channel, kept }: Round,
  { about, hash }: Due,
  outcome: Exclude<Attempt, { kind: 'failed' }>,
): void {
  const row = { channel: channel.name, about, hash };
  const { again, doubtful } = outcome;
  if (outcome.kind === 'refused')
    return kept.keep({ doubtful }, { ...row, event: 'undelivered', why: outcome.why });
  const { change, events } = afterSuccess(kept, channel.name);
  const sent = { ...row, event: 'sent', message: outcome.message, again } as const;
  kept.keep({ ...change, stuck: '', doubtful }, sent, ...events);
}

type OneMessage = Round & { readonly connection: Connection; readonly message: Outgoing };

/** Until it is certain what became of it, the message is noted as one that may have arrived. */
async function sendOne({ signal }: RoundContext, sending: OneMessage): Promise<Attempt> {
  const { channel, snapshot, kept, connection, message } = sending;
  const project = fieldText(snapshot.record('NOTIFICATION', message.about), 'project');
  const content = `${message.title}\n${message.text}`;
  const [reason] = notAllowed(snapshot, channel, {
    content,
    ...(project === '' ? {} : { project }),
  });
  const others = kept.now().doubtful.filter((id) => id !== message.id);
  const again = others.length < kept.now().doubtful.length;
  if (reason !== undefined) return { kind: 'refused', why: reason, again, doubtful: others };
  const noted = [...others, message.id].slice(-MOST_DOUBTFUL);
  if (!again) kept.keep({ doubtful: noted });
  const text = again
    ? `You may have this already: it was not sure that it arrived.\n${message.text}`
    : message.text;
  const sent = await connection.send({ ...message, text }, signal);
  const isDoubtful = sent.kind === 'failed' && (again || sent.mayHaveArrived === true);
  return { ...sent, again, doubtful: isDoubtful ? noted : others };
}
