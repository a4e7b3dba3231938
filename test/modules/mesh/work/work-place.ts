/** Two workspaces of one mesh whose services are played by the test: what one writes, it brings. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { module } from '../../../../src/modules/mesh/module.js';
import { module as rules } from '../../../../src/modules/rules/module.js';
import { keptRoster, keysOf, type Roster } from '../../../../src/modules/mesh/roster.js';
import {
  readClaim,
  readResult,
  removeClaim,
  removeResult,
  writeArrival,
  writeClaim,
} from '../../../../src/modules/mesh/tasks/claim-store.js';
import {
  pageChange,
  taskFile,
  type TaskPage,
  taskPage,
} from '../../../../src/modules/mesh/tasks/task-page.js';
import { makeGuestProject } from '../../../../src/modules/mesh/work/guest-project.js';
import { keepObject } from '../../../../src/modules/mesh/work/kept-objects.js';
import { openPackage, packTask } from '../../../../src/modules/mesh/work/pack.js';
import type { PassReport } from '../../../../src/passes/pass-facts.js';
import { worker } from '../../../../src/passes/worker/worker.js';
import { sha256 } from '../../../../src/kernel/hash.js';
import { environment, programRunner, runnersPage } from '../../../passes/pass-workspace.js';
import { type MeshNode, meshNodes } from '../mesh-place.js';

export type Pair = {
  readonly owner: MeshNode;
  readonly worker: MeshNode;
  readonly roster: Roster;
};

/** RUNNERS.md of a node that works for others, with the program `agent.mjs` of its guest project. */
export const GUEST_RUNNERS = runnersPage(programRunner().replace('- pass.mjs', '- ../agent.mjs'));

/** A project for tasks of other nodes, whose agent is this program. */
export function makeGuest(node: MeshNode, agent: string): void {
  put(node, 'PROJECTS/mesh-guest/agent.mjs', agent);
  makeGuestProject(node.workspace, { runner: 'boxed' });
}

/** @param files of the owner. */
export function pairOf(
  folder: string,
  agent: string,
  files: Readonly<Record<string, string>> = {},
): Pair {
  const { nodes, roster } = meshNodes(folder, 'nats://127.0.0.1:1', [
    { id: 'owner', project: { files } },
    { id: 'worker', project: { files: { 'orchestration-os/RUNNERS.md': GUEST_RUNNERS } } },
  ]);
  return pairWith(nodes, roster, agent);
}

/** Of the first two nodes of a mesh. */
export function pairWith(nodes: readonly MeshNode[], roster: Roster, agent: string): Pair {
  const [owner, other] = nodes;
  if (owner === undefined || other === undefined) throw new Error('two nodes');
  makeGuest(other, agent);
  return { owner, worker: other, roster };
}

export type TaskText = {
  readonly task: string;
  readonly writes?: string;
  readonly more?: string;
  readonly body?: string;
};

export function writeTask(node: MeshNode, { task, writes, more = '', body }: TaskText): void {
  put(
    node,
    taskFile(task),
    `---
title: Write the page ${task}
project: pages
writes: ${writes ?? '["outputs/**"]'}
${more}---

${body ?? 'Write outputs/page.md.'}
`,
  );
}

/** What the services do: the owner queues it, the worker claims it. */
export function handOver({ owner, worker: other }: Pair, task: string): string {
  const page = pageOf(owner, task);
  const snapshot = owner.workspace.snapshot();
  const packed = packTask(snapshot, page, owner.identity);
  keepObject(owner.workspace.state, packed.text);
  const attempt = Math.max(1, page.attempt);
  owner.workspace.commit((view) => ({
    actor: { kind: 'nocturne', name: 'mesh' },
    runId: '',
    ...pageChange(view, page, {
      state: 'running',
      attempt,
      node: other.identity.node,
      package: packed.hash,
    }),
  }));
  const { state } = other.workspace;
  keepObject(state, packed.text);
  const roster = keptRoster(state);
  if (roster === undefined) throw new Error('a roster');
  const expected = { owner: owner.identity.node, task, hash: packed.hash };
  const { spec } = openPackage(packed.text, expected, keysOf(roster));
  writeClaim(state, {
    owner: owner.identity.node,
    spec,
    package: packed.hash,
    attempt,
    claimed: '2026-11-21T20:00:00Z',
  });
  return packed.hash;
}

/** What the services do with a result: its change set arrives. */
export function bringHome({ owner, worker: other }: Pair, task: string): void {
  const key = `${owner.identity.node}.${task}`;
  const { state } = other.workspace;
  const result = readResult(state, key);
  if (result?.changeSet === undefined) throw new Error(`nothing to bring home: ${result?.why}`);
  arrive(owner, task, result.changeSet);
  if (readClaim(state, key) !== undefined) removeClaim(state, key);
  removeResult(state, key);
}

export function arrive(owner: MeshNode, task: string, changeSet: string, from = 'worker'): void {
  const page = pageOf(owner, task);
  writeArrival(owner.workspace.state, {
    task,
    attempt: page.attempt,
    from,
    package: page.package ?? '',
    changeSet,
    sha256: sha256(changeSet),
  });
}

export function pass(node: MeshNode, project?: string): Promise<PassReport> {
  const env = environment(node, { modules: [module, rules] });
  return worker(env, {
    role: 'worker',
    onlyUnits: true,
    ...(project === undefined ? {} : { project }),
  });
}

export function pageOf(node: MeshNode, task: string): TaskPage {
  const page = taskPage(node.workspace.snapshot(), task);
  if (page === undefined) throw new Error(`no page of ${task}`);
  return page;
}

export function put({ root }: MeshNode, path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}
