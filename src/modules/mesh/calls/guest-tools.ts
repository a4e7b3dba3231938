/**
 * Tools of this workspace for another node: those that its row in MESH.md names, for a guest who
 * only reads and sees no more than any reader, through the guard and onto the record.
 */
import { capabilityReasons } from '../../../governance/capability.js';
import { NocturneError } from '../../../kernel/error.js';
import { callTool } from '../../../passes/call-tool.js';
import type { PassModule, ServeContext } from '../../../passes/module.js';
import { callerOf } from '../../../passes/tool-context.js';
import type { Tool, ToolAnswer } from '../../../tools/tool.js';
import { toolsOf } from '../../../tools/tools.js';
import type { LiveNode } from '../node/live-node.js';
import { CallError, membersOf } from './call.js';
import { MOST_HITS, passagesIn } from './passages.js';
import type { CallHandler, Taken } from './taken-calls.js';

/** How the logs name the mesh as an interface. */
const INTERFACE = 'mesh';
/** The least that a pass can have. */
const GUEST = 'project';
/** A tool of the module that keeps an index. */
const BY_MEANING = 'semantic_search';

export type Serving = Pick<ServeContext, 'env' | 'modules'>;

export function toolCalls(serving: Serving): CallHandler {
  return {
    refusal({ node, from, body }) {
      const { tool } = membersOf(body);
      const allowed = toolsFor(node, from);
      return typeof tool === 'string' && allowed.includes(tool)
        ? undefined
        : `${from} may not call the tool ${String(tool).slice(0, 80)} here; MESH.md has to name it, with the word call`;
    },
    async carryOut(taken) {
      const { tool, args } = membersOf(taken.body);
      const { text, data } = await callAsGuest(serving, taken, String(tool), args ?? {});
      return { text, data };
    },
  };
}

export function searchCalls(serving: Serving): CallHandler {
  return {
    isRepeatable: true,
    refusal: ({ node, from }) =>
      node.may(from, 'search')
        ? undefined
        : `${from} may not search here; the word in MESH.md is search`,
    async carryOut(taken) {
      const { query } = membersOf(taken.body);
      if (typeof query !== 'string') throw new CallError('malformed', 'a query was expected');
      return { hits: passagesIn(await found(serving, taken, query)) };
    },
  };
}

/** By meaning where there is an index, else the lines that have the words. */
async function found(serving: Serving, taken: Taken, query: string): Promise<unknown> {
  const plainly = async (): Promise<unknown> => {
    const pattern = query.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    return (await callAsGuest(serving, taken, 'search', { pattern })).data;
  };
  if (!allTools(serving).some(({ name }) => name === BY_MEANING)) return plainly();
  try {
    return (await callAsGuest(serving, taken, BY_MEANING, { query, limit: MOST_HITS })).data;
  } catch (error) {
    if (!(error instanceof NocturneError) || error.code !== 'NOT_FOUND') throw error;
    return plainly();
  }
}

/** Names of the tools that a node may call here, under the key that it has now. */
export function toolsFor(node: LiveNode, from: string): readonly string[] {
  const row = node.settings()?.peers.find((peer) => peer.node === from);
  const known = node.roster.nodes.find(({ id }) => id === from);
  return row !== undefined && row.key === known?.key ? row.tools : [];
}

async function callAsGuest(
  { env, modules }: Serving,
  { node, from, signal }: Taken,
  name: string,
  args: unknown,
): Promise<ToolAnswer> {
  const tool = allTools({ modules }).find((each) => each.name === name);
  if (tool === undefined) throw new CallError('not-found', `there is no tool ${name}`);
  const [reason] = capabilityReasons(GUEST, tool.name, tool.need);
  if (reason !== undefined) throw new CallError('refused', `${reason.code}: ${reason.message}`);
  const { workspace, say } = node;
  const caller = callerOf(workspace, { door: INTERFACE, client: from });
  return callTool({ workspace, caller, env, signal, say }, tool, args);
}

/** What a row of MESH.md may name: what only reads. */
export function guestToolNames(modules: readonly PassModule[]): readonly string[] {
  return allTools({ modules: () => modules })
    .filter(({ name, need, readOnly }) => readOnly && !capabilityReasons(GUEST, name, need).length)
    .map(({ name }) => name)
    .sort();
}

/** Of the core, and of the modules, none of which replaces one of the core. */
function allTools({ modules }: Pick<Serving, 'modules'>): readonly Tool[] {
  const brought = modules().flatMap((module) => module.tools ?? []);
  return [...toolsOf('mcp'), ...brought.filter((tool) => tool.doors.includes('mcp'))];
}
