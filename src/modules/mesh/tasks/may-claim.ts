/** Whether this node may claim a task as its record has it now. */
import type { OpenedRecord } from './judge-record.js';
import { isLegal } from './transitions.js';

/** `none`: it waits for nobody. `other`: it may wait for another node. */
export type ClaimRefusal = { readonly kind: 'none' | 'other'; readonly why: string };

export function mayClaim(
  { record, by }: OpenedRecord,
  me: {
    readonly node: string;
    readonly key: string;
    /** Lanes that the tags which the lead has granted satisfy. */
    readonly lanes: readonly string[];
    /** Whether the owner of this workspace lets that node propose. */
    readonly mayPropose: (owner: string) => boolean;
  },
): ClaimRefusal | undefined {
  const { owner, task, state, node, leftOut, lane, attempt } = record;
  if (`${owner}.${task}` !== me.key)
    return { kind: 'none', why: `the record of ${owner}.${task} under the key ${me.key}` };
  if (by !== owner) return { kind: 'none', why: `${by} has written the record, not ${owner}` };
  if (!isLegal(state, 'claimed', 'worker') || attempt < 1)
    return { kind: 'none', why: `it is ${state}${node === undefined ? '' : ` by ${node}`}` };
  if (owner === me.node) return { kind: 'other', why: 'it is our own' };
  if (leftOut.includes(me.node)) return { kind: 'other', why: 'we have failed it before' };
  if (!me.lanes.includes(lane)) return { kind: 'other', why: 'it needs tags that we do not have' };
  return me.mayPropose(owner)
    ? undefined
    : { kind: 'other', why: `MESH.md does not let ${owner} propose` };
}
