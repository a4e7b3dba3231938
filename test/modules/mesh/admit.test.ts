/** Who may be let in, as the lead judges the request. No server is needed. */
import { createUser } from '@nats-io/nkeys';
import t from 'tap';
import type { Identity } from '../../../src/modules/mesh/identity.js';
import { admit, finishAdmissions } from '../../../src/modules/mesh/join/admit.js';
import { createIdentity } from '../../../src/modules/mesh/join/create-identity.js';
import { addInvite } from '../../../src/modules/mesh/join/invites.js';
import { keptRoster } from '../../../src/modules/mesh/roster.js';
import { writeAdmin, writeLead } from '../../../src/modules/mesh/server/lead-files.js';
import { signValue } from '../../../src/modules/mesh/wire/jws.js';
import { MeshRefusal } from '../../../src/modules/mesh/wire/refusal.js';
import type { Failpoint } from '../../../src/workspace/durable.js';
import { meshNodes } from './mesh-place.js';

type Scope = { testdir(): string };

/** A lead with two open invitations, and a node that asks with the first. */
function leadWithInvites(t: Scope) {
  const folder = t.testdir();
  const { nodes } = meshNodes(folder, 'nats://127.0.0.1:1', [{ id: 'lead' }, { id: 'left' }]);
  const [lead, left] = nodes;
  if (lead === undefined || left === undefined) throw new Error('two nodes');
  const { workspace } = lead;
  const { state } = workspace;
  const server = { host: '127.0.0.1', port: 1, listen: '127.0.0.1', tls: false };
  writeLead(state, { mesh: 'test', ...server });
  const [admin, invited, open] = [createUser(), createUser(), createUser()];
  writeAdmin(state, { seed: '', login: admin.getPublicKey() });
  const expires = new Date(workspace.clock.now().getTime() + 60_000).toISOString();
  for (const [id, user] of [
    ['one', invited],
    ['two', open],
  ] as const)
    addInvite(state, { id, login: user.getPublicKey(), tags: [], expires }, workspace.clock.now());
  const guest = createIdentity(`${folder}/guest`, 'guest');
  const ask = (login: string, key: Identity, failpoint?: Failpoint): string => {
    const node = key.node === 'left' ? 'guest' : key.node;
    const body = { mesh: 'test', invite: 'one', node, key: key.publicKey, login };
    const signed = signValue('join', { node, key: key.key }, body);
    const proof = invited.sign(new TextEncoder().encode(signed));
    const request = JSON.stringify({ signed, proof: Buffer.from(proof).toString('base64url') });
    try {
      return admit(workspace, { invite: 'one', request }, failpoint).node;
    } catch (error) {
      return error instanceof MeshRefusal ? error.code : String(error);
    }
  };
  return { folder, workspace, state, left, guest, admin, open, ask };
}

t.test('a login that is none, or that is in use, lets nobody in', (t) => {
  const { state, left, guest, admin, open, ask } = leadWithInvites(t);
  const refusal = (login: string, key = guest): string => ask(login, key);
  const { login } = guest;
  const wrong = `${login.slice(0, -1)}${login.endsWith('A') ? 'B' : 'A'}`;
  t.equal(refusal(wrong), 'malformed', 'its checksum is wrong');
  t.equal(refusal(left.identity.login), 'keys-taken', 'of another node');
  t.equal(refusal(admin.getPublicKey()), 'keys-taken', 'of the administrator');
  t.equal(refusal(open.getPublicKey()), 'keys-taken', 'of another invitation');
  t.equal(refusal(login, left.identity), 'keys-taken', 'with the key of another node');
  t.equal(keptRoster(state)?.version, 1);
  t.equal(refusal(login), 'guest');
  t.equal(keptRoster(state)?.version, 2);
  t.end();
});

t.test('a crash of the lead while it lets a node in never lets two in with one token', (t) => {
  const { folder, workspace, state, guest, ask } = leadWithInvites(t);
  const crash: Failpoint = () => {
    throw new Error('killed');
  };
  t.equal(ask(guest.login, guest, crash), 'Error: killed');
  t.equal(keptRoster(state)?.version, 1, 'the roster was not written');
  const second = createIdentity(`${folder}/second`, 'second');
  t.equal(ask(second.login, second), 'invite-used');
  t.equal(ask(guest.login, guest), 'invite-used');
  finishAdmissions(workspace);
  const entered = keptRoster(state);
  t.match(entered?.nodes.at(-1), { id: 'guest', key: guest.publicKey, login: guest.login });
  finishAdmissions(workspace);
  t.equal(keptRoster(state)?.version, entered?.version, 'once');
  t.equal(ask(second.login, second), 'invite-used');
  t.end();
});
