/** One life of a mesh: tasks on every node, faults from a seed, and what holds at the end. */
import { setTimeout as pause } from 'node:timers/promises';
import { drawFaults, playFaults } from './mesh-faults.js';
import { brokenInvariants, isAllOver } from './mesh-invariants.js';
import { makeWorld, startNode, stopNode } from './mesh-world.js';

export type MeshLife = {
  readonly seed: number;
  readonly nodes: number;
  /** On each node. */
  readonly tasks: number;
  readonly faults: number;
  readonly say: (line: string) => void;
};

/** How long it may take after the last fault: a lease and all retries are shorter. */
const LONGEST_MS = 300_000;
/** Receipts are sent again after a pause. */
const RECEIPTS_MS = 3_000;

/** @returns what does not hold. */
export async function playMesh({
  seed,
  nodes,
  tasks,
  faults,
  say,
}: MeshLife): Promise<readonly string[]> {
  const world = await makeWorld(nodes, tasks);
  try {
    for (const node of world.nodes) startNode(node, say);
    await playFaults(world, drawFaults(seed, faults, nodes), say);
    for (const end = Date.now() + LONGEST_MS; !isAllOver(world) && Date.now() < end; )
      await pause(500);
    await pause(RECEIPTS_MS);
    await Promise.all(world.nodes.map((node) => stopNode(node, 'SIGTERM')));
    return brokenInvariants(world);
  } finally {
    await world.close();
  }
}
