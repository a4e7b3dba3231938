/**
 * On whose behalf a command acts: the owner's, or that of the pass inside which it was started.
 * Every command that changes something asks here.
 */
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
 * @throws NocturneError `REFUSED` inside a pass without its token, and for a token that is not that
 * of the running pass.
 */
export function actingAs(context: Context): Acting & { readonly pass?: Briefed } {
  const token = context.env[PASS_TOKEN];
  if (token !== undefined) {
    const data = passOf(context, token);
    return { ...actingAsPass(data), pass: data };
  }
  const inside = insidePass(context.env);
  if (inside !== undefined)
    throw new NocturneError('REFUSED', `${inside}, and a pass writes only with its token`, {
      hint: `pass ${PASS_TOKEN} on to the command, or write the file directly: what is inside the scope stays`,
    });
  return actingAsOwner(ownerName(context.workspace().snapshot()));
}

/** Without a live pass a token is as good as a wrong one. */
export function passOf(context: Context, token: string): Briefed {
  try {
    return passOfToken(context.workspace().state, token);
  } catch (error) {
    if (!(error instanceof NocturneError) || error.code !== 'LEASE_LOST') throw error;
    throw new NocturneError('REFUSED', `$${PASS_TOKEN} is set, but ${error.message}`, {
      hint: `the owner works without ${PASS_TOKEN}; a pass that was taken over writes nothing any more`,
      cause: error,
    });
  }
}

/**
 * @param what the deed, as in "signing". @throws NocturneError `REFUSED` inside a pass, whatever
 * token it has.
 */
export function requireOwner(context: Context, what: string): void {
  const inside = insidePass(context.env);
  if (inside !== undefined)
    throw new NocturneError('REFUSED', `${what} is for the owner only: ${inside}`, {
      hint: 'ask the owner: put the question into the report of the pass, under escalation',
    });
}

/** The owner's name in USER.md. */
export function ownerName(snapshot: Snapshot): string {
  return fieldText(snapshot.records('OWNER')[0], 'name') || 'owner';
}
