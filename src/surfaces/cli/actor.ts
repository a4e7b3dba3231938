/** In whose name a command acts: the owner, or the pass inside which it was started. */
import { insidePass, PASS_TOKEN } from '../../agents/inside-pass.js';
import { fieldText } from '../../project/field-text.js';
import { NocturneError } from '../../kernel/error.js';
import { type Acting, actingAsOwner, actingAsPass } from '../../passes/commit-edit.js';
import { passOfToken } from '../../passes/pass-token.js';
import type { Briefed } from '../../passes/types.js';
import type { Snapshot } from '../../workspace/types.js';
import type { Context } from './types.js';

/**
 * The owner, or the pass of `$NOCTURNE_PASS_TOKEN`.
 * @throws NocturneError `REFUSED` inside a pass without its token, and with the token of another
 * pass.
 */
export function actingAs(context: Context): Acting & { readonly pass?: Briefed } {
  const token = context.env[PASS_TOKEN];
  if (token !== undefined) {
    const data = passOf(context, token);
    return { ...actingAsPass(data), pass: data };
  }
  const inside = insidePass(context.env);
  if (inside !== undefined)
    throw new NocturneError('REFUSED', `${inside}, and a pass needs its token to write`, {
      hint: `set ${PASS_TOKEN} for the command, or write the file directly: changes inside the scope stay`,
    });
  return actingAsOwner(ownerName(context.workspace().snapshot()), ownerAuthorisation(context));
}

/** Whose word it was, for an audit row; and the interface, if it was not the command line. */
export function ownerAuthorisation({ door }: Context): string {
  return door === undefined ? 'owner' : `owner through ${door}`;
}

/** @throws NocturneError `REFUSED` for a token without a running pass. */
export function passOf(context: Context, token: string): Briefed {
  try {
    return passOfToken(context.workspace().state, token);
  } catch (error) {
    if (!(error instanceof NocturneError) || error.code !== 'LEASE_LOST') throw error;
    throw new NocturneError('REFUSED', `$${PASS_TOKEN} is set, but ${error.message}`, {
      hint: `as the owner, unset ${PASS_TOKEN}; a pass that has lost its lease cannot write`,
      cause: error,
    });
  }
}

/** @param what as in "signing". @throws NocturneError `REFUSED` inside a pass, with any token. */
export function requireOwner(context: Context, what: string): void {
  const inside = insidePass(context.env);
  if (inside !== undefined)
    throw new NocturneError('REFUSED', `${what} is for the owner only: ${inside}`, {
      hint: 'to ask the owner, put the question under escalation in the report of the pass',
    });
}

/** The owner's name in USER.md. */
export function ownerName(snapshot: Snapshot): string {
  return fieldText(snapshot.records('OWNER')[0], 'name') || 'owner';
}
