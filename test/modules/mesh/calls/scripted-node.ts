/** A node whose answers a test writes by hand: real keys, a real connection, and no manners. */
import { LiveNode } from '../../../../src/modules/mesh/node/live-node.js';
import { PROTOCOL } from '../../../../src/modules/mesh/node/announcement.js';
import type { Mesh, MeshNode } from '../mesh-place.js';

export type Script = (call: string, from: string, node: LiveNode) => void;

/** @param script what it does with a call. @param cancelled told of cancellations. */
export async function scriptedNode(
  mesh: Mesh,
  place: MeshNode,
  { script, cancelled = () => undefined }: { script: Script; cancelled?: (call: string) => void },
): Promise<LiveNode> {
  const { workspace, identity } = place;
  const node = new LiveNode({
    ...{ workspace, identity, roster: mesh.roster, version: String(PROTOCOL) },
    connection: await mesh.connect(place),
    say: () => undefined,
    presence: () => ({ models: [], tools: [], running: [] }),
  });
  const callIn = (payload: unknown): string => (payload as { readonly call: string }).call;
  node.on('call', ({ from, payload }) => script(callIn(payload), from, node));
  node.on('cancel', ({ payload }) => cancelled(callIn(payload)));
  await node.start();
  return node;
}

export function answer(call: string, value: unknown, chunks = 0): object {
  return { call, part: 0, of: 1, text: JSON.stringify({ ok: true, value, chunks }) };
}
