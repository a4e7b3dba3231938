/** Tasks of this workspace that wait for tags that no other node has. */
import { fieldList, fieldText } from '../../../project/field-text.js';
import type { Snapshot } from '../../../workspace/types.js';
import type { MeshNodeView } from './mesh-view.js';

export type WaitingLane = {
  readonly tags: readonly string[];
  readonly tasks: readonly string[];
  /** One sentence: what is missing. */
  readonly why: string;
};

/** @param nodes the others, as this node knows them. */
export function waitingLanes(
  snapshot: Snapshot,
  nodes: readonly MeshNodeView[],
): readonly WaitingLane[] {
  const lanes = new Map<string, { readonly tags: readonly string[]; readonly tasks: string[] }>();
  for (const task of snapshot.records('MESH-TASK')) {
    if (!['', 'proposed', 'queued'].includes(fieldText(task, 'state'))) continue;
    const tags = [...new Set(fieldList(task, 'tags'))].sort();
    const leftOut = fieldList(task, 'left_out');
    if (nodes.some((node) => couldWork(node, tags) && !leftOut.includes(node.id))) continue;
    const lane = lanes.get(tags.join(',')) ?? { tags, tasks: [] };
    lane.tasks.push(taskName(task.key));
    lanes.set(tags.join(','), lane);
  }
  return [...lanes.values()].map((lane) => ({ ...lane, why: missingFor(lane.tags, nodes) }));
}

/** The name of a task's page without its folder and ending. */
export function taskName(path: string): string {
  return path.replace(/^.*\//, '').replace(/\.md$/, '');
}

function couldWork(node: MeshNodeView, tags: readonly string[]): boolean {
  return (
    node.state === 'LIVE' &&
    node.worksWithUs &&
    node.capacity > 0 &&
    node.may.includes('work') &&
    tags.every((tag) => node.tags.includes(tag))
  );
}

function missingFor(tags: readonly string[], nodes: readonly MeshNodeView[]): string {
  const named = tags.length === 0 ? 'any tags' : tags.join(', ');
  const granted = nodes.filter((node) => tags.every((tag) => node.granted.includes(tag)));
  if (granted.length === 0) return `no node has ${named}: the lead grants tags when a node joins`;
  const allowed = granted.filter(({ may }) => may.includes('work'));
  if (allowed.length === 0)
    return `${idsOf(granted)} could, but may not work here: nocturne mesh allow ${granted[0]?.id} work --also`;
  return `${allowed.map(({ id, state }) => `${id} is ${state}`).join(', ')}`;
}

function idsOf(nodes: readonly MeshNodeView[]): string {
  return nodes.map(({ id }) => id).join(', ');
}
