/** A question to the owner for which a project waits. */
import type { Snapshot } from '../workspace/types.js';
import type { BundleAct } from './act.js';
import { declaredArguments } from './declared-arguments.js';

/** `topic`: what an answer means. A workspace that is not upgraded yet does not know it. */
export type Escalation = {
  readonly slug: string;
  readonly reason: string;
  readonly priority: string;
  readonly question: string;
  readonly topic?: string;
};

const NAME = 'surface_escalation';

export function escalation(view: Snapshot, asks: Escalation): BundleAct {
  return { name: NAME, args: declaredArguments(view, NAME, asks) };
}
