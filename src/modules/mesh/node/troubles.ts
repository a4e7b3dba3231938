/**
 * What the owner would not hear of otherwise: messages of other nodes that were refused, and dead
 * letters, which are tasks without a further try and mail that nobody has taken.
 */
import { fieldText } from '../../../project/field-text.js';
import type { Snapshot } from '../../../workspace/types.js';
import { meshEvents } from '../log/mesh-log.js';
import { mails, stateNow } from '../mail/mail.js';
import { taskName } from './waiting-lanes.js';

const REFUSED: readonly string[] = ['message-refused', 'call-refused', 'join-refused'];
const SINCE_MS = 24 * 3_600_000;
/** Rows of the log that are looked at. */
const MOST_ROWS = 5_000;
const UNDELIVERED: readonly string[] = ['unknown', 'refused'];

/** Of one node in a day. `node`: empty for one that asked to join. `why`: of the last one. */
export type Refusals = { readonly node: string; readonly count: number; readonly why: string };
/** `fix`: what its owner may do about it. */
export type DeadLetter = {
  readonly kind: 'task' | 'mail';
  readonly id: string;
  readonly why: string;
  readonly fix: string;
};

export function recentRefusals(snapshot: Snapshot): readonly Refusals[] {
  const first = snapshot.now.getTime() - SINCE_MS;
  const found = new Map<string, Refusals>();
  let rows = 0;
  for (const { event, node = '', time, why = '' } of meshEvents(snapshot)) {
    if (time < first || ++rows > MOST_ROWS) break;
    if (!REFUSED.includes(event)) continue;
    const newest = found.get(node) ?? { node, count: 0, why };
    found.set(node, { ...newest, count: newest.count + 1 });
  }
  return [...found.values()];
}

export function deadLetters(snapshot: Snapshot): readonly DeadLetter[] {
  const tasks = snapshot.records('MESH-TASK').flatMap((record): readonly DeadLetter[] => {
    if (fieldText(record, 'state') !== 'released') return [];
    const id = taskName(record.key);
    const fix = `nocturne mesh retry ${id}, or nocturne mesh cancel ${id}`;
    return [{ kind: 'task', id, why: fieldText(record, 'why') || 'all tries are used', fix }];
  });
  const letters = mails(snapshot).flatMap((mail): readonly DeadLetter[] => {
    const state = stateNow(mail, snapshot.now);
    if (mail.box !== 'out' || !UNDELIVERED.includes(state)) return [];
    const why = `to ${mail.node}: ${state}${mail.why === '' ? '' : `, ${mail.why}`}`;
    return [{ kind: 'mail', id: mail.id, why, fix: `nocturne mesh mail read ${mail.id}` }];
  });
  return [...tasks, ...letters];
}

export function refusalLine({ node, count, why }: Refusals): string {
  const from = node === '' ? 'Nodes that asked to join' : node;
  return `${from}: ${count} refused in 24 hours, the last one: ${why}`;
}

export function deadLetterLine({ kind, id, why }: DeadLetter): string {
  return `The ${kind} ${id} goes no further: ${why}`;
}
