/**
 * Names on the server: subjects, buckets, streams. A subject that a node sends on ends with its own
 * id, and the server's permissions hold it to that.
 */
import { sha256 } from '../../../kernel/hash.js';

/** An id of a node is one token of a subject. */
export const NODE_ID = /^[a-z][a-z0-9-]{0,31}$/;

export const BUCKET = {
  /** One signed record for each task, key `OWNER.TASK`. */
  tasks: 'mesh-tasks',
  /** The last signed announcement of each node, key `NODE`. */
  nodes: 'mesh-nodes',
  /** Key `roster`; only the lead writes. */
  roster: 'mesh-roster',
  /** Key: a lane. What it needs; only the lead writes. */
  lanes: 'mesh-lanes',
  /** Object store: packages and change sets by SHA-256; they expire. */
  objects: 'mesh-objects',
} as const;
export const WAKE_STREAM = 'MESH_WAKE';
export const BANDS = ['high', 'normal', 'low'] as const;
export type Band = (typeof BANDS)[number];

/** What a message is for. */
export type MessageKind =
  | 'call'
  | 'answer'
  | 'chunk'
  | 'cancel'
  | 'mail'
  | 'receipt'
  | 'lane'
  | 'ring'
  | 'log'
  | 'refusal';

/** `mesh.to.NODE.KIND.FROM`: to one node. */
export function messageSubject(to: string, kind: MessageKind, from: string): string {
  return `mesh.to.${to}.${kind}.${from}`;
}

export function taskKey(owner: string, task: string): string {
  return `${owner}.${task}`;
}

/** One lane for each set of required tags. */
export function laneOf(tags: readonly string[]): string {
  const set = [...new Set(tags)].sort();
  return set.length === 0 ? 'any' : sha256(set.join(',')).slice(0, 16);
}

export function wakeSubject(lane: string, band: Band): string {
  return `mesh.wake.${lane}.${band}`;
}

/** The durable consumer that all nodes with these tags share. */
export function wakeConsumer(lane: string, band: Band): string {
  return `${lane}-${band}`;
}

/** One invitation asks on one subject, and is answered in one inbox. */
export function joinSubject(invite: string): string {
  return `mesh.join.${invite}`;
}

/** Node ids have no dot, so no node has this prefix. */
export function joinInboxPrefix(invite: string): string {
  return `_INBOX_join.${invite}`;
}

export function inboxPrefix(node: string): string {
  return `_INBOX_${node}`;
}
