/** At most one round of a channel at a time, in this process and in others. */
import { join } from 'node:path';
import { removeIfThere } from '../../../workspace/durable.js';
import { withCommitMutex } from '../../../workspace/mutex.js';
import { isIdentity, lifeOf, ownIdentity } from '../../../workspace/process-identity.js';
import { readJson, writeJsonDurably } from '../../../workspace/state-home.js';
import type { Workspace } from '../../../workspace/types.js';
import { channelsFolder } from './channel-state.js';

const here = new Map<string, Promise<unknown>>();

/** `undefined`: another process has a round of this channel. One in this process is waited for. */
export async function oneRound<T>(
  { root, state }: Pick<Workspace, 'root' | 'state'>,
  channel: string,
  action: () => Promise<T>,
): Promise<T | undefined> {
  const path = join(channelsFolder(state), `${channel}.round.json`);
  const before = here.get(path) ?? Promise.resolve();
  const turn = before.then(async () => {
    if (!claim(root, path)) return undefined;
    try {
      return await action();
    } finally {
      removeIfThere(path);
    }
  });
  const settled = turn.catch(() => undefined);
  here.set(path, settled);
  try {
    return await turn;
  } finally {
    if (here.get(path) === settled) here.delete(path);
  }
}

function claim(root: string, path: string): boolean {
  return withCommitMutex(root, () => {
    const holder = readJson(path);
    const own = ownIdentity();
    const isOther =
      isIdentity(holder) && (holder.pid !== own.pid || holder.started !== own.started);
    if (isOther && lifeOf(holder) !== 'dead') return false;
    writeJsonDurably(path, own);
    return true;
  });
}
