/** The idempotency key of a task: its whole text, its requester and its target. */
import { sha256 } from '../../kernel/hash.js';

/** Ignores differences of white space only. */
export function idempotencyKey(task: {
  readonly task: string;
  readonly requester: string;
  readonly target: string;
}): string {
  const text = task.task.normalize('NFC').replace(/\s+/g, ' ').trim();
  return sha256(JSON.stringify([text, task.requester, task.target]));
}
