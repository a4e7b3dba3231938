/** The lead lets a node in: checks its invitation and its keys, and signs the next roster. */
import { fromPublic } from '@nats-io/nkeys';
import { type Failpoint, noFailpoint } from '../../../workspace/durable.js';
import { withCommitMutex } from '../../../workspace/mutex.js';
import type { Workspace } from '../../../workspace/types.js';
import { stamp } from '../../../kernel/clock.js';
import type { Roster, RosterNode } from '../roster.js';
import { readAdmin } from '../server/lead-files.js';
import { publicKeyOf, readSigned, unverifiedBody } from '../wire/jws.js';
import { NODE_ID } from '../wire/names.js';
import { MeshRefusal } from '../wire/refusal.js';
import { changeRoster, leading } from './change-roster.js';
import { type Invite, markUsed, readInvites } from './invites.js';
import { type JoinBody, readRequest } from './join-request.js';

export type Admitted = { readonly node: string; readonly roster: string };

/**
 * The token is used up before the node is in the roster, so that it is never used twice.
 * @param invite as the subject says, which the server lets only its own login use.
 * @throws MeshRefusal why it is not let in.
 */
export function admit(
  workspace: Workspace,
  { invite, request }: { readonly invite: string; readonly request: string },
  failpoint: Failpoint = noFailpoint,
): Admitted {
  const { state, clock } = workspace;
  return withCommitMutex(workspace.root, () => {
    const { roster } = leading(state);
    const found = inviteOf(state, invite);
    const body = bodyOf(found, request);
    if (body.mesh !== roster.mesh || body.invite !== invite)
      throw new MeshRefusal(
        'not-for-us',
        `a request for ${body.mesh} with an invitation to another mesh`,
      );
    const before = roster.nodes.find(({ id }) => id === body.node);
    if (found.used !== undefined)
      throw new MeshRefusal('invite-used', `${found.used} has already used this token`);
    if (clock.now().getTime() >= Date.parse(found.expires))
      throw new MeshRefusal('invite-expired', `the token expired at ${found.expires}`);
    if (before !== undefined && before.revoked === undefined)
      throw new MeshRefusal('name-taken', `the mesh has a node called ${body.node}`);
    requireNewKeys(state, roster, body);
    const node: RosterNode = {
      id: body.node,
      key: body.key,
      login: body.login,
      tags: found.tags,
      joined: stamp(clock.now()),
    };
    markUsed(state, invite, node);
    failpoint('marked');
    return { node: node.id, roster: enter(state, node) };
  });
}

/**
 * Enters the nodes whose token was used up in a moment in which the lead crashed. Not one whose
 * name is in the roster: its keys there may be newer, or revoked.
 */
export function finishAdmissions({ root, state }: Workspace): void {
  withCommitMutex(root, () => {
    for (const { node } of readInvites(state)) {
      const isMissing = leading(state).roster.nodes.every(({ id }) => id !== node?.id);
      if (node !== undefined && isMissing) enter(state, node);
    }
  });
}

/** Returns the signed roster. */
function enter(state: string, node: RosterNode): string {
  return changeRoster(state, (nodes) => [...nodes.filter(({ id }) => id !== node.id), node]).text;
}

/**
 * A login belongs to one node: the server takes no configuration that names one twice, and then
 * nobody is served. The keys of a node that was revoked may be in other hands.
 */
function requireNewKeys(state: string, { nodes }: Roster, { node, key, login }: JoinBody): void {
  const isOfNode = nodes.some((each) => each.key === key || each.login === login);
  const isOfLead = readAdmin(state)?.login === login;
  if (isOfNode || isOfLead || readInvites(state).some((each) => each.login === login))
    throw new MeshRefusal('keys-taken', `${node} asks with keys that this mesh has seen before`);
}

function inviteOf(state: string, id: string): Invite {
  const invite = readInvites(state).find((each) => each.id === id);
  if (invite === undefined) throw new MeshRefusal('invite-unknown', 'there is no such invitation');
  return invite;
}

/** Signed by the keys that it names, and by the login of the invitation. */
function bodyOf(invite: Invite, request: string): JoinBody {
  const { signed, proof } = readRequest(request);
  const isInvited = fromPublic(invite.login).verify(
    new TextEncoder().encode(signed),
    new Uint8Array(Buffer.from(proof, 'base64url')),
  );
  if (!isInvited) throw new MeshRefusal('forged', 'the request is not that of the invitation');
  const claimed = unverifiedBody(signed) as Partial<JoinBody> | null;
  const { node, key, login } = claimed ?? {};
  if (typeof node !== 'string' || typeof key !== 'string' || !NODE_ID.test(node))
    throw new MeshRefusal('malformed', 'a request to join without a name or a key');
  if (typeof login !== 'string' || !isLogin(login))
    throw new MeshRefusal('malformed', `a request of ${node} without a login`);
  const { from, body } = readSigned('join', signed, () => publicKeyOf(key));
  if (from !== node) throw new MeshRefusal('forged', `a request for ${node} signed by ${from}`);
  return body as JoinBody;
}

/** The public nkey of a user, with its checksum: the server starts with no other. */
function isLogin(text: string): boolean {
  try {
    return text.startsWith('U') && fromPublic(text).getPublicKey() === text;
  } catch {
    return false;
  }
}
