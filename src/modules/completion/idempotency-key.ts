/** By what a task is known as the same one: its whole text, who asks, and who is to do it. */
import { sha256 } from '../../kernel/hash.js';

/** Blanks and line ends do not make another task; a different last word does. */
export function idempotencyKey(task: {
  readonly task: string;
  readonly requester: string;
  readonly target: string;
}): string {
  const text = task.task.normalize('NFC').replace(/\s+/g, ' ').trim();
  return sha256(JSON.stringify([text, task.requester, task.target]));
}
