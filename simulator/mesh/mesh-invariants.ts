/** What holds at the end of a simulated mesh, whatever has happened. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { verifyGate } from '../../src/integrity/gate.js';
import { compareLogs } from '../../src/modules/mesh/log/compare-logs.js';
import { logLines, rowOf } from '../../src/modules/mesh/log/log-lines.js';
import { taskPage } from '../../src/modules/mesh/tasks/task-page.js';
import type { MeshWorld } from './mesh-world.js';

const EXPLAINED: readonly string[] = ['released', 'rejected', 'cancelled'];

export function isAllOver({ tasks }: MeshWorld): boolean {
  return tasks.every(({ node, task }) => {
    const state = taskPage(node.place.workspace.snapshot(), task)?.state ?? 'lost';
    return state === 'completed' || state === 'lost' || EXPLAINED.includes(state);
  });
}

/** One sentence for each that does not hold. */
export function brokenInvariants(world: MeshWorld): readonly string[] {
  return [...world.tasks.flatMap(brokenTask), ...brokenChains(world), ...brokenPairs(world)];
}

function brokenTask({ node, task }: MeshWorld['tasks'][number]): readonly string[] {
  const { root, workspace, identity } = node.place;
  const page = taskPage(workspace.snapshot(), task);
  if (page === undefined) return [`${task} is lost`];
  const about = `${identity.node}.${task}`;
  const committed = logLines(root)
    .map(rowOf)
    .filter((row) => row.task === about && row.event === 'committed').length;
  const isThere = existsSync(join(root, `PROJECTS/pages/outputs/${task}.md`));
  if (page.state === 'completed')
    return [
      ...(committed === 1 ? [] : [`${task} is completed, and committed ${committed} times`]),
      ...(isThere ? [] : [`${task} is completed, and its file is not there`]),
      ...(existsSync(join(root, `mesh/inbox/${task}.md`)) ? [] : [`${task} has no result page`]),
    ];
  if (!EXPLAINED.includes(page.state)) return [`${task} is not over: it is ${page.state}`];
  return [
    ...(committed === 0 ? [] : [`${task} is ${page.state}, and committed ${committed} times`]),
    ...(isThere ? [`${task} is ${page.state}, and its file is there`] : []),
    ...(page.why === undefined ? [`${task} is ${page.state}, and nobody says why`] : []),
  ];
}

function brokenChains({ nodes }: MeshWorld): readonly string[] {
  return nodes.flatMap(({ place: { root, home, identity } }) =>
    verifyGate(root, home).findings.map(({ message }) => `${identity.node}: ${message}`),
  );
}

function brokenPairs({ nodes }: MeshWorld): readonly string[] {
  return nodes.flatMap((ours, i) =>
    nodes.slice(i + 1).flatMap((theirs) => {
      const [one, other] = [ours, theirs].map(({ place: { root, identity } }) => ({
        node: identity.node,
        rows: logLines(root).map(rowOf),
      }));
      if (one === undefined || other === undefined) return [];
      return compareLogs(one, other).findings.map(
        ({ log, message }) => `${one.node} and ${other.node}: the log of ${log}: ${message}`,
      );
    }),
  );
}
