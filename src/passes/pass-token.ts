/** The running pass of a token: `pass begin` prints it, and the agent's process inherits it. */
import { timingSafeEqual } from 'node:crypto';
import { NocturneError } from '../kernel/error.js';
import { passesAtWork } from './pass-file.js';
import type { Briefed } from './types.js';

/**
 * @throws NocturneError `LEASE_LOST` when no pass runs, `REFUSED` when the token belongs to none of
 * those that do.
 */
export function passOfToken(state: string, token: string): Briefed {
  const passes = passesAtWork(state);
  const pass = passes.find((candidate) => sameToken(candidate.token, token));
  if (pass !== undefined) return pass;
  if (passes.length === 0)
    throw new NocturneError('LEASE_LOST', 'no pass is running here, or it was taken over', {
      hint: 'nocturne pass begin starts one',
    });
  const running = passes.map(({ runId }) => runId).join(', ');
  throw new NocturneError('REFUSED', `the token does not belong to a running pass (${running})`, {
    hint: 'use the token that nocturne pass begin printed, with --token or $NOCTURNE_PASS_TOKEN',
  });
}

function sameToken(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
