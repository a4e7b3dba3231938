/** The meter that runs for a workspace, as its file in the state directory names it. */
import { join } from 'node:path';
import { removeIfThere } from '../../workspace/durable.js';
import { isIdentity, lifeOf, type ProcessIdentity } from '../../workspace/process-identity.js';
import { readJson, writeJsonDurably } from '../../workspace/state-home.js';

export type LiveMeter = ProcessIdentity & {
  readonly port: number;
  /** Absolute, in a folder of its own, which is bound into sandboxes. */
  readonly socket: string;
  readonly version: string;
};

export function meterDirectory(state: string): string {
  return join(state, 'meter');
}

/** Nothing if none runs. */
export function liveMeter(state: string): LiveMeter | undefined {
  const meter = lastMeter(state);
  return meter !== undefined && isIdentity(meter) && lifeOf(meter) !== 'dead' ? meter : undefined;
}

/** Alive or not: the next one takes the same port, because running agents know it. */
export function lastMeter(state: string): LiveMeter | undefined {
  return readJson<LiveMeter>(pathOf(state));
}

export function announceMeter(state: string, meter: LiveMeter): void {
  writeJsonDurably(pathOf(state), meter);
}

export function withdrawMeter(state: string): void {
  removeIfThere(pathOf(state));
}

function pathOf(state: string): string {
  return join(meterDirectory(state), 'meter.json');
}
