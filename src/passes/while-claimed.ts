/** Keeps a pass's claim alive while it waits for a program or a model. */
import { startHeartbeat } from '../agents/heartbeat.js';
import { renewClaim } from '../workspace/pass-lock.js';
import { LEASE_MS } from './lease.js';
import type { Entered, PassEnvironment } from './types.js';

/** An agent that was cancelled works no longer than this. */
const BEAT_MS = 10_000;

/** @param work its signal aborts when the pass is cancelled or the claim is lost. */
export async function whileClaimed<T>(
  { workspace, signal }: PassEnvironment,
  { fence }: Pick<Entered, 'fence'>,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const ended = new AbortController();
  const heartbeat = startHeartbeat({
    everyMs: BEAT_MS,
    renew: () => {
      const { clock, root } = workspace;
      if (renewClaim(root, fence, { ttlMs: LEASE_MS, clock }).cancelled === true) ended.abort();
    },
    onLost: () => ended.abort(),
  });
  try {
    return await work(AbortSignal.any([signal, ended.signal]));
  } finally {
    await heartbeat.stop();
  }
}
