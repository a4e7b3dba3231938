/** Two logs that name each other: what one node loses or changes, the other one finds. */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { genesis, linkedLine } from '../../../../src/kernel/chain.js';
import { compareLogs, type LogOf } from '../../../../src/modules/mesh/log/compare-logs.js';
import {
  logLines,
  type LogRow,
  rowOf,
  shownTo,
} from '../../../../src/modules/mesh/log/log-lines.js';
import { logPart } from '../../../../src/modules/mesh/log/log-part.js';
import { MESH_LOG } from '../../../../src/modules/mesh/log/mesh-log.js';
import type { Part } from '../../../../src/modules/mesh/node/mesh-service.js';
import { runNode } from '../../../../src/modules/mesh/node/run-node.js';
import { receiptsPart } from '../../../../src/modules/mesh/work/receipts-part.js';
import { REPORT, WRITES_PAGE } from '../../../passes/pass-workspace.js';
import { callProgram } from '../../../support/standing-process.js';
import { type Mesh, type MeshNode, meshOf } from '../mesh-place.js';
import { NO_SERVER } from '../nats-server.js';
import { until } from '../until.js';
import {
  bringHome,
  GUEST_RUNNERS,
  handOver,
  pairWith,
  pass,
  writeTask,
} from '../work/work-place.js';

t.setTimeout(240_000);
const NO_SANDBOX = spawnSync('bwrap', ['--version']).error !== undefined && 'no bubblewrap';

type Scope = { teardown(act: () => unknown): void };
type Serving = { readonly parts?: readonly Part[]; readonly say?: (line: string) => void };

function serve(
  t: Scope,
  mesh: Mesh,
  node: MeshNode,
  { parts = [receiptsPart(), logPart()], say = () => undefined }: Serving = {},
): () => Promise<void> {
  const ended = new AbortController();
  const running = runNode({
    workspace: node.workspace,
    identity: node.identity,
    roster: mesh.roster,
    url: mesh.url,
    say,
    signal: ended.signal,
    parts,
  });
  const end = async (): Promise<void> => {
    ended.abort();
    await running.catch(() => undefined);
  };
  t.teardown(end);
  return end;
}

const events = ({ root }: MeshNode): readonly string[] =>
  logLines(root).map((line) => rowOf(line).event);

/** Every row after it is written anew, so that the chain is sound. */
function rewritten(
  lines: readonly string[],
  change: (row: Record<string, unknown>) => Record<string, unknown> | undefined,
): readonly string[] {
  let before = genesis(MESH_LOG);
  let seq = 0;
  return lines.flatMap((line) => {
    const { chain: _chain, ...members } = JSON.parse(line);
    const changed = change(members);
    if (changed === undefined) return [];
    const made = linkedLine(before, { ...changed, seq: ++seq });
    before = made.link;
    return [made.line];
  });
}

async function verify({ root, home }: MeshNode, ...more: readonly string[]) {
  const env = { ...process.env, NOCTURNE_HOME: home };
  const words = ['audit', 'verify', '--with', ...more, '--json'];
  const { exit, stdout, stderr } = await callProgram({ words, env, cwd: root });
  return { exit, stderr, text: stdout, with: stdout === '' ? undefined : JSON.parse(stdout).with };
}

t.test('both logs name each other and agree', { skip: NO_SERVER || NO_SANDBOX }, async (t) => {
  const mesh = await meshOf(t, [
    { id: 'owner' },
    { id: 'worker', project: { files: { 'orchestration-os/RUNNERS.md': GUEST_RUNNERS } } },
  ]);
  const pair = pairWith(mesh.nodes, mesh.roster, `${WRITES_PAGE}\n${REPORT}`);
  const { owner, worker } = pair;
  serve(t, mesh, owner);
  const endWorker = serve(t, mesh, worker);
  for (const task of ['one', 'two']) {
    writeTask(owner, { task });
    handOver(pair, task);
    await pass(worker);
    bringHome(pair, task);
    await pass(owner);
    await until(
      () => events(owner).at(-1),
      (event) => event === 'confirmed',
    );
  }
  t.same(events(owner), ['committed', 'confirmed', 'committed', 'confirmed']);
  t.same(events(worker), ['worked', 'receipt', 'worked', 'receipt']);
  const [own, other] = [owner, worker].map(({ root }) => logLines(root));
  if (own === undefined || other === undefined) throw new Error('two logs');

  await endWorker();
  const file = join(worker.root, MESH_LOG);
  const byFile = await verify(owner, 'worker', '--file', file);
  t.match(byFile, { exit: 0, with: { compared: 8, findings: [] } }, byFile.stderr);
  t.ok(byFile.with.heads >= 5, 'heads are named both ways');
  const asked = await verify(worker, 'owner');
  t.match(asked, { exit: 0, with: { findings: [] } }, `asked over the mesh ${asked.stderr}`);

  const ours: LogOf = { node: 'owner', rows: own.map(rowOf) };
  const found = (lines: readonly string[], isShown = true): readonly string[] => {
    const rows: readonly (LogRow | ReturnType<typeof shownTo>[number])[] = isShown
      ? shownTo(lines, 'owner')
      : lines.map(rowOf);
    return compareLogs(ours, { node: 'worker', rows }).findings.map(
      ({ code, log }) => `${log} ${code}`,
    );
  };
  t.same(found(other), [], 'as it is');
  t.ok(found(other.slice(0, -1)).includes('worker row-lost'), 'the last row is gone');
  t.ok(found(other.slice(0, 2)).includes('worker head-lost'), 'the end is gone');
  const without = rewritten(other, (row) => (row['seq'] === 1 ? undefined : row));
  t.ok(found(without).includes('worker row-lost'), 'one row is gone, and all others made anew');
  t.ok(found(without).includes('worker head-changed'));
  const forged = rewritten(other, (row) =>
    row['seq'] === 1 ? { ...row, hash: 'f'.repeat(64) } : row,
  );
  t.ok(
    found(forged).includes('worker row-changed'),
    'one row is changed, and all others made anew',
  );
  t.ok(found(forged).includes('worker head-changed'));
  const edited = other.map((line, at) =>
    at === 0 ? line.replace('"attempt":1', '"attempt":2') : line,
  );
  t.ok(found(edited).includes('worker chain'), 'one row is edited');
  const denied = rewritten(other, (row) =>
    row['event'] === 'receipt' ? { ...row, why: 'returned' } : row,
  );
  t.ok(found(denied).includes('owner row-changed'), 'it claims that it was sent back');
  t.ok(found(denied).includes('worker head-changed'), 'which its own head does not fit');

  const lost = compareLogs(
    { node: 'owner', rows: own.slice(0, -2).map(rowOf) },
    { node: 'worker', rows: shownTo(other, 'owner') },
  );
  t.ok(
    lost.findings.some(({ code, log }) => code === 'head-lost' && log === 'owner'),
    'what we have lost ourselves is found as well',
  );
});

t.test(
  'a receipt that was not taken is sent again soon',
  { skip: NO_SERVER || NO_SANDBOX },
  async (t) => {
    const mesh = await meshOf(t, [
      { id: 'owner' },
      { id: 'worker', project: { files: { 'orchestration-os/RUNNERS.md': GUEST_RUNNERS } } },
    ]);
    const pair = pairWith(mesh.nodes, mesh.roster, `${WRITES_PAGE}\n${REPORT}`);
    const { owner, worker } = pair;
    writeTask(owner, { task: 'one' });
    handOver(pair, 'one');
    await pass(worker);
    bringHome(pair, 'one');
    await pass(owner);
    const said: string[] = [];
    const endWorker = serve(t, mesh, worker, { parts: [], say: (line) => said.push(line) });
    serve(t, mesh, owner);
    await until(
      () => said,
      (lines) => lines.some((line) => line.includes('unknown kind, "receipt"')),
    );
    await endWorker();
    serve(t, mesh, worker);
    await until(
      () => events(owner).at(-1),
      (event) => event === 'confirmed',
    );
    t.same(events(worker), ['worked', 'receipt']);
  },
);

t.test('without a server the other log is read from a file', { skip: NO_SERVER }, async (t) => {
  const mesh = await meshOf(t, [{ id: 'owner' }, { id: 'worker' }]);
  const [owner] = mesh.nodes;
  if (owner === undefined) throw new Error('a node');
  await mesh.server.stop('SIGKILL');
  const file = join(owner.home, 'theirs.jsonl');
  writeFileSync(file, '');
  t.match(await verify(owner, 'worker', '--file', file), { exit: 0, with: { compared: 0 } });
  const unknown = await verify(owner, 'nobody', '--file', file);
  t.match(unknown, { exit: 2 });
  t.match(unknown.text, /nobody is not a node of the mesh/);
  t.equal(readFileSync(file, 'utf8'), '');
});
