/** `mesh join TOKEN`: this workspace becomes a node of the mesh that made the token. */
import { EXIT, messageOf, NocturneError } from '../../../kernel/error.js';
import type { ModuleCommand, ModuleCommandContext } from '../../types.js';
import { type Identity, readIdentity } from '../identity.js';
import { pageWithSettings } from '../join/mesh-page.js';
import { type JoinToken, readToken } from '../join/token.js';
import { keptRoster, type Roster } from '../roster.js';
import { pinAuthority } from '../server/lead-files.js';
import { isLoopbackUrl } from '../server/loopback.js';
import { MESH_PAGE } from '../settings.js';
import { MeshRefusal } from '../wire/refusal.js';
import { makeGuestProject } from '../work/guest-project.js';
import { nodeName } from './init.js';

export const meshJoin: ModuleCommand = {
  summary: 'join a mesh with the token of its lead',
  forAgents: 'never',
  args: '<token>',
  options: [
    { flags: '--name <node>', description: 'name of this workspace in the mesh' },
    { flags: '--yes', description: 'join, and sign MESH.md, without asking' },
  ],
  examples: ['nocturne mesh join TOKEN --name gpu-box', 'nocturne mesh join TOKEN --yes'],
  async run(context, { args, options }) {
    context.requireOwner('joining a mesh');
    const workspace = context.workspace();
    const { state } = workspace;
    const token = readToken(args[0] ?? '');
    checkAddress(token);
    const before = keptRoster(state);
    if (before !== undefined && (before.mesh !== token.mesh || before.lead !== token.lead))
      throw new NocturneError('EXISTS', `this workspace is already in the mesh ${before.mesh}`, {
        hint: 'a workspace is in one mesh at a time: nocturne mesh leave',
      });
    const given = typeof options['name'] === 'string' ? options['name'] : undefined;
    const name = given ?? readIdentity(state)?.node ?? nodeName(undefined);
    if (
      !(await isConfirmed(context, {
        token,
        name: nodeName(name),
        isSure: options['yes'] === true,
      }))
    )
      return { exit: EXIT.refused, text: 'Nothing was written.', json: { written: false } };
    const { identity, roster } = await becomeNode(context, token, name);
    const tags = roster.nodes.find(({ id }) => id === identity.node)?.tags ?? [];
    await context.signPage(MESH_PAGE, {
      reason: `join the mesh ${roster.mesh}`,
      text: (snapshot) => pageWithSettings(snapshot, { node: identity.node, url: token.url, tags }),
    });
    makeGuestProject(workspace);
    const { canLogIn } = await import('../join/join-mesh.js');
    const isLive = await canLogIn(token, identity);
    return {
      exit: isLive ? EXIT.ok : EXIT.findings,
      text: [
        `This is ${identity.node} in the mesh ${roster.mesh}, whose lead is ${roster.lead}.`,
        ...(isLive ? [] : ['The server does not accept its login yet: nocturne mesh doctor']),
        'It is connected while nocturne serve runs. Nobody may do anything here yet: nocturne mesh allow NODE WORD --also',
      ].join('\n'),
      json: {
        mesh: roster.mesh,
        node: identity.node,
        lead: roster.lead,
        url: token.url,
        tags,
        isLive,
      },
    };
  },
};

/** @throws NocturneError `REFUSED` */
function checkAddress({ url, authority }: JoinToken): void {
  if (url.startsWith('tls:') ? authority !== undefined : isLoopbackUrl(url)) return;
  throw new NocturneError(
    'REFUSED',
    `the server at ${url} is on another machine and does not use TLS`,
    {
      hint: 'on the lead, begin the mesh without --plain',
    },
  );
}

async function isConfirmed(
  { ask, progress }: ModuleCommandContext,
  {
    token,
    name,
    isSure,
  }: { readonly token: JoinToken; readonly name: string; readonly isSure: boolean },
): Promise<boolean> {
  if (isSure) return true;
  progress(`The mesh ${token.mesh} is led by ${token.lead}, at ${token.url}.`);
  if (token.fingerprint !== undefined)
    progress(`Fingerprint of its authority, as mesh init showed it: ${token.fingerprint}`);
  if (ask === undefined)
    throw new NocturneError('USAGE', 'nobody can be asked here', { hint: 'repeat it with --yes' });
  return ask.confirm(`Join it as ${name}, and write and sign ${MESH_PAGE}?`);
}

/**
 * Joins, unless the last try came so far that the lead knows this node. A node that was revoked
 * gets new keys.
 */
async function becomeNode(
  context: ModuleCommandContext,
  token: JoinToken,
  name: string,
): Promise<{ readonly identity: Identity; readonly roster: Roster }> {
  const { state } = context.workspace();
  if (token.authority !== undefined) pinAuthority(state, token.authority);
  const known = readIdentity(state);
  const { rosterByLogin } = await import('../join/join-mesh.js');
  if (known?.node === name) {
    const roster = await rosterByLogin(state, token, known);
    if (roster !== undefined) return { identity: known, roster };
  }
  const { createIdentity } = await import('../join/create-identity.js');
  const isUntried = known?.node === name && keptRoster(state) === undefined;
  const identity = isUntried ? known : createIdentity(state, name);
  return { identity, roster: await joined(context, token, identity) };
}

async function joined(
  context: ModuleCommandContext,
  token: JoinToken,
  identity: Identity,
): Promise<Roster> {
  const { askToJoin } = await import('../join/join-mesh.js');
  try {
    return await askToJoin(context.workspace().state, token, identity);
  } catch (cause) {
    if (cause instanceof MeshRefusal)
      throw new NocturneError(
        'REFUSED',
        `${token.lead} did not let this node in: ${cause.message}`,
        {
          cause,
          hint:
            cause.code === 'name-taken'
              ? 'choose another one: --name'
              : 'ask for a new token: nocturne mesh invite, on the lead',
        },
      );
    throw await unreachable(token, cause);
  }
}

async function unreachable(token: JoinToken, cause: unknown): Promise<NocturneError> {
  const { errors } = await import('@nats-io/transport-node');
  if (
    cause instanceof errors.AuthorizationError ||
    cause instanceof errors.UserAuthenticationExpiredError
  )
    return new NocturneError(
      'REFUSED',
      'the server does not accept this token: it was used, or has expired',
      {
        cause,
        hint: 'ask for a new one: nocturne mesh invite, on the lead',
      },
    );
  return new NocturneError('RUN_FAILED', `${token.url} could not be reached: ${messageOf(cause)}`, {
    cause,
    hint: `on ${token.lead}, nocturne serve has to run; nocturne mesh doctor there says more`,
  });
}
