/** What a worker does about a task that it has claimed, by what the record says now. Pure. */
import type { OpenedRecord } from './judge-record.js';
import type { Claim, ClaimResult, TaskState } from './task.js';
import { isOver } from './transitions.js';

export type ClaimAction =
  /** Goes on as it is. */
  | { readonly kind: 'keep' }
  /** It is not ours any more: no result is sent, and the claim is forgotten. */
  | { readonly kind: 'drop'; readonly why: string }
  /** Writes the record with this state. */
  | { readonly kind: 'write'; readonly state: TaskState; readonly why?: string }
  /** Puts the change set on the server, and writes `pending_review`. */
  | { readonly kind: 'send'; readonly changeSet: string };

export type ClaimView = {
  readonly node: string;
  readonly claim: Pick<Claim, 'owner' | 'attempt' | 'package' | 'runId'>;
  readonly result: ClaimResult | undefined;
  /** Nothing: there is no record, or none that can be read; its owner writes it again. */
  readonly opened: OpenedRecord | undefined;
  /** How long the record has been this one, in milliseconds. */
  readonly unchangedMs: number;
};

/** An owner replaces an illegal value sooner than this. */
export const REPLACED_MS = 15_000;

export function followClaim({ node, claim, result, opened, unchangedMs }: ClaimView): ClaimAction {
  if (opened === undefined) return { kind: 'keep' };
  const { record, by } = opened;
  const isTrue = by === record.owner || unchangedMs >= REPLACED_MS;
  if (record.attempt > claim.attempt && isTrue)
    return { kind: 'drop', why: `it was withdrawn: attempt ${record.attempt} has begun` };
  const isOurs = record.attempt === claim.attempt && record.node === node;
  if (by !== record.owner && !(isOurs && by === node)) return { kind: 'keep' };
  if (isOver(record.state) || record.state === 'released')
    return { kind: 'drop', why: `it is ${record.state}` };
  // An old record that somebody has put again; the owner corrects it.
  if (!isOurs || record.package !== claim.package) return { kind: 'keep' };
  switch (record.state) {
    case 'claimed':
      return claim.runId === undefined && result === undefined
        ? { kind: 'keep' }
        : { kind: 'write', state: 'running' };
    case 'running':
      return atEnd(claim, result);
    case 'failed':
      return { kind: 'drop', why: 'it has failed here' };
    default:
      return { kind: 'keep' };
  }
}

function atEnd({ attempt }: ClaimView['claim'], result: ClaimResult | undefined): ClaimAction {
  if (result === undefined || result.attempt !== attempt) return { kind: 'keep' };
  const { outcome, changeSet, why } = result;
  return outcome === 'proved' && changeSet !== undefined
    ? { kind: 'send', changeSet }
    : { kind: 'write', state: 'failed', why: why === '' ? outcome : why };
}
