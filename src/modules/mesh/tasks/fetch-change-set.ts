/** A change set that came home: taken only if it is the one of this node, attempt and package. */
import type { LiveNode } from '../node/live-node.js';
import { MeshRefusal } from '../wire/refusal.js';
import { openChangeSet } from '../work/open-change-set.js';
import { fetchSent } from '../work/sent-objects.js';
import type { Arrival } from './task.js';
import type { TaskPage } from './task-page.js';

export type Fetched =
  | { readonly kind: 'here'; readonly arrival: Arrival }
  /** Or something else has its name, which any node may have written. */
  | { readonly kind: 'missing'; readonly why: string }
  | { readonly kind: 'refused'; readonly why: string };

/** @param from the node that has the task. @throws as the client does. */
export async function fetchChangeSet(
  node: LiveNode,
  page: TaskPage,
  { from, changeSet }: { readonly from: string; readonly changeSet: string },
): Promise<Fetched> {
  const { task, attempt, package: packed = '' } = page;
  try {
    const text = await fetchSent(node, changeSet);
    if (text === undefined) return { kind: 'missing', why: 'it is not on the server' };
    const expected = { owner: node.node, task, attempt, from, package: packed };
    openChangeSet(text, expected, (id) => node.keyOf(id));
    const arrival = { task, attempt, from, package: packed, changeSet: text, sha256: changeSet };
    return { kind: 'here', arrival };
  } catch (error) {
    if (!(error instanceof MeshRefusal)) throw error;
    return { kind: error.code === 'bad-object' ? 'missing' : 'refused', why: error.message };
  }
}
