/** Nodes of one mesh that are connected in this process, each with its calls and its gateway. */
import { installedModules } from '../../../../src/modules/installed.js';
import { callParts } from '../../../../src/modules/mesh/calls/call-parts.js';
import type { Calls } from '../../../../src/modules/mesh/calls/calls.js';
import type { LiveNode } from '../../../../src/modules/mesh/node/live-node.js';
import { runNode } from '../../../../src/modules/mesh/node/run-node.js';
import { MESH_PAGE } from '../../../../src/modules/mesh/settings.js';
import { enabledModules } from '../../../../src/passes/modules/module-hooks.js';
import { signAnyway } from '../../../support/sign-anyway.js';
import { type Mesh, type MeshNode, meshOf } from '../mesh-place.js';

export type Scope = Parameters<typeof meshOf>[0];
export type Connected = {
  readonly place: MeshNode;
  readonly calls: Calls;
  readonly live: LiveNode;
  readonly said: string[];
  /** It leaves, and its connection is closed. */
  end(): Promise<void>;
};

export async function connected(
  mesh: Mesh,
  place: MeshNode,
  env: Readonly<Record<string, string>> = {},
): Promise<Connected> {
  const { workspace, identity } = place;
  const installed = await installedModules();
  const modules = () => enabledModules({ modules: installed }, workspace.snapshot());
  const { calls, parts } = callParts({ workspace, env, modules });
  const ending = new AbortController();
  const said: string[] = [];
  const say = (line: string): void => void said.push(line);
  let ended: Promise<void> = Promise.resolve();
  const live = await new Promise<LiveNode>((resolve, reject) => {
    const last = { begin: () => undefined, run: async (node: LiveNode) => resolve(node) };
    const { url, roster } = mesh;
    const all = [...parts, last];
    ended = runNode({ workspace, identity, roster, url, say, signal: ending.signal, parts: all });
    ended.catch(reject);
  });
  return {
    ...{ place, calls, live, said },
    async end() {
      ending.abort();
      await ended;
    },
  };
}

/** All of them, each heard by all others. */
export async function callingMesh(
  t: Scope,
  wanted: Parameters<typeof meshOf>[1],
): Promise<{ readonly mesh: Mesh; readonly nodes: readonly Connected[] }> {
  const mesh = await meshOf(t, wanted);
  const nodes: Connected[] = [];
  for (const place of mesh.nodes) nodes.push(await connected(mesh, place));
  t.teardown(() => Promise.all(nodes.map((node) => node.end())));
  await until(() => nodes.every(({ live }) => heardOthers(live) >= nodes.length - 1));
  return { mesh, nodes };
}

export function heardOthers(live: LiveNode): number {
  return [...live.heard().keys()].filter((node) => node !== live.node).length;
}

/** Changes a row of MESH.md, and signs it. */
export function editPage(place: MeshNode, change: (text: string) => string): void {
  const before = place.workspace.snapshot().text(MESH_PAGE) ?? '';
  signAnyway(place, MESH_PAGE, change(before));
}

export function meshRows(place: MeshNode): readonly Readonly<Record<string, unknown>>[] {
  const text = place.workspace.snapshot().text('audit/mesh-log.jsonl') ?? '';
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** Looks again whenever something may have happened. */
export async function until(holds: () => boolean): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`never: ${holds.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
