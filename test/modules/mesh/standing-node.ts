/** A node of a mesh that is connected, in this process. */
import { keptRoster } from '../../../src/modules/mesh/roster.js';
import { PROTOCOL } from '../../../src/modules/mesh/node/announcement.js';
import { LiveNode, type Presence } from '../../../src/modules/mesh/node/live-node.js';
import { openWorkspace } from '../../../src/workspace/open-workspace.js';
import type { Mesh, MeshNode } from './mesh-place.js';

type Scope = { teardown(act: () => unknown): void };
type Settings = {
  /** Milliseconds that its clock is ahead. */
  readonly ahead?: number;
  readonly version?: number;
  readonly presence?: () => Presence;
};
export type StandingNode = {
  readonly live: LiveNode;
  readonly said: readonly string[];
  /** Without a word to the others, as a process that is killed. */
  die(): Promise<void>;
};

export async function standingNode(
  t: Scope,
  { mesh, node }: { readonly mesh: Mesh; readonly node: MeshNode },
  settings: Settings = {},
): Promise<StandingNode> {
  const { ahead = 0, version = PROTOCOL } = settings;
  const clock = { now: () => new Date(Date.now() + ahead) };
  const workspace = openWorkspace(node.root, { home: node.home, clock });
  const roster = keptRoster(workspace.state);
  if (roster === undefined) throw new Error('it has not joined');
  const connection = await mesh.connect(node);
  const said: string[] = [];
  const live = new LiveNode({
    workspace,
    identity: node.identity,
    roster,
    connection,
    version: String(version),
    say: (line) => said.push(line),
    presence: settings.presence ?? (() => ({ models: [], tools: [], running: [] })),
  });
  await live.start();
  t.teardown(() => live.close());
  return {
    live,
    said,
    async die() {
      await connection.close();
      await live.close();
    },
  };
}
