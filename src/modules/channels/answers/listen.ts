/** The part of a channel that listens: takes answers, tells their senders, keeps its place. */
import {
  afterFailure,
  afterSuccess,
  type KeptState,
  keptState,
  mayTry,
} from '../delivery/keep-state.js';
import { safeText } from '../delivery/safe-text.js';
import { oneRound } from '../delivery/one-round.js';
import { connectTo, type RoundContext } from '../delivery/round-context.js';
import { channelEvents } from '../channel-log.js';
import type { Connection, Incoming, Listening } from '../kinds/connection.js';
import { KEPT_MS } from '../delivery/due.js';
import type { Channel } from '../owner-channel.js';
import { takeAnswer } from './take-answer.js';

export const ANSWERS = 'answers';
const HOUR_MS = 3_600_000;
/** In an hour: a forger makes neither a flood of replies nor an endless log. */
const MOST_TOLD = 10;
const MOST_REFUSED = 100;

export type ListenOptions = {
  /** How long one look waits for messages. */
  readonly patienceMs: number;
  /** Also where messages are pushed: until the signal. */
  readonly pushed: boolean;
};

/**
 * Takes the answers that have come. @returns what it did. A failure is recorded, not thrown; the
 * next try comes later each time.
 */
export async function listen(
  context: RoundContext,
  channel: Channel,
  options: ListenOptions,
): Promise<readonly string[]> {
  const done = await oneRound(context.workspace, `${channel.name}.${ANSWERS}`, () =>
    listenOnce(context, channel, options),
  );
  return done ?? [];
}

async function listenOnce(
  context: RoundContext,
  channel: Channel,
  { patienceMs, pushed }: ListenOptions,
): Promise<readonly string[]> {
  const { workspace, signal } = context;
  const kept = keptState(workspace, channel.name, ANSWERS);
  const now = (): number => workspace.clock.now().getTime();
  if (!mayTry(kept.now(), now())) return [];
  const said: string[] = [];
  let connection: Connection | undefined;
  try {
    connection = await connectTo(channel, context);
    const run = connection.receive ?? (pushed ? connection.listen : undefined);
    if (run === undefined) return [];
    const takes = taker(context, { channel, connection, kept, said });
    const connected = (): void => worked(kept, channel);
    const { cursor } = kept.now();
    await run.call(connection, { ...takes, connected, cursor, signal, patienceMs });
  } catch (error) {
    if (!signal.aborted) {
      const why = safeText(error);
      const failure = { channel: channel.name, about: ANSWERS, why, now: now() };
      const { change, events } = afterFailure(kept, failure);
      kept.keep(change, ...events);
      said.push(`${channel.name} cannot read answers: ${why}`);
    }
  } finally {
    connection?.close?.();
    kept.commitRows();
  }
  return said;
}

function worked(kept: KeptState, channel: Channel): void {
  if (kept.now().failures === 0) return;
  const { change, events } = afterSuccess(kept, channel.name, ANSWERS);
  kept.keep(change, ...events);
  kept.commitRows();
}

type Taking = {
  readonly channel: Channel;
  readonly connection: Connection;
  readonly kept: KeptState;
  readonly said: string[];
};

function taker(
  { workspace, say, signal }: RoundContext,
  { channel, connection, kept, said }: Taking,
): Pick<Listening, 'take' | 'keepCursor'> {
  let before = Promise.resolve();
  const takeNext = async (incoming: Incoming): Promise<void> => {
    const snapshot = workspace.snapshot();
    const now = snapshot.now.getTime();
    const events = [...channelEvents(snapshot, now - KEPT_MS)];
    const refused = events.filter(
      ({ event, channel: name, time }) =>
        event === 'refused' && name === channel.name && time >= now - HOUR_MS,
    );
    const logsRefusals = refused.length < MOST_REFUSED;
    const outcome = takeAnswer({ workspace, snapshot, channel, incoming, events, logsRefusals });
    if (outcome.kind === 'ignored') return;
    const line = `${channel.name}: ${outcome.text}`;
    said.push(line);
    say(line);
    const tell = outcome.kind === 'taken' || (outcome.told && refused.length < MOST_TOLD);
    // The answer counts whether or not its sender can be told.
    if (tell) await connection.reply?.(incoming, outcome.text, signal).catch(() => undefined);
  };
  return {
    // One after the other, also where messages are pushed.
    take(incoming) {
      const turn = before.then(() => takeNext(incoming));
      before = turn.catch(() => undefined);
      return turn;
    },
    keepCursor: (cursor) => kept.keep({ cursor }),
  };
}
