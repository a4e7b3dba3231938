/**
 * What a channel has to remember between two commits: the message that is being sent, rows that are
 * not in the log yet, when to try again, how far it has read.
 */
import { join } from 'node:path';
import { makeDirectory } from '../../../workspace/durable.js';
import { readJson, writeJsonDurably } from '../../../workspace/state-home.js';
import type { ChannelEvent } from '../channel-log.js';

export type PendingRow = { readonly event: ChannelEvent; readonly time: string };
export type ChannelState = {
  /** Messages whose sending has begun and not ended: they may have arrived. */
  readonly doubtful: readonly string[];
  /** The question whose message failed last: the others come before it. */
  readonly stuck: string;
  readonly rows: readonly PendingRow[];
  /** Failures in a row. */
  readonly failures: number;
  /** In milliseconds; nothing is tried before. */
  readonly nextTry: number;
  /** Of the failure; empty: it works. */
  readonly failure: string;
  readonly cursor: string;
};

const FRESH: ChannelState = {
  doubtful: [],
  stuck: '',
  rows: [],
  failures: 0,
  nextTry: 0,
  failure: '',
  cursor: '',
};

export function readChannelState(state: string, channel: string): ChannelState {
  return { ...FRESH, ...readJson<Partial<ChannelState>>(pathOf(state, channel)) };
}

export function writeChannelState(state: string, channel: string, value: ChannelState): void {
  writeJsonDurably(pathOf(state, channel), value);
}

export function channelsFolder(state: string): string {
  const folder = join(state, 'channels');
  makeDirectory(folder, 0o700);
  return folder;
}

function pathOf(state: string, channel: string): string {
  return join(channelsFolder(state), `${channel}.channel.json`);
}
