/** What happens to a simulated mesh while it works: drawn from a seed, so that it can be repeated. */
import { setTimeout as pause } from 'node:timers/promises';
import { randomFrom } from '../random.js';
import { type MeshWorld, type SimulatedNode, startNode, stopNode } from './mesh-world.js';

export type MeshFault = {
  readonly kind: 'cut' | 'silent' | 'slow' | 'kill' | 'stop' | 'server';
  /** Of its node; ignored for the server. */
  readonly node: number;
  /** Milliseconds: after the fault before it, and until it is put right. */
  readonly after: number;
  readonly lasts: number;
};

const KINDS = ['cut', 'cut', 'silent', 'slow', 'kill', 'kill', 'stop', 'server'] as const;

export function drawFaults(seed: number, count: number, nodes: number): readonly MeshFault[] {
  const random = randomFrom(seed);
  return Array.from({ length: count }, () => ({
    kind: random.pick(KINDS),
    node: random.below(nodes),
    after: 500 + random.below(4_500),
    lasts: 500 + random.below(11_500),
  }));
}

/** All are put right at the end. */
export async function playFaults(
  world: MeshWorld,
  faults: readonly MeshFault[],
  say: (line: string) => void,
): Promise<void> {
  const healing: Promise<void>[] = [];
  for (const fault of faults) {
    await pause(fault.after);
    const node = world.nodes[fault.node];
    if (node === undefined) continue;
    say(`${fault.kind} ${node.place.identity.node} for ${fault.lasts} ms`);
    healing.push(playFault(world, node, { fault, say }));
  }
  await Promise.all(healing);
  for (const node of world.nodes) {
    node.wire.become('whole');
    if (node.child === undefined) startNode(node, say);
  }
}

async function playFault(
  { mesh }: MeshWorld,
  node: SimulatedNode,
  { fault, say }: { readonly fault: MeshFault; readonly say: (line: string) => void },
): Promise<void> {
  const { kind, lasts } = fault;
  switch (kind) {
    case 'cut':
    case 'silent':
    case 'slow':
      node.wire.become(kind);
      await pause(lasts);
      return node.wire.become('whole');
    case 'kill':
      await stopNode(node, 'SIGKILL');
      await pause(lasts);
      if (node.child === undefined) startNode(node, say);
      return;
    case 'stop':
      node.child?.kill('SIGSTOP');
      await pause(lasts);
      node.child?.kill('SIGCONT');
      return;
    case 'server':
      await mesh.server.stop('SIGKILL');
      await pause(Math.min(lasts, 5_000));
      // Two faults may meet: it is started once.
      return mesh.startAgain().catch(() => undefined);
  }
}
