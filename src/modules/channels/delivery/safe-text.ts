/** The text of an error that may be shown: those of other programs may have a token in it. */
import { NocturneError } from '../../../kernel/error.js';

export function safeText(error: unknown): string {
  return error instanceof NocturneError ? error.message : 'it failed in a way that is not known';
}
