/** A pass whose agent worked in a copy becomes the writer again, when no other pass is. */
import { renewClaim, takeWriter } from '../workspace/pass-lock.js';
import { LEASE_MS } from './lease.js';
import type { Entered, PassEnvironment } from './types.js';

/** How often a pass that waits for its turn asks, and how often it then renews its claim. */
const TURN_MS = 100;
const RENEW_EVERY = 300;

/** @throws NocturneError `LEASE_LOST` if this claim has expired and another pass removed it. */
export async function takeTurn(
  { workspace: { root, clock }, wait, say }: PassEnvironment,
  { fence }: Pick<Entered, 'fence'>,
): Promise<void> {
  // A pass that was told to end still has to be judged, so nothing ends this wait but its turn.
  const { signal } = new AbortController();
  for (let attempt = 0; !takeWriter(root, fence, clock); attempt++) {
    if (attempt === 0) say('     waiting for the pass that is the writer');
    if (attempt % RENEW_EVERY === 0) renewClaim(root, fence, { ttlMs: LEASE_MS, clock });
    await wait(TURN_MS, signal);
  }
}
