/** `mesh init`: begins a mesh, with this workspace as its lead. */
import { hostname } from 'node:os';
import { EXIT, NocturneError } from '../../../kernel/error.js';
import { commaList } from '../../../kernel/words.js';
import { stamp } from '../../../kernel/clock.js';
import { slugOf } from '../../../kernel/slug.js';
import type { CommandResult, ModuleCommand, ModuleCommandContext, Parsed } from '../../types.js';
import { type Identity, readIdentity } from '../identity.js';
import { signRoster } from '../join/change-roster.js';
import { pageWithSettings } from '../join/mesh-page.js';
import { keptRoster, takeRoster } from '../roster.js';
import { fingerprintOf } from '../server/fingerprint.js';
import { findServer } from '../server/find-server.js';
import { HOW_TO_GET } from '../server/advisories.js';
import {
  type Lead,
  pinAuthority,
  readAdmin,
  readAuthority,
  readLead,
  urlOf,
  writeAdmin,
  writeAuthority,
  writeLead,
} from '../server/lead-files.js';
import { isLoopbackHost, listenAddress } from '../server/loopback.js';
import { wantedConfig, writeConfig } from '../server/write-config.js';
import { MESH_PAGE, meshSettings } from '../settings.js';
import { NODE_ID } from '../wire/names.js';
import { makeGuestProject } from '../work/guest-project.js';

export const meshInit: ModuleCommand = {
  summary: 'begin a mesh: this machine becomes its lead and runs the server',
  forAgents: 'never',
  options: [
    { flags: '--name <node>', description: 'name of this workspace in the mesh' },
    { flags: '--mesh <name>', description: 'name of the mesh; default: night' },
    { flags: '--host <host>', description: 'name or address by which other machines reach it' },
    { flags: '--port <port>', description: 'port of the server; default: 4222' },
    { flags: '--tags <tags>', description: 'what this machine has, separated by commas' },
    { flags: '--plain', description: 'without TLS, on loopback only' },
    { flags: '--yes', description: 'write and sign MESH.md without asking' },
  ],
  examples: [
    'nocturne mesh init --name lead --host lead.example',
    'nocturne mesh init --name lead --host 192.168.1.10 --port 4333 --yes',
  ],
  async run(context, { options }) {
    context.requireOwner('beginning a mesh');
    const { state } = context.workspace();
    const settings = meshSettings(context.workspace().snapshot());
    if (
      settings !== undefined ||
      (keptRoster(state) !== undefined && readLead(state) === undefined)
    )
      throw new NocturneError('EXISTS', `this workspace is already ${describe(context)}`, {
        hint: 'nocturne mesh status',
      });
    const wanted = wantedOf(options);
    const lead = readLead(state) ?? wanted.lead;
    const name = begunIdentity(state)?.node ?? wanted.name;
    if (!(await isConfirmed(context, { name, lead, options })))
      return { exit: EXIT.refused, text: 'Nothing was written.', json: { written: false } };
    await makeFiles(context, { name, lead, tags: wanted.tags });
    const url = urlOf(lead);
    await context.signPage(MESH_PAGE, {
      reason: `begin the mesh ${lead.mesh}`,
      text: (snapshot) => pageWithSettings(snapshot, { node: name, url, tags: wanted.tags }),
    });
    makeGuestProject(context.workspace());
    return begun(context, name, lead);
  },
};

type Wanted = { readonly name: string; readonly lead: Lead; readonly tags: readonly string[] };

function wantedOf(options: Parsed['options']): Wanted {
  const text = (key: string): string | undefined =>
    typeof options[key] === 'string' ? options[key] : undefined;
  const name = nodeName(text('name'));
  const mesh = nodeName(text('mesh') ?? 'night', 'mesh');
  const host = text('host') ?? '127.0.0.1';
  const port = Number(text('port') ?? '4222');
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new NocturneError(
      'BAD_VALUE',
      `--port is ${text('port')}, not a number from 1 to 65535`,
      {
        hint: '--port 4222',
      },
    );
  if (!/^[A-Za-z0-9.:-]+$/.test(host))
    throw new NocturneError('BAD_VALUE', `--host is ${host}, not the name of a machine`, {
      hint: 'write it without a scheme or a port, such as lead.example or 192.168.1.10',
    });
  const tls = options['plain'] !== true;
  if (!tls && !isLoopbackHost(host))
    throw new NocturneError(
      'REFUSED',
      `without TLS everybody between here and ${host} could read it`,
      {
        hint: 'leave out --plain, or serve this machine only: --host 127.0.0.1',
      },
    );
  const tags = tagsOf(text('tags'));
  return { name, lead: { mesh, host, port, listen: listenAddress(host), tls }, tags };
}

/** @throws NocturneError `BAD_VALUE` */
export function nodeName(given: string | undefined, option = 'name'): string {
  const name = given ?? slugOf(hostname().split('.')[0] ?? '').slice(0, 32);
  if (NODE_ID.test(name)) return name;
  throw new NocturneError(
    'BAD_VALUE',
    `"${name}" is not a name of a ${option === 'mesh' ? 'mesh' : 'node'}`,
    {
      hint: `--${option}: a letter, then letters, digits and dashes, at most 32, in lower case`,
    },
  );
}

/** @throws NocturneError `BAD_VALUE` */
export function tagsOf(text: string | undefined): readonly string[] {
  const tags = commaList(text ?? '');
  const bad = tags.find((tag) => !/^[a-z0-9][a-z0-9._-]{0,31}$/.test(tag));
  if (bad === undefined) return [...new Set(tags)].sort();
  throw new NocturneError('BAD_VALUE', `"${bad}" is not a tag`, {
    hint: '--tags: such as gpu,python3.12; lower case, digits, dots and dashes',
  });
}

async function isConfirmed(
  context: ModuleCommandContext,
  { name, lead, options }: Pick<Wanted, 'name' | 'lead'> & { readonly options: Parsed['options'] },
): Promise<boolean> {
  if (options['yes'] === true) return true;
  const reach = isLoopbackHost(lead.listen)
    ? 'Only programs on this machine reach it.'
    : `Other machines reach it; it listens on ${lead.listen}:${lead.port}.`;
  context.progress(`${name} leads the mesh ${lead.mesh} at ${urlOf(lead)}. ${reach}`);
  if (context.ask === undefined)
    throw new NocturneError('USAGE', 'nobody can be asked here', { hint: 'repeat it with --yes' });
  return context.ask.confirm(`Make the keys, write ${MESH_PAGE} and sign it?`);
}

/** Of a mesh that began here. The keys of a join that was refused belong to no mesh. */
function begunIdentity(state: string): Identity | undefined {
  return readLead(state) === undefined && keptRoster(state) === undefined
    ? undefined
    : readIdentity(state);
}

/** Safe to repeat after an interruption: what is there stays. */
async function makeFiles(
  context: ModuleCommandContext,
  { name, lead, tags }: Wanted,
): Promise<void> {
  const workspace = context.workspace();
  const { state, clock } = workspace;
  const { createIdentity } = await import('../join/create-identity.js');
  const identity = begunIdentity(state) ?? createIdentity(state, name);
  if (readAdmin(state) === undefined) {
    const { createUser } = await import('@nats-io/nkeys');
    const admin = createUser();
    const seed = new TextDecoder().decode(admin.getSeed());
    writeAdmin(state, { seed, login: admin.getPublicKey() });
  }
  if (lead.tls && readAuthority(state) === undefined) {
    const { createAuthority } = await import('../server/certificates.js');
    writeAuthority(state, await createAuthority(lead.mesh, clock.now()));
  }
  const authority = readAuthority(state);
  if (authority !== undefined) pinAuthority(state, authority.cert);
  const { publicKey, login } = identity;
  const node = { id: name, key: publicKey, login, tags, joined: stamp(clock.now()) };
  const roster = { mesh: lead.mesh, lead: name, version: 1, nodes: [node] };
  if (keptRoster(state) === undefined) takeRoster(state, signRoster(identity, roster), publicKey);
  writeLead(state, lead);
  writeConfig(state, wantedConfig(state, clock.now()).text);
}

function begun(context: ModuleCommandContext, name: string, lead: Lead): CommandResult {
  const authority = readAuthority(context.workspace().state);
  const fingerprint = authority === undefined ? null : fingerprintOf(authority.cert);
  const found = findServer(context.env);
  const lines = [
    `${name} leads the mesh ${lead.mesh} at ${urlOf(lead)}.`,
    ...(fingerprint === null ? [] : [`Fingerprint of its authority: ${fingerprint}`]),
    ...(isLoopbackHost(lead.host)
      ? ['Only this machine can reach it: for others, begin it with --host.']
      : []),
    ...(found === undefined ? [`nats-server is not installed yet. Get it: ${HOW_TO_GET}`] : []),
    '',
    'The server runs while nocturne serve does. To let a machine in: nocturne mesh invite',
  ];
  return {
    exit: EXIT.ok,
    text: lines.join('\n'),
    json: { mesh: lead.mesh, node: name, url: urlOf(lead), fingerprint, server: found ?? null },
  };
}

function describe(context: ModuleCommandContext): string {
  const { state } = context.workspace();
  const node = readIdentity(state)?.node ?? 'a node';
  const roster = keptRoster(state);
  return roster === undefined ? `${node} of a mesh` : `${node} of the mesh ${roster.mesh}`;
}
