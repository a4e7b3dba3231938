/** `mesh invite`: a token with which one machine can join, once. */
import { stamp, parseDuration } from '../../../kernel/clock.js';
import { EXIT, NocturneError } from '../../../kernel/error.js';
import { localTime } from '../../../project/local-time.js';
import { ownerZone } from '../../../project/owner-zone.js';
import { withCommitMutex } from '../../../workspace/mutex.js';
import type { ModuleCommand } from '../../types.js';
import { leading } from '../join/change-roster.js';
import { addInvite, inviteId } from '../join/invites.js';
import { type JoinToken, tokenText } from '../join/token.js';
import { untilApplied } from '../server/applied.js';
import { fingerprintOf } from '../server/fingerprint.js';
import { readAuthority, readLead, urlOf } from '../server/lead-files.js';
import { tagsOf } from './init.js';
import { inForce } from './in-force.js';

const LONGEST_MS = 7 * 86_400_000;

export const meshInvite: ModuleCommand = {
  summary: 'make a token with which one machine can join the mesh, once',
  forAgents: 'never',
  options: [
    { flags: '--tags <tags>', description: 'what that machine has, separated by commas' },
    { flags: '--expires <time>', description: 'such as 30m or 2d; default: 1h, at most 7d' },
  ],
  examples: ['nocturne mesh invite', 'nocturne mesh invite --tags gpu,python --expires 1d'],
  async run(context, { options }) {
    context.requireOwner('inviting a machine');
    const workspace = context.workspace();
    const { state, clock } = workspace;
    const { identity, roster } = leading(state);
    const lead = readLead(state);
    if (lead === undefined)
      throw new NocturneError('CONFIG', 'this workspace leads the mesh, but has no server', {
        hint: 'restore STATE/mesh/server from a backup',
      });
    const tags = tagsOf(typeof options['tags'] === 'string' ? options['tags'] : undefined);
    const { createUser } = await import('@nats-io/nkeys');
    const user = createUser();
    const expires = stamp(new Date(clock.now().getTime() + lifetime(options['expires'])));
    const invite = { id: inviteId(), login: user.getPublicKey(), tags, expires };
    withCommitMutex(workspace.root, () => addInvite(state, invite, clock.now()));
    const authority = readAuthority(state)?.cert;
    const token: JoinToken = {
      mesh: roster.mesh,
      url: urlOf(lead),
      lead: identity.node,
      leadKey: identity.publicKey,
      invite: invite.id,
      seed: new TextDecoder().decode(user.getSeed()),
      expires,
      ...(authority === undefined ? {} : { authority, fingerprint: fingerprintOf(authority) }),
    };
    const taken = await untilApplied(state, { now: () => clock.now(), waitMs: 15_000 });
    const text = tokenText(token);
    const until = localTime(expires, ownerZone(workspace.snapshot()));
    return {
      exit: EXIT.ok,
      text: [
        `On the other machine, until ${until}, once:`,
        '',
        `nocturne mesh join ${text}`,
        '',
        'Anybody who has this token can join: send it as you would send a password.',
        ...inForce(taken),
      ].join('\n'),
      json: { token: text, expires, tags, server: taken },
    };
  },
};

function lifetime(given: unknown): number {
  const ms = given === undefined ? 3_600_000 : parseDuration(String(given));
  if (ms !== undefined && ms > 0 && ms <= LONGEST_MS) return ms;
  throw new NocturneError('BAD_VALUE', `--expires is ${String(given)}`, {
    hint: 'such as 30m, 12h or 2d, and at most 7d',
  });
}
