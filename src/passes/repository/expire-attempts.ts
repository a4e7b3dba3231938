/** Refs of runs that nobody merged go after 30 days, and with them what only they need. */
import { gitText } from './disarmed-git.js';
import { dropRunRef, type Origin } from './origin.js';

const DAYS = 30;
const RUN_REF = /^refs\/nocturne\/(RUN-(\d{4})(\d{2})(\d{2})-\d+)$/;

export function expireAttempts(origin: Origin, now: Date): void {
  const { directory } = origin;
  const listed = gitText({ directory }, ['for-each-ref', '--format=%(refname)', 'refs/nocturne/']);
  for (const ref of listed.split('\n')) {
    const [, runId = '', year, month, day] = RUN_REF.exec(ref) ?? [];
    const age = now.getTime() - Date.parse(`${year ?? ''}-${month ?? ''}-${day ?? ''}`);
    if (age > DAYS * 86_400_000) dropRunRef(origin, runId);
  }
}
