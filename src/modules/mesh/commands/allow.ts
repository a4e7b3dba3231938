/** `mesh allow NODE WORD…`: what another node may do here, under the key that the roster has. */
import { EXIT, NocturneError } from '../../../kernel/error.js';
import type { ModuleCommand } from '../../types.js';
import { pageWithPeer } from '../join/mesh-page.js';
import { readIdentity } from '../identity.js';
import { keptRoster, type RosterNode } from '../roster.js';
import { MESH_PAGE, meshSettings, type Peer, type Permission, PERMISSIONS } from '../settings.js';
import { HOW_TO_BEGIN, MESH_OFF } from '../node/reach-text.js';

export const meshAllow: ModuleCommand = {
  summary: 'say what another node may do here, and sign MESH.md',
  forAgents: 'never',
  args: '<node> [words...]',
  options: [
    { flags: '--tools <tools>', description: 'tools that it may call here, separated by commas' },
    { flags: '--nothing', description: 'it may do nothing here any more' },
    { flags: '--yes', description: 'write and sign MESH.md without asking' },
    { flags: '--dry-run', description: 'only say what it would write' },
  ],
  examples: [
    'nocturne mesh allow gpu-box propose work',
    'nocturne mesh allow gpu-box call --tools knowledge_search --yes',
    'nocturne mesh allow gpu-box --nothing',
  ],
  async run(context, { args: [name = '', ...words], options }) {
    context.requireOwner('allowing another node something');
    const workspace = context.workspace();
    const settings = meshSettings(workspace.snapshot());
    const node = nodeOf(workspace.state, name);
    const before = settings?.peers.find((peer) => peer.node === name);
    const isNothing = options['nothing'] === true;
    const tools = listOf(options['tools']);
    const peer: Peer = {
      node: name,
      key: node.key,
      may: permissionsOf(words, isNothing),
      tools: isNothing ? [] : (tools ?? before?.tools ?? []),
    };
    const lost = (before?.may ?? []).filter((word) => !peer.may.includes(word));
    const text = describe(peer, before, lost);
    if (options['dryRun'] === true)
      return { exit: EXIT.ok, text, json: { peer, lost, written: false } };
    if (options['yes'] !== true && (await context.ask?.confirm(`${text} Sign it?`)) !== true)
      return {
        exit: EXIT.refused,
        text: `${text}\nNothing was written. To write it, repeat it with --yes.`,
        json: { peer, lost, written: false },
      };
    await context.signPage(MESH_PAGE, {
      reason: `what ${name} may do here`,
      text: (snapshot) => pageWithPeer(snapshot, peer),
    });
    return { exit: EXIT.ok, text, json: { peer, lost, written: true } };
  },
};

/** Another node of this mesh. @throws NocturneError `NOT_FOUND` or `REFUSED` */
function nodeOf(state: string, name: string): RosterNode {
  const roster = keptRoster(state);
  if (roster === undefined)
    throw new NocturneError('NOT_FOUND', MESH_OFF, {
      hint: HOW_TO_BEGIN,
    });
  const others = roster.nodes.filter(({ id }) => id !== readIdentity(state)?.node);
  const node = others.find(({ id }) => id === name);
  if (node === undefined)
    throw new NocturneError('NOT_FOUND', `${roster.mesh} has no other node "${name}"`, {
      hint:
        others.length === 0
          ? 'none has joined yet'
          : `nodes: ${others.map(({ id }) => id).join(', ')}`,
    });
  if (node.revoked === undefined) return node;
  throw new NocturneError('REFUSED', `${name} was revoked at ${node.revoked}`);
}

function permissionsOf(words: readonly string[], isNothing: boolean): readonly Permission[] {
  const bad = words.find((word) => !PERMISSIONS.some((known) => known === word));
  if (bad !== undefined)
    throw new NocturneError('BAD_VALUE', `"${bad}" is nothing that a node may do`, {
      hint: `words: ${PERMISSIONS.join(', ')}`,
    });
  if (words.length === 0 && !isNothing)
    throw new NocturneError('USAGE', 'nothing is named that it may do', {
      hint: `words: ${PERMISSIONS.join(', ')}; or --nothing`,
    });
  return isNothing ? [] : PERMISSIONS.filter((word) => words.includes(word));
}

function listOf(value: unknown): readonly string[] | undefined {
  if (typeof value !== 'string') return undefined;
  return value
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
}

function describe(peer: Peer, before: Peer | undefined, lost: readonly Permission[]): string {
  const may = peer.may.length === 0 ? 'nothing' : peer.may.join(', ');
  const tools = peer.tools.length === 0 ? '' : `, with the tools ${peer.tools.join(', ')}`;
  const key =
    before === undefined || before.key === peer.key ? '' : ' Its key is another one than before.';
  const less = lost.length === 0 ? '' : ` Not any more: ${lost.join(', ')}.`;
  return `${peer.node} may here: ${may}${tools}.${less} Key: ${peer.key}.${key}`;
}
