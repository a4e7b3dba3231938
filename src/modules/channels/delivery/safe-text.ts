/** The text of an error that may be shown: others may contain an address or a token. */
import { NocturneError } from '../../../kernel/error.js';

export function safeText(error: unknown): string {
  return error instanceof NocturneError ? error.message : 'it failed in a way that is not known';
}
