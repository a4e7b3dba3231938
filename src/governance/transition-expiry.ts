/** How long a transition waits for the owner. */
import type { Rec } from '../markdown/types.js';
import { fieldInt, fieldTime } from '../project/field-text.js';

const DEFAULT_TIMEOUT_DAYS = 3;
const DAY_MS = 86_400_000;

/** Without a deadline, the default from the start; without either, the transition has expired. */
export function expiryOf(project: Rec): number | undefined {
  const triggered = fieldTime(project, 'transition.triggered_at');
  return (
    fieldTime(project, 'transition.expires_at') ??
    (triggered === undefined ? undefined : triggered + timeoutMs(project))
  );
}

function timeoutMs(project: Rec): number {
  const days = fieldInt(project, 'transition.timeout_days') ?? DEFAULT_TIMEOUT_DAYS;
  return Math.min(Math.max(days, 1), 30) * DAY_MS;
}

export function transitionExpiry(project: Rec, now: Date): Date {
  return new Date(now.getTime() + timeoutMs(project));
}
