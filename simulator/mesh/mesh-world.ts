/** A mesh of workspaces on a real server, each a process of its own behind a wire of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { recover } from '../../src/workspace/recover.js';
import { type Mesh, type MeshNode, meshOf } from '../../test/modules/mesh/mesh-place.js';
import { GUEST_RUNNERS, makeGuest, writeTask } from '../../test/modules/mesh/work/work-place.js';
import { REPORT } from '../../test/passes/pass-workspace.js';
import { CutProxy } from './cut-proxy.js';

const CHILD = fileURLToPath(new URL('node-child.js', import.meta.url));
/** Writes the file that its task asks for. */
const AGENT = `import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
const [, name] = /Write outputs\\/(task-[a-z0-9-]+)\\.md/.exec(readFileSync(0, 'utf8')) ?? [];
mkdirSync('outputs', { recursive: true });
writeFileSync('outputs/' + name + '.md', '# ' + name + '\\n');
${REPORT.replace('outputs/page.md', "' + name + '")}`;

export type SimulatedNode = {
  readonly place: MeshNode;
  readonly wire: CutProxy;
  child: ChildProcess | undefined;
};
export type MeshWorld = {
  readonly mesh: Mesh;
  readonly nodes: readonly SimulatedNode[];
  /** `NODE/TASK` of all that were proposed. */
  readonly tasks: readonly { readonly node: SimulatedNode; readonly task: string }[];
  readonly close: () => Promise<void>;
};

export async function makeWorld(size: number, tasksEach: number): Promise<MeshWorld> {
  const folder = mkdtempSync(join(tmpdir(), 'nocturne-mesh-'));
  const endings: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true })];
  const scope = {
    testdir: () => folder,
    teardown: (act: () => unknown) => void endings.unshift(act),
  };
  const files = { 'orchestration-os/RUNNERS.md': GUEST_RUNNERS };
  const wanted = Array.from({ length: size }, (_, i) => ({ id: `n${i + 1}`, project: { files } }));
  const mesh = await meshOf(scope, wanted);
  const port = Number(new URL(mesh.url).port);
  const nodes: SimulatedNode[] = [];
  for (const place of mesh.nodes) {
    makeGuest(place, AGENT);
    const wire = await CutProxy.start(port);
    endings.unshift(() => wire.close());
    nodes.push({ place, wire, child: undefined });
  }
  const tasks = nodes.flatMap((node, i) =>
    Array.from({ length: tasksEach }, (_, number) => {
      const task = `task-${i + 1}-${number + 1}`;
      writeTask(node.place, { task, more: 'retries: 5\n', body: `Write outputs/${task}.md.` });
      return { node, task };
    }),
  );
  const close = async (): Promise<void> => {
    await Promise.all(nodes.map((node) => stopNode(node, 'SIGKILL')));
    for (const end of endings) await end();
  };
  return { mesh, nodes, tasks, close };
}

/** @param say hears what its process prints. */
export function startNode(node: SimulatedNode, say: (line: string) => void): void {
  const { root, home, workspace, identity } = node.place;
  recover(root, workspace.state);
  const url = `nats://127.0.0.1:${node.wire.port}`;
  const child = spawn(process.execPath, [CHILD, root, home, url], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text: Buffer) => {
      for (const line of text.toString().trimEnd().split('\n')) say(`${identity.node}: ${line}`);
    });
  node.child = child;
}

export async function stopNode(node: SimulatedNode, signal: NodeJS.Signals): Promise<void> {
  const { child } = node;
  node.child = undefined;
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
}
