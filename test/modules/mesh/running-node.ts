/** A node with parts of the mesh, connected until the test ends. */
import { runNode } from '../../../src/modules/mesh/node/run-node.js';
import type { Part } from '../../../src/modules/mesh/node/mesh-service.js';
import { keptRoster } from '../../../src/modules/mesh/roster.js';
import type { Mesh, MeshNode } from './mesh-place.js';

type Scope = { teardown(act: () => unknown): void };
export type RunningNode = { readonly said: readonly string[]; stop(): Promise<void> };

export function runningNode(
  t: Scope,
  { mesh, node }: { readonly mesh: Mesh; readonly node: MeshNode },
  parts: readonly Part[],
): RunningNode {
  const roster = keptRoster(node.workspace.state);
  if (roster === undefined) throw new Error('it has not joined');
  const ending = new AbortController();
  const said: string[] = [];
  const ended = runNode({
    workspace: node.workspace,
    identity: node.identity,
    roster,
    url: mesh.url,
    say: (line) => said.push(line),
    signal: ending.signal,
    parts,
  });
  const stop = async (): Promise<void> => {
    ending.abort();
    await ended;
  };
  t.teardown(stop);
  return { said, stop };
}
