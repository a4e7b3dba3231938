/** Nodes that own tasks and nodes that work on them, connected to one server in this process. */
import { type ChildProcess, spawn } from 'node:child_process';
import { Kvm } from '@nats-io/kv';
import { runNode } from '../../../../src/modules/mesh/node/run-node.js';
import type { Part } from '../../../../src/modules/mesh/node/mesh-service.js';
import { keptRoster, keysOf } from '../../../../src/modules/mesh/roster.js';
import {
  markRunning,
  readClaim,
  readClaims,
  writeResult,
} from '../../../../src/modules/mesh/tasks/claim-store.js';
import type { Timing } from '../../../../src/modules/mesh/tasks/decide.js';
import { type OpenedRecord, openRecord } from '../../../../src/modules/mesh/tasks/judge-record.js';
import { ownerPart } from '../../../../src/modules/mesh/tasks/owner-part.js';
import type { Claim } from '../../../../src/modules/mesh/tasks/task.js';
import {
  pageChange,
  type TaskPage,
  taskPage,
} from '../../../../src/modules/mesh/tasks/task-page.js';
import { workerPart } from '../../../../src/modules/mesh/tasks/worker-part.js';
import { signValue } from '../../../../src/modules/mesh/wire/jws.js';
import { BUCKET } from '../../../../src/modules/mesh/wire/names.js';
import type { RemoteChangeSet } from '../../../../src/modules/mesh/work/change-set.js';
import { openWorkspace } from '../../../../src/workspace/open-workspace.js';
import type { Mesh, MeshNode } from '../mesh-place.js';
import { until } from '../until.js';
import { childProgram } from '../../../support/child-program.js';

type Scope = { teardown(act: () => unknown): void };
export type RunningNode = { readonly said: readonly string[]; stop(): Promise<void> };

/** As `nocturne serve` runs it. @param ahead milliseconds that the clock of its machine is ahead. */
export function start(
  t: Scope,
  { mesh, node }: { readonly mesh: Mesh; readonly node: MeshNode },
  { parts, ahead = 0 }: { readonly parts?: readonly Part[]; readonly ahead?: number } = {},
): RunningNode {
  const clock = { now: () => new Date(Date.now() + ahead) };
  const workspace = openWorkspace(node.root, { home: node.home, clock });
  const roster = keptRoster(workspace.state);
  if (roster === undefined) throw new Error('it has not joined');
  const ended = new AbortController();
  const said: string[] = [];
  const running = runNode({
    workspace,
    identity: node.identity,
    roster,
    url: mesh.url,
    say: (line) => said.push(line),
    signal: ended.signal,
    parts: parts ?? [ownerPart({ timing: SOON }), workerPart()],
  }).catch((error: unknown) => said.push(String(error)));
  const stop = async (): Promise<void> => {
    ended.abort();
    await running;
  };
  t.teardown(stop);
  return { said, stop };
}

/**
 * A node that claims tasks, in a process of its own.
 * @param within a program that starts it, with its arguments.
 */
export function startChild(
  t: Scope,
  { url }: Pick<Mesh, 'url'>,
  { root, home }: MeshNode,
  within: readonly string[] = [],
): ChildProcess {
  const file = childProgram('./node-child.js', import.meta.url);
  const [program = '', ...words] = [...within, process.execPath, file, root, home, url];
  const child = spawn(program, words, { stdio: 'ignore' });
  t.teardown(() => child.kill('SIGKILL'));
  return child;
}

/** Seconds instead of minutes. */
export const SOON: Partial<Timing> = { backoffMs: 100, wakeMs: 1_000 };
/** A lease that ends before a node has to name its claim for the second time. */
export const SHORT_LEASE: readonly Part[] = [ownerPart({ timing: { ...SOON, leaseMs: 5_000 } })];

export function pageNow(node: MeshNode, task: string): TaskPage | undefined {
  return taskPage(node.workspace.snapshot(), task);
}

export function untilState(node: MeshNode, task: string, state: string): Promise<unknown> {
  return until(
    () => pageNow(node, task),
    (page) => page?.state === state,
  );
}

export async function untilClaimed(node: MeshNode, key: string, attempt = 1): Promise<Claim> {
  const claim = await until(
    () => readClaim(node.workspace.state, key),
    (seen) => seen?.attempt === attempt,
  );
  if (claim === undefined) throw new Error('no claim');
  return claim;
}

export function claimsOf(node: MeshNode): readonly Claim[] {
  return readClaims(node.workspace.state);
}

/** What a pass of this node would do. */
export function work(node: MeshNode, key: string, outcome: 'proved' | 'unproved' = 'proved'): void {
  const { state } = node.workspace;
  const claim = markRunning(state, key, 'R1');
  if (claim === undefined) throw new Error(`${key} was taken back`);
  const { owner, spec, attempt, package: packed } = claim;
  const text = changeSetOf(node, claim);
  writeResult(state, {
    owner,
    task: spec.task,
    attempt,
    package: packed,
    outcome,
    why: outcome === 'proved' ? '' : 'the page is missing',
    runId: 'R1',
    ...(outcome === 'proved' ? { changeSet: text } : {}),
  });
}

export function changeSetOf(
  { identity }: MeshNode,
  { owner, spec, attempt, package: packed }: Claim,
): string {
  const set: RemoteChangeSet = {
    owner,
    task: spec.task,
    attempt,
    package: packed,
    runId: 'R1',
    summary: 'done',
    changes: [],
    head: '0',
    minutes: 1,
  };
  return signValue('change-set', { node: identity.node, key: identity.key }, set);
}

/** What a pass of the owner does that finds the change set good. */
export function complete({ workspace }: MeshNode, task: string): void {
  workspace.commit((view) => {
    const page = taskPage(view, task);
    if (page === undefined) throw new Error(`no page of ${task}`);
    const { node = '', package: packed = '' } = page;
    const next = { state: 'completed', node, runId: 'R2', package: packed } as const;
    return {
      actor: { kind: 'nocturne', name: 'mesh' },
      runId: '',
      ...pageChange(view, page, next),
    };
  });
}

/** As the server has it now, whoever signed it. */
export async function recordNow(mesh: Mesh, node: MeshNode, key: string): Promise<OpenedRecord> {
  const connection = await mesh.connect(node);
  try {
    const entry = await (await new Kvm(connection).open(BUCKET.tasks)).get(key);
    if (entry === null) throw new Error(`no record of ${key}`);
    return openRecord(entry.string(), keysOf(mesh.roster));
  } finally {
    await connection.close();
  }
}
