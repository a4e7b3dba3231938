/** New versions of the roster, which only the lead makes. */
import { NocturneError } from '../../../kernel/error.js';
import { type Identity, readIdentity } from '../identity.js';
import { HOW_TO_BEGIN, MESH_OFF } from '../node/reach-text.js';
import { keptRoster, keptRosterText, type Roster, type RosterNode, takeRoster } from '../roster.js';
import { readLead } from '../server/lead-files.js';
import { signValue } from '../wire/jws.js';

/** Signs and keeps the next version, under the commit mutex. @throws NocturneError `REFUSED` */
export function changeRoster(
  state: string,
  change: (nodes: readonly RosterNode[]) => readonly RosterNode[],
): { readonly roster: Roster; readonly text: string } {
  const { identity, roster } = leading(state);
  const next: Roster = { ...roster, version: roster.version + 1, nodes: change(roster.nodes) };
  const text = signRoster(identity, next);
  return { roster: takeRoster(state, text), text };
}

export function signRoster(identity: Identity, roster: Roster): string {
  return signValue('roster', { node: identity.node, key: identity.key }, roster);
}

/** This node, as the lead. @throws NocturneError `REFUSED` on any other node. */
export function leading(state: string): {
  readonly identity: Identity;
  readonly roster: Roster;
  readonly text: string;
} {
  const [identity, roster, text] = [readIdentity(state), keptRoster(state), keptRosterText(state)];
  if (identity === undefined || roster === undefined || text === undefined)
    throw new NocturneError('NOT_FOUND', MESH_OFF, {
      hint: HOW_TO_BEGIN,
    });
  if (roster.lead !== identity.node)
    throw new NocturneError(
      'REFUSED',
      `this is ${identity.node}; the lead of the mesh ${roster.mesh} is ${roster.lead}`,
      { hint: `run it in the workspace of ${roster.lead}` },
    );
  if (readLead(state) === undefined)
    throw new NocturneError('REFUSED', `${identity.node} no longer leads ${roster.mesh}`, {
      hint: 'it may have been passed on; otherwise restore STATE/mesh/server from a backup',
    });
  return { identity, roster, text };
}
