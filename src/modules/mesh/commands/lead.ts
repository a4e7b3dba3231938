/** `mesh give` and `mesh take`: another node becomes the lead, with the server. */
import { existsSync } from '../../../kernel/files.js';
import { isAbsolute, join } from 'node:path';
import { EXIT, NocturneError } from '../../../kernel/error.js';
import { parsedJson } from '../../../kernel/parsed-json.js';
import { readInputText } from '../../../kernel/read-input.js';
import { withCommitMutex } from '../../../workspace/mutex.js';
import { writeJsonDurably } from '../../../workspace/state-home.js';
import type { ModuleCommand, ModuleCommandContext } from '../../types.js';
import { readHandOver, signHandOver } from '../hand-over.js';
import { readIdentity } from '../identity.js';
import { leading, signRoster } from '../join/change-roster.js';
import { pageWithSettings } from '../join/mesh-page.js';
import { keptRoster, leadKeyOf, type Roster, takeRoster } from '../roster.js';
import {
  type Admin,
  type Authority,
  type Lead,
  readAdmin,
  readAuthority,
  readLead,
  retireLead,
  urlOf,
  writeAdmin,
  writeAuthority,
  writeLead,
} from '../server/lead-files.js';
import { listenAddress } from '../server/loopback.js';
import { MESH_PAGE } from '../settings.js';

/** What goes from one lead to the next; a secret. */
type Handed = {
  readonly handOver: string;
  readonly lead: Lead;
  readonly admin: Admin;
  readonly authority?: Authority;
};

export const meshGive: ModuleCommand = {
  summary: 'make another node the lead: write what its server needs into a file',
  forAgents: 'never',
  args: '<node> <file>',
  options: [{ flags: '--yes', description: 'without asking' }],
  examples: ['nocturne mesh give desk mesh-of-night.json --yes'],
  async run(context, { args: [name = '', file = ''], options }) {
    context.requireOwner('handing the mesh over');
    const workspace = context.workspace();
    const { state } = workspace;
    const { identity, roster } = leading(state);
    const next = roster.nodes.find(({ id, revoked }) => id === name && revoked === undefined);
    if (next === undefined || name === identity.node)
      throw new NocturneError('NOT_FOUND', `${roster.mesh} has no other node "${name}"`);
    const path = isAbsolute(file) ? file : join(context.cwd, file);
    if (existsSync(path)) throw new NocturneError('EXISTS', `${path} already exists`);
    const question = `Hand ${roster.mesh} over to ${name}? The server here ends.`;
    if (options['yes'] !== true && (await context.ask?.confirm(question)) !== true)
      return { exit: EXIT.refused, text: 'Nothing was written.', json: { written: false } };
    const [lead, admin, authority] = [readLead(state), readAdmin(state), readAuthority(state)];
    if (lead === undefined || admin === undefined)
      throw new NocturneError('CONFIG', 'files of the server are missing here');
    withCommitMutex(workspace.root, () => {
      const handOver = signHandOver(identity, {
        mesh: roster.mesh,
        version: roster.version + 1,
        lead: name,
        key: next.key,
        ...(roster.handOver === undefined ? {} : { before: roster.handOver }),
      });
      const handed: Handed = {
        handOver,
        lead,
        admin,
        ...(authority === undefined ? {} : { authority }),
      };
      writeJsonDurably(path, handed);
      retireLead(state);
    });
    return {
      exit: EXIT.ok,
      text: `Take ${path} to ${name}, and run nocturne mesh take FILE there. The file contains the keys of the mesh, so delete it afterwards.`,
      json: { file: path, lead: name },
    };
  },
};

export const meshTake: ModuleCommand = {
  summary: 'become the lead, with the file of mesh give',
  forAgents: 'never',
  args: '<file>',
  options: [
    { flags: '--host <host>', description: 'name or address by which other machines reach it' },
    { flags: '--yes', description: 'write and sign MESH.md without asking' },
  ],
  examples: ['nocturne mesh take mesh-of-night.json --host desk.example --yes'],
  async run(context, { args: [file = ''], options }) {
    context.requireOwner('taking the mesh over');
    const handed = readHanded(context, file);
    const { state } = context.workspace();
    const host = typeof options['host'] === 'string' ? options['host'] : handed.lead.host;
    const lead = { ...handed.lead, host, listen: listenAddress(host) };
    const { roster, name, tags } = checked(state, handed);
    const question = `Lead ${roster.mesh} at ${urlOf(lead)}, and write and sign ${MESH_PAGE}?`;
    if (options['yes'] !== true && (await context.ask?.confirm(question)) !== true)
      return { exit: EXIT.refused, text: 'Nothing was written.', json: { written: false } };
    writeAdmin(state, handed.admin);
    if (handed.authority !== undefined) writeAuthority(state, handed.authority);
    withCommitMutex(context.workspace().root, () => {
      takeRoster(state, roster.signed);
      writeLead(state, lead);
    });
    await context.signPage(MESH_PAGE, {
      reason: `lead the mesh ${roster.mesh}`,
      text: (snapshot) => pageWithSettings(snapshot, { node: name, url: urlOf(lead), tags }),
    });
    const isMoved = urlOf(lead) !== urlOf(handed.lead);
    return {
      exit: EXIT.ok,
      text: [
        `${name} leads ${roster.mesh} now, at ${urlOf(lead)}. Its server runs while nocturne serve does.`,
        ...(isMoved ? [`On the other nodes, write this Url into ${MESH_PAGE} and sign it.`] : []),
      ].join('\n'),
      json: { mesh: roster.mesh, lead: name, url: urlOf(lead), version: roster.version },
    };
  },
};

function readHanded({ cwd }: ModuleCommandContext, file: string): Handed {
  const hint = 'name the file that nocturne mesh give wrote on the previous lead';
  const handed = parsedJson(readInputText({ cwd, file, hint })) as Partial<Handed> | undefined;
  if (
    typeof handed?.handOver !== 'string' ||
    typeof handed.lead?.mesh !== 'string' ||
    typeof handed.admin?.seed !== 'string'
  )
    throw new NocturneError('BAD_VALUE', `${file} was not written by mesh give`, { hint });
  return handed as Handed;
}

/** The first roster of this node as the lead. @throws NocturneError, MeshRefusal */
function checked(
  state: string,
  { handOver }: Handed,
): {
  readonly roster: Roster & { readonly signed: string };
  readonly name: string;
  readonly tags: readonly string[];
} {
  const [identity, before, leadKey] = [readIdentity(state), keptRoster(state), leadKeyOf(state)];
  if (identity === undefined || before === undefined || leadKey === undefined)
    throw new NocturneError('NOT_FOUND', 'this workspace is in no mesh', {
      hint: 'only a node of the mesh can become its lead',
    });
  const { key, version, lead } = readHandOver(handOver, leadKey);
  if (key !== identity.publicKey)
    throw new NocturneError('REFUSED', `the mesh was passed on to ${lead}, not to this node`);
  const roster: Roster = {
    ...before,
    lead: identity.node,
    version: Math.max(version, before.version) + 1,
    handOver,
  };
  const tags = roster.nodes.find(({ id }) => id === identity.node)?.tags ?? [];
  return {
    roster: { ...roster, signed: signRoster(identity, roster) },
    name: identity.node,
    tags,
  };
}
