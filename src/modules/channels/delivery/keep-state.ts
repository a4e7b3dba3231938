/** The durable memory of one channel during a round; its rows go to the log in one commit. */
import type { Workspace } from '../../../workspace/types.js';
import { channelEvents, type ChannelEvent, eventChange } from '../channel-log.js';
import { type ChannelState, readChannelState, writeChannelState } from './channel-state.js';

const DAY_MS = 86_400_000;
const ANSWERS = 'answers';

export type KeptState = {
  now(): ChannelState;
  keep(change: Partial<ChannelState>, ...events: readonly ChannelEvent[]): void;
  /** To the log, where the owner and the briefing see it. */
  commitRows(): void;
};

/** @param side `answers` for the part that listens. */
export function keptState(
  workspace: Workspace,
  channel: string,
  side: 'out' | 'answers' = 'out',
): KeptState {
  const name = side === 'out' ? channel : `${channel}.${ANSWERS}`;
  let state = readChannelState(workspace.state, name);
  // Left by a process that died: they may be in the log already.
  let doubtful = state.rows.length;
  const keep = (change: Partial<ChannelState>, ...events: readonly ChannelEvent[]): void => {
    const time = workspace.clock.now().toISOString();
    const rows = [...state.rows, ...events.map((event) => ({ event, time }))];
    state = { ...state, rows, ...change };
    writeChannelState(workspace.state, name, state);
  };
  return {
    now: () => state,
    keep,
    commitRows() {
      if (state.rows.length === 0) return;
      workspace.commit((snapshot) => {
        const since = snapshot.now.getTime() - DAY_MS;
        const known = new Set(doubtful === 0 ? [] : textsOf([...channelEvents(snapshot, since)]));
        const rows = state.rows.filter(
          ({ event, time }) => !known.has(textOf({ ...event, time: Date.parse(time) })),
        );
        return {
          actor: { kind: 'nocturne', name: 'channels' },
          runId: '',
          reason: `messages of the channel ${channel}`,
          changes: rows.map(({ event, time }) => eventChange(event, new Date(time))),
        };
      });
      doubtful = 0;
      keep({ rows: [] });
    },
  };
}

type Told = Pick<ChannelEvent, 'event' | 'channel' | 'about' | 'hash'> & { readonly time: number };

function textsOf(events: readonly Told[]): readonly string[] {
  return events.map(textOf);
}

function textOf({ event, channel, about = '', hash = '', time }: Told): string {
  return [event, channel, about, hash, time].join(' ');
}

const [FIRST_MS, LONGEST_MS] = [30_000, 30 * 60_000];

/** A longer wait than any comes from a clock that was wrong. */
export function mayTry({ nextTry }: ChannelState, now: number): boolean {
  return now >= nextTry || nextTry - now > DAY_MS;
}

/** The change and the row after a failure: the next try comes later each time. */
export function afterFailure(
  kept: KeptState,
  failure: {
    readonly channel: string;
    readonly about?: string;
    readonly why: string;
    readonly now: number;
    readonly retryAfterMs?: number;
  },
): { readonly change: Partial<ChannelState>; readonly events: readonly ChannelEvent[] } {
  const { channel, about, why, now, retryAfterMs = 0 } = failure;
  const before = kept.now();
  const failures = before.failures + 1;
  const backoffMs = Math.min(FIRST_MS * 2 ** (failures - 1), LONGEST_MS);
  const waitMs = Math.min(Math.max(backoffMs, retryAfterMs), DAY_MS);
  const row: ChannelEvent = {
    event: 'failing',
    channel,
    why,
    ...(about === undefined ? {} : { about }),
  };
  return {
    change: { failures, nextTry: now + waitMs, failure: why },
    events: before.failure === '' ? [row] : [],
  };
}

/** The row that says that it works again, if it did not. */
export function afterSuccess(
  kept: KeptState,
  channel: string,
  about?: string,
): { readonly change: Partial<ChannelState>; readonly events: readonly ChannelEvent[] } {
  const wasFailing = kept.now().failure !== '';
  const row: ChannelEvent = {
    event: 'working',
    channel,
    ...(about === undefined ? {} : { about }),
  };
  return {
    change: { failures: 0, nextTry: 0, failure: '' },
    events: wasFailing ? [row] : [],
  };
}
