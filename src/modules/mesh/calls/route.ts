/**
 * Which nodes a call may go to, the best first. A node id names one, `NODE/AGENT` an agent there;
 * `tags:a,b` is whoever is alive and has these tags, the least loaded first; `any` has any tags.
 */
import type { Roster } from '../roster.js';
import type { MeshSettings } from '../settings.js';
import type { Heard } from '../node/live-node.js';

export type Routing = {
  readonly self: string;
  readonly roster: Roster;
  readonly settings: MeshSettings | undefined;
  readonly heard: ReadonlyMap<string, Heard>;
  /** By this node's clock, in milliseconds. */
  readonly now: number;
  /** Our own calls that a node works on, which it has not announced yet. */
  readonly ours: (node: string) => number;
  /** The node must have announced it. */
  readonly model?: string;
};
export type Route =
  | { readonly kind: 'nodes'; readonly nodes: readonly string[]; readonly agent: string }
  | { readonly kind: 'none'; readonly why: string };

/** Three announcements. */
const LIVE_MS = 30_000;
const TAGS = /^tags:([^\s,]+(?:,[^\s,]+)*)$/;
const NAMED = /^([a-z][a-z0-9-]{0,31})(?:\/([\w.-]{1,80}))?$/;

export function routeTo(target: string, routing: Routing): Route {
  const [, tags] = TAGS.exec(target) ?? [];
  if (tags !== undefined) return leastLoaded(tags.split(','), routing);
  if (target === 'any') return leastLoaded([], routing);
  const [, node, agent = ''] = NAMED.exec(target) ?? [];
  if (node === undefined) return none(`${target} is neither a node, NODE/AGENT, tags:a,b, nor any`);
  const why = whyNot(node, routing);
  return why === undefined ? { kind: 'nodes', nodes: [node], agent } : none(why);
}

function leastLoaded(tags: readonly string[], routing: Routing): Route {
  const { roster, heard } = routing;
  const fit = roster.nodes.filter(({ id, tags: granted }) => {
    const announced = heard.get(id)?.announcement.tags ?? [];
    const has = tags.every((tag) => granted.includes(tag) && announced.includes(tag));
    return has && whyNot(id, routing) === undefined;
  });
  const nodes = fit
    .map(({ id }) => ({ id, load: loadOf(id, routing) }))
    .sort((a, b) => a.load - b.load || (a.id < b.id ? -1 : 1))
    .map(({ id }) => id);
  const wanted = tags.length === 0 ? 'no other node' : `no node with the tags ${tags.join(', ')}`;
  return nodes.length === 0
    ? none(`${wanted} is alive${offers(routing)}`)
    : { kind: 'nodes', nodes, agent: '' };
}

/** A node with room for two is half as loaded by one task. */
function loadOf(node: string, { heard, ours }: Routing): number {
  const announcement = heard.get(node)?.announcement;
  const running = (announcement?.running.length ?? 0) + ours(node);
  return running / Math.max(1, announcement?.capacity ?? 1);
}

/** Why nothing is sent to it; nothing if it may be asked. */
function whyNot(node: string, routing: Routing): string | undefined {
  const { self, roster, settings, heard, now, model } = routing;
  if (node === self) return `${node} is this node`;
  const known = roster.nodes.find(({ id }) => id === node);
  if (known === undefined) return `${node} is not a node of this mesh`;
  if (known.revoked !== undefined) return `${node} was revoked`;
  const row = settings?.peers.find((peer) => peer.node === node);
  if (row === undefined) return `MESH.md has no row for ${node}; nocturne mesh allow adds one`;
  if (row.key !== known.key) return `MESH.md has another key for ${node} than the mesh`;
  const last = heard.get(node);
  if (last === undefined) return `nothing was heard of ${node}`;
  if (last.announcement.leaves === true) return `${node} has left`;
  if (now - last.heardAt >= LIVE_MS)
    return `nothing was heard of ${node} for ${Math.round((now - last.heardAt) / 1000)} s`;
  return model === undefined || last.announcement.models.includes(model)
    ? undefined
    : `${node} does not have the model ${model}`;
}

function offers({ model }: Routing): string {
  return model === undefined ? '' : ` and has the model ${model}`;
}

function none(why: string): Route {
  return { kind: 'none', why };
}
