/** `mesh allow NODE WORD…`: what another node may do here, under the key that the roster has. */
import { EXIT, NocturneError } from '../../../kernel/error.js';
import { commaList } from '../../../kernel/words.js';
import type { PassModule } from '../../../passes/module.js';
import type { ModuleCommand, ModuleCommandContext, Parsed } from '../../types.js';
import { guestToolNames } from '../calls/guest-tools.js';
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
    { flags: '--also', description: 'and keep what it may already do' },
    { flags: '--nothing', description: 'allow it nothing here' },
    { flags: '--yes', description: 'write and sign MESH.md without asking' },
    { flags: '--dry-run', description: 'only say what it would write' },
  ],
  examples: [
    'nocturne mesh allow gpu-box propose work',
    'nocturne mesh allow gpu-box mail --also',
    'nocturne mesh allow gpu-box call --tools search --yes',
    'nocturne mesh allow gpu-box --nothing',
  ],
  async run(context, { args: [name = '', ...words], options }) {
    context.requireOwner('allowing another node something');
    const workspace = context.workspace();
    const settings = meshSettings(workspace.snapshot());
    const node = nodeOf(workspace.state, name);
    const before = settings?.peers.find((peer) => peer.node === name);
    const peer = await peerOf(context, { node, before, words, options });
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

/** What was allowed to another key is not kept. @throws NocturneError `BAD_VALUE` or `USAGE` */
async function peerOf(
  { modules }: Pick<ModuleCommandContext, 'modules'>,
  row: {
    readonly node: RosterNode;
    readonly before: Peer | undefined;
    readonly words: readonly string[];
    readonly options: Parsed['options'];
  },
): Promise<Peer> {
  const { node, words, options } = row;
  const { id, key } = node;
  const isNothing = options['nothing'] === true;
  if (isNothing) return { node: id, key, may: permissionsOf(words, isNothing), tools: [] };
  const before = row.before?.key === key ? row.before : undefined;
  const isAlso = options['also'] === true;
  const kept = isAlso ? (before?.may ?? []) : [];
  const tools = typeof options['tools'] === 'string' ? commaList(options['tools']) : undefined;
  if (tools !== undefined) requireTools(tools, await modules());
  const own = before?.tools ?? [];
  const named = isAlso && tools !== undefined ? [...new Set([...own, ...tools])] : tools;
  return { node: id, key, may: permissionsOf([...kept, ...words], false), tools: named ?? own };
}

/** @throws NocturneError `BAD_VALUE` for a tool that is not here, or that no guest may call. */
function requireTools(names: readonly string[], modules: readonly PassModule[]): void {
  const offered = guestToolNames(modules);
  const bad = names.find((name) => !offered.includes(name));
  if (bad === undefined) return;
  throw new NocturneError('BAD_VALUE', `"${bad}" is not a tool that another node may call`, {
    hint: `tools: ${offered.join(', ')}`,
  });
}

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

function describe(peer: Peer, before: Peer | undefined, lost: readonly Permission[]): string {
  const may = peer.may.length === 0 ? 'nothing' : peer.may.join(', ');
  const tools = peer.tools.length === 0 ? '' : `, with the tools ${peer.tools.join(', ')}`;
  const key =
    before === undefined || before.key === peer.key ? '' : ' Its key is another one than before.';
  const less = lost.length === 0 ? '' : ` No longer: ${lost.join(', ')}.`;
  return `${peer.node} may here: ${may}${tools}.${less} Key: ${peer.key}.${key}`;
}
