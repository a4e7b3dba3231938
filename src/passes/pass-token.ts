/**
 * The token that `pass begin` printed, or that an agent's process was given: which pass it speaks
 * for.
 */
import { timingSafeEqual } from 'node:crypto';
import { NocturneError } from '../kernel/error.js';
import { storedPass } from './pass-file.js';
import type { PassData } from './types.js';

/**
 * @throws NocturneError `LEASE_LOST` when no pass runs, `REFUSED` when the token is another one's.
 */
export function passOfToken(state: string, token: string): PassData {
  const stored = storedPass(state);
  if (stored === undefined)
    throw new NocturneError('LEASE_LOST', 'no pass has begun here, or it was taken over', {
      hint: 'nocturne pass begin starts one',
    });
  if (!sameToken(stored.data.token, token))
    throw new NocturneError(
      'REFUSED',
      `the token is not that of the running pass ${stored.data.runId}`,
      {
        hint: 'use the token that nocturne pass begin printed, with --token or $NOCTURNE_PASS_TOKEN',
      },
    );
  return stored.data;
}

function sameToken(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
