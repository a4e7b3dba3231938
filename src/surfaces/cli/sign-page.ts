/** Changes a protected page in the owner's name and signs it, for wizards that showed the edit. */
import { loadOwnerKey } from '../../integrity/owner-key.js';
import { signManifest } from '../../integrity/sign.js';
import { signingPlan } from '../../integrity/signing-plan.js';
import { NocturneError } from '../../kernel/error.js';
import type { Snapshot } from '../../workspace/types.js';
import { ownerAuthorisation, ownerName, requireOwner } from './actor.js';
import { passphraseOf } from './ask.js';
import type { Context } from './types.js';

/**
 * The key is read before anything is written.
 * @throws NocturneError `REFUSED` inside a pass, and while another page waits for a signature.
 */
export async function signPage(
  context: Context,
  path: string,
  page: { readonly text: (snapshot: Snapshot) => string; readonly reason: string },
): Promise<void> {
  requireOwner(context, `changing ${path}`);
  const workspace = context.workspace();
  const key = loadOwnerKey(context.home, await passphraseOf(context));
  const name = ownerName(workspace.snapshot());
  workspace.commit((snapshot) => {
    context.check?.(snapshot);
    const [unsigned] = signingPlan(snapshot, context.home).changed;
    if (unsigned !== undefined)
      throw new NocturneError('REFUSED', `${unsigned.file} changed since you signed it`, {
        file: unsigned.file,
        hint: `look at it first: nocturne sign ${unsigned.file}`,
      });
    return {
      actor: { kind: 'owner', name },
      runId: '',
      reason: page.reason,
      changes: [{ kind: 'write', path, content: page.text(snapshot) }],
      audit: [
        {
          step: '',
          type: 'page_change',
          target: path,
          authorisation: ownerAuthorisation(context),
          result: 'ok',
          detail: page.reason,
        },
      ],
    };
  });
  signManifest(workspace, { files: [path], key, signedBy: name, now: context.clock.now() });
}
