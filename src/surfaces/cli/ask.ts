/**
 * Questions to whoever sits at the terminal. Where nobody does, nothing waits: the caller has to
 * know the answer.
 */
import { NocturneError } from '../../kernel/error.js';
import { ownerKeyStatus } from '../../integrity/owner-key.js';
import type { Context } from './types.js';

/** Whether the owner says yes. Call it only where `canAsk`. Ctrl-C is a no. */
export async function confirm(question: string): Promise<boolean> {
  const clack = await import('@clack/prompts');
  const answer = await clack.confirm({
    message: question,
    initialValue: false,
    output: process.stderr,
  });
  return answer === true;
}

export function canAsk(context: Context): boolean {
  return context.interactive && !context.json;
}

/** The passphrase of the owner's key, where it has one: `$NOCTURNE_PASSPHRASE`, or asked for. */
export async function passphraseOf(context: Context): Promise<{ readonly passphrase?: string }> {
  if (ownerKeyStatus(context.home) !== 'encrypted') return {};
  const set = context.env['NOCTURNE_PASSPHRASE'];
  if (set !== undefined && set !== '') return { passphrase: set };
  if (!canAsk(context))
    throw new NocturneError(
      'CONFIG',
      "the owner's key is protected by a passphrase, and nobody can be asked for it here",
      { hint: 'run this at a terminal, or set NOCTURNE_PASSPHRASE' },
    );
  const clack = await import('@clack/prompts');
  const answer = await clack.password({
    message: "Passphrase of the owner's key",
    output: process.stderr,
  });
  if (typeof answer !== 'string' || answer === '')
    throw new NocturneError('CONFIG', 'no passphrase was given', { hint: 'nothing was signed' });
  return { passphrase: answer };
}
