/** The rows of `audit/mesh-log.jsonl`: what went out to other nodes, and what came in from them. */
import { defined } from '../../../kernel/defined.js';
import type { Rec } from '../../../markdown/types.js';
import { fieldInt, fieldText, instant } from '../../../project/field-text.js';
import type { Change, Fields, Snapshot, Workspace } from '../../../workspace/types.js';

export const MESH_EVENT = 'MESH-EVENT';
export const MESH_LOG = 'audit/mesh-log.jsonl';
const SCHEMA = 1;

/** `hash`: SHA-256 of what was sent or taken. `head`: of the other node's log, as it said. */
export type MeshEvent = {
  readonly event: string;
  readonly node?: string;
  /** As its owner calls it: `OWNER.TASK`. */
  readonly task?: string;
  readonly attempt?: number;
  /** Of a call, as the asker numbers it. */
  readonly call?: string;
  readonly hash?: string;
  readonly head?: string;
  readonly why?: string;
};
export type LoggedEvent = MeshEvent & {
  readonly seq: number;
  readonly chain: string;
  readonly time: number;
};

/** A part of a commit. */
export function eventChange(event: MeshEvent, time: Date): Change {
  const members = Object.entries(event).filter(([, value]) => value !== undefined && value !== '');
  return {
    kind: 'append',
    object: MESH_EVENT,
    fields: { schema: SCHEMA, time: time.toISOString(), ...Object.fromEntries(members) } as Fields,
  };
}

/** The newest first. @param about rows without this text may be left out. */
export function* meshEvents(snapshot: Snapshot, about?: string): Generator<LoggedEvent> {
  if (!snapshot.schema.objects.has(MESH_EVENT)) return;
  const options = { newestFirst: true, ...defined({ containing: about }) };
  for (const row of snapshot.rows(MESH_EVENT, options)) yield loggedEvent(row);
}

/** The last row of this node's log, as it names it to others: `SEQ CHAIN`; `0` for none. */
export function headOf(snapshot: Snapshot): string {
  for (const { seq, chain } of meshEvents(snapshot)) return `${seq} ${chain}`;
  return '0';
}

/**
 * Writes the row unless there is one with the same event, node, task, attempt and hash. Returns
 * whether it is new.
 */
export function logOnce(workspace: Workspace, event: MeshEvent): boolean {
  let isNew = false;
  workspace.commit((view) => {
    isNew = !hasEvent(view, event);
    return {
      actor: { kind: 'nocturne', name: 'mesh' },
      runId: '',
      reason: `mesh: ${event.event} ${event.task ?? ''}`.trim(),
      changes: isNew ? [eventChange(event, view.now)] : [],
    };
  });
  return isNew;
}

function hasEvent(snapshot: Snapshot, event: MeshEvent): boolean {
  for (const row of meshEvents(snapshot, event.hash ?? event.task))
    if (
      row.event === event.event &&
      row.node === event.node &&
      row.task === event.task &&
      row.attempt === event.attempt &&
      row.hash === event.hash
    )
      return true;
  return false;
}

function loggedEvent(row: Rec): LoggedEvent {
  const text = (name: string): string | undefined => fieldText(row, name) || undefined;
  return {
    seq: fieldInt(row, 'seq') ?? 0,
    chain: fieldText(row, 'chain'),
    time: instant(fieldText(row, 'time')) ?? 0,
    event: fieldText(row, 'event'),
    ...defined({
      node: text('node'),
      task: text('task'),
      attempt: fieldInt(row, 'attempt'),
      call: text('call'),
      hash: text('hash'),
      head: text('head'),
      why: text('why'),
    }),
  };
}
