/**
 * The token that `pass begin` printed, or that an agent's process was given: which pass it speaks
 * for.
 */
import { timingSafeEqual } from 'node:crypto';
import { NocturneError } from '../kernel/error.js';
import { passAtWork } from './pass-file.js';
import type { Briefed } from './types.js';

/**
 * @throws NocturneError `LEASE_LOST` when no pass runs, `REFUSED` when the token is another one's.
 */
export function passOfToken(state: string, token: string): Briefed {
  const pass = passAtWork(state);
  if (pass === undefined)
    throw new NocturneError('LEASE_LOST', 'no pass has begun here, or it was taken over', {
      hint: 'nocturne pass begin starts one',
    });
  if (!sameToken(pass.token, token))
    throw new NocturneError('REFUSED', `the token is not that of the running pass ${pass.runId}`, {
      hint: 'use the token that nocturne pass begin printed, with --token or $NOCTURNE_PASS_TOKEN',
    });
  return pass;
}

function sameToken(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
