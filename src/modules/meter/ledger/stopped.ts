/** The owner's switch that stops every call until the owner's next day. */
import { join } from 'node:path';
import { readJson, writeJsonDurably } from '../../../workspace/state-home.js';
import { makeDirectory, removeIfThere } from '../../../workspace/durable.js';

export type Stopped = { readonly since: string; readonly until: string };

const FILE = 'stopped';

/** @param directory the meter's, in the state directory. */
export function stoppedUntil(directory: string, now: Date): Stopped | undefined {
  const stopped = readJson<Stopped>(join(directory, FILE));
  return stopped !== undefined && now.getTime() < Date.parse(stopped.until) ? stopped : undefined;
}

export function stop(directory: string, stopped: Stopped): void {
  makeDirectory(directory, 0o700);
  writeJsonDurably(join(directory, FILE), stopped);
}

/** Whether it was stopped. */
export function resume(directory: string): boolean {
  return removeIfThere(join(directory, FILE));
}
